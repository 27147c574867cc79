"""A firm posts its need as a challenge; a vendor asks, an addendum moves the deadline; no browser runs a script."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from marketplace.core import clock
from tests.factories import calendar
from tests.support.browser import Windows
from tests.support.journey import PDF, Person, arrive
from tests.support.servers import LiveSite, wait_until


def at(days: int) -> str:
    """So many days from now at 17:00 in Beijing, as the field takes it."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T17:00"


def test_a_need_becomes_a_challenge_with_a_question_and_an_addendum(sample: LiveSite, windows: Windows) -> None:
    with sample.app.app_context():
        calendar.know()
    firm, official, vendor, visitor = (
        arrive(windows, who, javascript=False) for who in ("soe", "province", "vendor", "")
    )
    number = write(firm)
    visitor.open(f"/challenges/{number}", status=404)
    official.open(f"/challenges/{number}")
    official.press("同意发榜")
    wait_until(lambda: visitor.status(f"/challenges/{number}") == 200, "published by the worker", 20)
    ask_and_answer(firm, vendor, visitor, number)
    amend(firm, official, visitor, number)


def write(firm: Person) -> str:
    firm.open("/scenarios")
    firm.open("/workspace/")
    # The talks about it bear its title too.
    firm.main.locator('a[href^="/scenarios/S-"]', has_text="变电站设备区自主巡检").first.click()
    firm.main.get_by_role("link", name="以此需求发起榜单").click()
    firm.main.locator("button[name=organization]").first.click()
    number = firm.number()
    times = {"questions_until": 15, "answers_until": 18, "deadline": 30, "opening_at": 31}
    firm.fill({
        "task": "变电站自主巡检攻关", "months": "18", "funds": "300",
        "payments-0-name": "验收", "payments-0-share": "90",
        "criteria-0-name": "可行性", "criteria-0-weight": "100", **{key: at(days) for key, days in times.items()},
    })  # fmt: skip
    firm.attach("contract", [("合同范本.pdf", "application/pdf", PDF)])
    firm.press("保存并核对")
    for words in ("合计要等于 100%", "评审项至少 2 项"):
        expect(firm.main).to_contain_text(words)
    firm.open(f"/challenges/{number}/edit")
    firm.page.locator("button[name=add][value=criteria]").click()
    firm.fill({"payments-0-share": "100", "criteria-0-weight": "60", "criteria-1-name": "经济性",
               "criteria-1-weight": "40"})  # fmt: skip
    firm.press("保存并核对")
    firm.press("送审")
    return number


def ask_and_answer(firm: Person, vendor: Person, visitor: Person, number: str) -> None:
    vendor.open(f"/challenges/{number}/ask")
    vendor.fill({"body": "能否夜间进场？"})
    vendor.press("提交问题")
    firm.open(f"/challenges/{number}/questions")
    expect(firm.main).to_contain_text("能否夜间进场？")
    expect(firm.main).not_to_contain_text("演示单位·供方")
    firm.main.locator("input[name=questions]").first.check()
    firm.fill({"question": "夜间可以进场吗？", "answer": "可以，提前一天预约。"})
    firm.press("公开答复")
    main = visitor.open(f"/challenges/{number}")
    expect(main).to_contain_text("可以，提前一天预约。")
    expect(main).not_to_contain_text("能否夜间进场？")


def amend(firm: Person, official: Person, visitor: Person, number: str) -> None:
    firm.open(f"/challenges/{number}/addendum")
    firm.fill({"material": "y", "text": "工期改为二十个月", "months": "20", "deadline": at(45), "opening_at": at(46)})
    firm.press("提交发布")
    expect(visitor.open(f"/challenges/{number}")).not_to_contain_text("二十个月")
    official.open(f"/challenges/{number}")
    official.press("发布更正")
    main = visitor.open(f"/challenges/{number}")
    expect(main).to_contain_text("工期改为二十个月")
    expect(main).to_contain_text(re.compile("重新确认"))
    assert visitor.body(f"/challenges/{number}/editions/2.json") != visitor.body(
        f"/challenges/{number}/editions/1.json"
    )
