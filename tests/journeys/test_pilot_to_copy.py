"""From an agreed talk to a copy in another city, in the browser and both languages; a pilot that ends in stop.

The first has ten people at ten windows: both sides of the pilot, city and province, two of three experts (the third
sends the same forms), a firm that objects, the one that copies, the visitor. Time is moved once, past the notice.
"""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from marketplace.core import clock
from marketplace.sites.content import CHECKLIST
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive, jpeg
from tests.support.journey_designation import designate, promote, ripen
from tests.support.journey_pages import Numbers
from tests.support.journey_people import PHONE_SIZED, People
from tests.support.journey_products import submit
from tests.support.servers import LiveSite
from tests.support.site import Clock

pytestmark = pytest.mark.browser
VIEWS: dict[str, dict[str, Any]] = {
    "vendor": {"language": "en"}, "visitor": {"language": "en"}, "vendor2": {"language": "en", **PHONE_SIZED},
    "soe2": {"javascript": False},
}  # fmt: skip
TARGET = {"name": "任务完成率", "kind": "proportion", "unit": "%", "direction": "up", "goal": "95", "stop": "80",
          "least": "300"}  # fmt: skip
COPY = "站内巡检（芜湖）"


def test_from_an_agreed_talk_to_a_copy_in_another_city(sample: LiveSite, windows: Windows, time: Clock) -> None:
    people = People(sample, windows, time, VIEWS)
    with sample.app.app_context():
        talk = Numbers().enquiry("agreed", who="soe")
    vendor, soe, province, visitor = (people[who] for who in ("vendor", "soe", "province", "visitor"))
    soe.open(f"/pilots/from/enquiry/{talk}")
    soe.main.locator('input[name="product"]').first.check()
    pilot = agreed(vendor, soe)
    measure(vendor, soe, pilot)
    report(vendor, soe, pilot, "scale")
    verify(province, pilot)
    need = printed(visitor, pilot)

    promote(province, need, "demonstrate", "升为示范场景", "已有核验通过的场景验证")
    site = apply(soe, pilot.rpartition("/")[2])
    city = people["city"]
    expect(city.open("/review/?kind=sites")).to_contain_text("变电站巡检示范点")
    city.open(f"{site}/advice")
    city.fill({"decision": "recommend", "reason": "同意推荐"})
    city.press("确认办理")
    expect(soe.open(site)).to_contain_text("已推荐，待省级评审")
    designate(people, site)
    ripen(people, need)

    copied(people["soe2"], people["province"], visitor, need)


# ---- the pilot ----


def agreed(vendor: Person, soe: Person) -> str:
    """The plan, which both confirm, and the start; gives the path of the pilot."""
    soe.press("建立方案")
    first = clock.today()
    soe.fill({
        "place": "一号库", "tier": "poc", "first_day": first.isoformat(), "min_days": "7",
        "last_day": (first + timedelta(days=20)).isoformat(), "units": "1 台", "sampling": "每班抽查", "risks": "隔离",
        "insurance": "公众责任险", **{f"targets-0-{key}": value for key, value in TARGET.items()},
    })  # fmt: skip
    while soe.main.locator('button[name="drop"]').count() > 1:
        with soe.page.expect_navigation():
            soe.main.locator('button[name="drop"]').last.click()
    soe.press("保存方案")
    path = "/pilots/" + soe.number()
    soe.open(path)
    soe.press("同意这份方案")
    vendor.open(path)
    vendor.press("Agree to this plan")
    soe.open(path)
    surely(soe, "转入正式运行")
    return path


def surely(who: Person, words: str) -> None:
    """What cannot be taken back is pressed twice."""
    who.main.locator("summary", has_text=words).click()
    who.press(f"确认：{words}")


def readings(successes: int, count: int, device: str) -> bytes:
    """A file with so many rows of this moment, each of ten tries of another machine."""
    now = f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M:%S}"
    lines = [f"{now},T1,{successes}/10,{device}{place}" for place in range(count)]
    return ("时间,指标,数值,设备\n" + "\n".join(lines)).encode("gb18030")


