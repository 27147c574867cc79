"""A mature need copied to another city by a firm, without script, and found on the one chain by everybody."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.journey_products import submit
from tests.support.servers import LiveSite

TITLE = "托盘转运（铜陵）"


def test_a_mature_need_is_copied_to_another_city(sample: LiveSite, windows: Windows) -> None:
    firm, province, visitor = (arrive(windows, who, javascript=False) for who in ("vendor", "province", ""))
    visitor.open("/library?tier=mature")
    with visitor.page.expect_navigation():
        visitor.main.locator(".hit__title a").first.click()
    origin = visitor.number()
    expect(visitor.main.locator("#evidence")).to_contain_text("D-20")
    copy = copied(firm, origin)
    visitor.open(f"/scenarios/{copy}", status=404)
    expect(visitor.open(f"/chains/{origin}")).not_to_contain_text(copy)
    province.decide("scenarios", copy, "approve")
    on_the_chain(visitor, origin, copy)


def copied(firm: Person, origin: str) -> str:
    """The draft with what comes from the origin, completed and submitted; gives its number."""
    firm.open(f"/library/{origin}")
    with firm.page.expect_navigation():
        firm.main.get_by_role("link", name="复制到本单位").first.click()
    firm.press("建立草稿")
    copy = firm.number()
    firm.fill({"region": "340700", "place": "二号库"})
    firm.go_on()
    firm.open(f"/scenarios/{copy}/edit/what")
    firm.fill({"title": TITLE})
    firm.go_on()
    firm.open(f"/scenarios/{copy}/edit/contact")
    firm.fill({"contact_name": "赵六", "contact_phone": "0562-2990001"})
    firm.go_on()
    main = firm.open(f"/scenarios/{copy}")
    expect(main.locator("#library")).to_contain_text(origin)
    expect(main.locator("#library")).to_contain_text("推广条件")
    firm.open(f"/scenarios/{copy}/check")
    submit(firm)
    return copy


def on_the_chain(visitor: Person, origin: str, copy: str) -> None:
    """From the copy's page to the whole chain, which names both and can be kept."""
    visitor.open(f"/scenarios/{copy}")
    with visitor.page.expect_navigation():
        visitor.main.get_by_role("link", name="查看完整留痕").click()
    expect(visitor.page).to_have_url(f"{visitor.page.url.partition('/chains')[0]}/chains/{origin}")
    for words in (copy, TITLE, "铜陵市", "升为成熟场景", "凭证"):
        expect(visitor.main).to_contain_text(words)
    visitor.main.locator(".proof summary").last.click()
    chain = json.loads(visitor.text(f"/chains/{origin}.json"))
    expect(visitor.main.locator(".proof").last).to_contain_text(chain["events"][-1]["sha256"])
    assert {"number": copy, "copied_from": origin}.items() <= chain["needs"][-1].items()
