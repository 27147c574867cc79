"""A talk in a real browser, both sides in both languages: find, compare, answer, accept, write, agree on a pilot.

Half-way each side changes its language, so that either is read by either.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from marketplace.core import clock
from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.servers import LiveSite

pytestmark = pytest.mark.browser


def test_from_finding_a_need_to_an_agreed_pilot(sample: LiveSite, windows: Windows) -> None:
    vendor, firm = arrive(windows, "vendor", language="en"), arrive(windows, "soe")
    vendor.page.goto("/scenarios?q=变电站")
    vendor.main.locator(".hit__title a", has_text="Autonomous inspection of a substation yard").first.click()
    need = vendor.number()
    assert vendor.main.locator("#matches").count() == 1  # compared with the must-haves, on the page of the need
    vendor.main.get_by_role("link", name="Answer this need").click()
    vendor.press("Send")
    assert len(vendor.errors()) == 2
    vendor.main.locator("input[name=products]").first.check()
    vendor.fill({"text": "Ready within two weeks. 两周内到场。"})
    vendor.press("Send")
    talk = vendor.page.url
    assert "Waiting for an answer" in vendor.main.inner_text()

    number = talk.rpartition("/")[2]
    firm.open("/workspace/enquiries")
    assert number in firm.main.inner_text()
    compared = firm.open(f"/scenarios/{need}/answers").locator("tbody tr", has_text=number)
    for words in ("IP67", "全部满足", "自述", "42"):  # must-haves, the verdict, evidence, price
        expect(compared).to_contain_text(words)
    assert number in firm.text(f"/scenarios/{need}/answers.json")
    firm.open(f"/enquiries/{number}")
    firm.press("接受对接")
    firm.fill({"text": "请看场地说明。"})
    firm.attach("files", [("场地.txt", "text/plain", "长 40 米".encode())])
    firm.press("发送")
    file = firm.main.locator(".attach a").first.get_attribute("href") or ""

    vendor.page.goto("/?lang=zh_CN")
    firm.page.goto("/?lang=en")
    vendor.open(f"/enquiries/{number}")
    assert "请看场地说明" in vendor.main.inner_text()
    assert "40" in vendor.text(file)
    vendor.press("查看联系方式")
    assert "0551-62990000" in vendor.main.inner_text()
    stranger = arrive(windows, "vendor2")
    assert (stranger.status(file), stranger.status(f"/enquiries/{number}")) == (404, 404)

    agree(vendor, firm, number)


def agree(vendor: Person, firm: Person, number: str) -> None:
    """One proposes a pilot, the other confirms; the plan of the pilot is one press away for either."""
    vendor.open(f"/enquiries/{number}")
    vendor.fill({"on_day": clock.today().isoformat()})
    vendor.main.locator("input[name=kind][value=pilot]").check()
    vendor.press("提出，等对方确认")
    firm.open(f"/enquiries/{number}")
    assert "Supplier" in firm.main.locator("#outcome").inner_text()
    with firm.page.expect_navigation():
        firm.main.locator("button[value=confirm]").click()
    assert "Agreed" in firm.main.locator(".objhead").inner_text()
    assert "Looked at the other side's contact data" in firm.main.locator(".log").inner_text()
    expect(firm.main.locator(f'a[href$="/pilots/from/enquiry/{number}"]')).to_be_visible()
    expect(vendor.open(f"/enquiries/{number}").locator("#pilot")).to_contain_text("拟订验证方案")