def load(who: Person, path: str, data: bytes) -> None:
    who.open(f"{path}/readings/import")
    who.attach("file", [("巡检.csv", "text/csv", data)])
    who.press("Check and import")


def measure(vendor: Person, soe: Person, path: str) -> None:
    """300 readings, two of them disputed; then a day that passes the stop limit, and both agree to go on."""
    load(vendor, path, readings(10, 300, "A"))
    expect(vendor.main.get_by_role("heading", level=1)).to_have_text("Readings")
    soe.open(f"{path}/readings?standing=pending")
    for place in (0, 1):
        soe.main.locator('input[name="reading"]').nth(place).check()
    soe.fill({"objection": "与现场记录不符"})
    soe.press("对勾选的提出异议")
    soe.press("确认对方的全部待确认记录")
    expect(soe.open(path)).to_contain_text("2 条有异议")
    expect(soe.main).to_contain_text("2980 / 300 次")
    load(vendor, path, readings(0, 100, "B"))
    expect(vendor.open(path)).to_contain_text("passed its stop limit")
    assert_accessible(vendor.page)
    vendor.press("Agree to resume")
    soe.open(path)
    soe.press("同意恢复运行")
    expect(soe.main.locator(".objhead .tag")).to_have_text("正式运行")


def report(vendor: Person, soe: Person, path: str, verdict: str) -> None:
    """The run ends; what both recommend is written and signed."""
    soe.open(path)
    surely(soe, "结束运行，编写报告")
    soe.open(f"{path}/report/edit")
    soe.fill({"verdict": verdict, "scope": "一号库", "findings": "一天触及停止线，已查明。"})
    soe.press("保存报告")
    soe.open(f"{path}/report")
    assert_accessible(soe.page)
    soe.press("签署这份报告")
    vendor.open(f"{path}/report")
    vendor.press("Sign this report")


def verify(province: Person, path: str) -> None:
    """An official has been there, and decides."""
    province.open(f"{path}/verify")
    province.fill({"day": clock.today().isoformat(), "who": "二人", "seen": "一致", "decision": "verify"})
    province.press("确认办理")
    expect(province.main.locator(".objhead .tag")).to_have_text("已验证")


def printed(visitor: Person, path: str) -> str:
    """Everybody reads the report, on its page and as a PDF in the language of the page; gives the need's number."""
    main = visitor.open(f"{path}/report")
    expect(main).to_contain_text("Use it more widely")
    expect(main.locator(".plot svg[role=img]")).to_have_count(1)
    link = main.get_by_role("link", name="Download PDF").get_attribute("href") or ""
    words = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(visitor.body(f"{link}?lang=en"))).pages)
    assert "Report of the pilot" in words
    assert "任务完成率" in words
    return re.search(r"S-\d{4}-\d{6}", words)[0]  # type: ignore[index]


# ---- the site and the library ----


def apply(owner: Person, pilot: str) -> str:
    """The form with a picture, the pre-check, and it is on its way; gives the path of the site."""
    owner.open("/sites/new")
    owner.main.locator('input[name="kind"][value="place"]').check()
    owner.main.locator(f'input[name="pilots"][value="{pilot}"]').check()
    owner.press("建立草稿")
    texts = dict.fromkeys(("building", "running", "effects", "copying", "safety"), "写明")
    owner.fill({
        "title": "变电站巡检示范点", "region": "340100", "address": "一号变电站", "longitude": "117.2",
        "latitude": "31.8", "running_since": "2026-01-05", "safety_officer": "王工", **texts,
        "robots-0-name": "巡检机器人", "robots-0-count": "3", "checklist": list(CHECKLIST),
    })  # fmt: skip
    owner.attach("new_pictures", [("现场.jpg", "image/jpeg", jpeg())])
    owner.press("保存并预检")
    assert_accessible(owner.page)
    expect(owner.main.locator(".pictures img")).to_have_count(1)
    owner.press("提交申报")
    expect(owner.main).to_contain_text("待市级推荐")
    return "/sites/" + owner.number()


