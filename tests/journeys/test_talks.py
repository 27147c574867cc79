"""A talk in a real browser, as both sides: find, compare, answer, accept, write with a file, agree on a pilot."""

from __future__ import annotations

import pytest

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
    firm.open(f"/scenarios/{need}/answers")
    assert number in firm.main.inner_text()
    firm.open(f"/enquiries/{number}")
    firm.press("接受对接")
    firm.fill({"text": "请看场地说明。"})
    firm.attach("files", [("场地.txt", "text/plain", "长 40 米".encode())])
    firm.press("发送")
    file = firm.main.locator(".attach a").first.get_attribute("href") or ""

    vendor.open(f"/enquiries/{number}")
    assert "请看场地说明" in vendor.main.inner_text()
    assert "40" in vendor.text(file)
    vendor.press("Show contact data")
    assert "0551-62990000" in vendor.main.inner_text()
    stranger = arrive(windows, "vendor2")
    assert (stranger.status(file), stranger.status(f"/enquiries/{number}")) == (404, 404)

    agree(vendor, firm, number)


def agree(vendor: Person, firm: Person, number: str) -> None:
    """One proposes a pilot, the other confirms."""
    vendor.open(f"/enquiries/{number}")
    vendor.fill({"on_day": vendor.page.evaluate("new Date().toISOString().slice(0, 10)")})
    vendor.main.locator("input[name=kind][value=pilot]").check()
    vendor.press("Propose")
    firm.open(f"/enquiries/{number}")
    assert "供方" in firm.main.locator("#outcome").inner_text()
    with firm.page.expect_navigation():
        firm.main.locator("button[value=confirm]").click()
    assert "已达成" in firm.main.locator(".objhead").inner_text()
    assert "查看对方联系方式" in firm.main.locator(".log").inner_text()  # the other side knows that it was read
