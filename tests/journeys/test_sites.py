"""A demonstration site in the browser: applied for with pictures, recommended, and the map used by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from marketplace.sites.content import CHECKLIST
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive, jpeg
from tests.support.servers import LiveSite


def test_applied_for_recommended_and_found_on_the_map(sample: LiveSite, windows: Windows) -> None:
    owner, city = arrive(windows, "soe2"), arrive(windows, "city")
    path = apply(owner)
    expect(city.open("/review/?kind=sites")).to_contain_text("新车间转运示范点")
    city.open(f"{path}/advice")
    city.fill({"decision": "recommend", "reason": "同意推荐"})
    city.press("确认办理")
    expect(owner.open(path)).to_contain_text("已推荐，待省级评审")
    find(Person(windows.open(language="en")))


def apply(owner: Person) -> str:
    """The first verified pilot, the form with a picture, the pre-check, and it is on its way."""
    owner.open("/sites/new")
    owner.main.locator('input[name="kind"][value="place"]').check()
    owner.main.locator('input[name="pilots"]').first.check()
    owner.press("建立草稿")
    texts = dict.fromkeys(("building", "running", "effects", "copying", "safety"), "写明")
    owner.fill({
        "title": "新车间转运示范点", "region": "340100", "address": "一号车间", "longitude": "117.2",
        "latitude": "31.8",
        "running_since": "2026-01-05", "safety_officer": "王工", **texts, "robots-0-name": "移动机器人",
        "robots-0-count": "3", "checklist": list(CHECKLIST),
    })  # fmt: skip
    owner.attach("new_pictures", [("现场.jpg", "image/jpeg", jpeg())])
    owner.press("保存并预检")
    assert_accessible(owner.page)
    expect(owner.main.locator(".pictures img")).to_have_count(1)
    owner.press("提交申报")
    expect(owner.main).to_contain_text("待市级推荐")
    return "/sites/" + owner.number()


def find(reader: Person) -> None:
    """Without a mouse: a city of the map narrows the list; a mark leads to its site, and from there to its plate."""
    main = reader.open("/sites")
    marks = main.locator(".map__mark")
    assert marks.count() > 1
    main.locator(".map--sites a", has_text="Hefei").focus()
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile("city=340100"))
    reader.main.locator(".map__mark").first.focus()
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    with reader.page.expect_navigation():
        reader.main.get_by_role("link", name="Page of the plate").click()
    expect(reader.main).to_contain_text("This site is in force.")