def copied(firm: Person, province: Person, visitor: Person, need: str) -> None:
    """Another firm copies it for its own city, without script; once approved, everybody finds it on the chain."""
    firm.open(f"/library/{need}")
    with firm.page.expect_navigation():
        firm.main.get_by_role("link", name="复制到本单位").first.click()
    firm.press("建立草稿")
    copy = firm.number()
    firm.fill({"region": "340200", "place": "二号站"})
    firm.go_on()
    firm.open(f"/scenarios/{copy}/edit/what")
    firm.fill({"title": COPY})
    firm.go_on()
    firm.open(f"/scenarios/{copy}/edit/contact")
    firm.fill({"contact_name": "赵六", "contact_phone": "0553-2990001"})
    firm.go_on()
    expect(firm.open(f"/scenarios/{copy}").locator("#library")).to_contain_text(need)
    firm.open(f"/scenarios/{copy}/check")
    submit(firm)
    visitor.open(f"/scenarios/{copy}", status=404)
    province.decide("scenarios", copy, "approve")
    visitor.open(f"/scenarios/{copy}")
    with visitor.page.expect_navigation():
        visitor.main.get_by_role("link", name="Full history").click()
    expect(visitor.page).to_have_url(re.compile(f"/chains/{need}$"))
    assert_accessible(visitor.page)
    for words in (copy, "Copied to Wuhu", "Promoted to mature", "Designated"):
        expect(visitor.main).to_contain_text(words)
    visitor.main.locator(".proof summary").last.click()
    chain = json.loads(visitor.text(f"/chains/{need}.json"))
    expect(visitor.main.locator(".proof").last).to_contain_text(chain["events"][-1]["sha256"])
    assert {"number": copy, "copied_from": need}.items() <= chain["needs"][-1].items()


def test_a_pilot_that_ends_in_stop_is_a_result(sample: LiveSite, windows: Windows) -> None:
    """Both say "stop here": verified all the same, said without shame in both languages, and no ground for a tier."""
    vendor, soe, province = (
        arrive(windows, "vendor2", language="en"),
        arrive(windows, "soe2"),
        arrive(windows, "province"),
    )
    with sample.app.app_context():
        product, need = (Numbers().of(kind, who=who) for kind, who in (("products", "vendor2"), ("scenarios", "soe2")))
    soe.open(f"/pilots/new?product={product}&scenario={need}")
    path = agreed(vendor, soe)
    report(vendor, soe, path, "stop")
    verify(province, path)
    number = path.rpartition("/")[2]
    expect(vendor.open(f"{path}/report")).to_contain_text("Stop here")
    expect(soe.open(f"{path}/report")).to_contain_text("到此为止")
    evidence = soe.open(f"/library/{need}").locator("#evidence")
    expect(evidence).not_to_contain_text(number)
    expect(soe.main.locator("#lessons")).to_contain_text(number)


def test_the_map_of_sites_is_used_by_keyboard(sample: LiveSite, windows: Windows) -> None:
    """A city of the map narrows the list; a mark leads to its site, and from there to its plate."""
    reader = arrive(windows, language="en")
    main = reader.open("/sites")
    assert main.locator(".map__mark").count() > 1
    for first, where in (
        (main.locator(".map--sites a", has_text="Hefei"), "city=340100"),
        (main.locator(".map__mark").first, "/sites/D-"),
    ):
        first.focus()
        with reader.page.expect_navigation():
            reader.page.keyboard.press("Enter")
        expect(reader.page).to_have_url(re.compile(where))
    with reader.page.expect_navigation():
        reader.main.get_by_role("link", name="Page of the plate").click()
    expect(reader.main).to_contain_text("This site is in force.")
