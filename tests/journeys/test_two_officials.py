"""Two officials decide on the same thing at once: the second sees who did what, and what he typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.journey_pages import Numbers
from tests.support.servers import LiveSite

NOTE = "请补充第三方检测报告，并写明测试条件。"


@pytest.mark.parametrize("plural", ["products", "scenarios"])
def test_the_second_official_sees_who_was_first_and_keeps_his_words(
    sample: LiveSite, windows: Windows, plural: str
) -> None:
    city, province = arrive(windows, "city"), arrive(windows, "province")
    with sample.app.app_context():
        who = {"products": "vendor", "scenarios": "soe2"}[plural]
        number = Numbers().of(plural, "in_review", who=who)
    for official in (city, province):
        official.open(f"/review/{plural}/{number}")
    city.fill({"decision": "approve"})
    city.press("提交决定")
    province.fill({"decision": "return", "reasons": ["material"], "note": NOTE})
    province.press("提交决定")
    check_conflict(province)
    province.main.get_by_role("link", name="查看现在的状态").click()
    expect(province.main.get_by_role("heading", level=1)).to_be_visible()
    assert arrive(windows).status(f"/{plural}/{number}") == 200


def check_conflict(late: Person) -> None:
    expect(late.main.get_by_role("heading", level=1)).to_have_text("别人刚刚改过")
    expect(late.main).to_contain_text("合肥市工业和信息化局")
    expect(late.main).to_contain_text("通过并发布")
    kept = [box.input_value() for box in late.main.get_by_role("textbox").all()]
    assert any(NOTE in words and "缺少支撑材料" in words for words in kept), kept
    assert_accessible(late.page)
