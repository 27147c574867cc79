"""A decision reaches the person who filed: the number on every page, the reason in the inbox, and his own choice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from marketplace.listings.notify import OWN_LISTINGS
from marketplace.notifications.unsubscribe import link
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.journey_pages import Numbers
from tests.support.servers import LiveSite

REASON = "请补充第三方检测报告。\n再写明测试条件。"


def unread(person: Person) -> str:
    """The number at the top of the page."""
    return person.page.locator(".topbar a[href='/workspace/inbox/'] b").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_decision_is_read_and_the_mails_are_chosen(sample: LiveSite, windows: Windows, javascript: bool) -> None:
    who, plural = ("vendor", "products") if javascript else ("soe2", "scenarios")
    person, official = arrive(windows, who, javascript=javascript), arrive(windows, "city")
    before = int(unread(person))
    with sample.app.app_context():
        number = Numbers().of(plural, "in_review", who=who)
    official.decide(plural, number, "return", REASON)
    sample.settle()
    person.open("/")
    assert int(unread(person)) == before + 1
    person.page.locator(".topbar").get_by_role("link", name=re.compile("^通知")).click()
    first = person.main.locator(".letter").first
    expect(first).to_contain_text("再写明测试条件。")
    if javascript:  # which the checker itself needs
        assert_accessible(person.page)
    with person.page.expect_navigation():
        first.get_by_role("button", name=re.compile("^退回补正")).click()
    assert number in person.page.url
    assert int(unread(person)) == before
    person.open("/workspace/inbox/")
    person.press("全部标为已读")
    expect(person.main).to_contain_text("0 条未读")
    person.open("/account/notifications")
    person.fill({OWN_LISTINGS.key: "daily"})
    person.press("保存")
    expect(person.main.locator(f"[name={OWN_LISTINGS.key}][value=daily]")).to_be_checked()


def test_a_visitor_stops_mails_by_their_link_and_takes_it_back(sample: LiveSite, windows: Windows) -> None:
    with sample.app.app_context():
        path = Numbers().unsubscribing("vendor2")
    visitor = arrive(windows)
    visitor.open(path)
    visitor.press("关闭这类邮件")
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("已关闭邮件")
    visitor.press("撤销，恢复邮件")
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("已恢复邮件")
    visitor.open(link(1, OWN_LISTINGS.key, "", "another secret of another site"), status=403)
    expect(visitor.main).to_contain_text("不是本平台发出的")
