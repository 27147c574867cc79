"""From a stranger to the first draft: register, confirm by the link of the mail, found an organization, be verified."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from stdnum.cn import uscc

from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.mails import mail_to
from tests.support.servers import LiveSite

EMAIL, PASSWORD = "newcomer@test.example", "a long enough sentence"
BODY = "91340100MA2ABCDE1"
CODE = BODY + str(uscc.calc_check_digit(BODY))


def test_a_stranger_becomes_a_vendor(sample: LiveSite, windows: Windows, mails: list[tuple[str, str, str]]) -> None:
    newcomer, city = arrive(windows), arrive(windows, "city")
    register(newcomer, mails)
    number = found_organization(newcomer)
    newcomer.press("提交核验")
    expect(newcomer.main).to_contain_text("核验中")
    assert arrive(windows).status(f"/organizations/{number}") == 404
    city.open("/review/?kind=organizations")
    expect(city.main).to_contain_text("旅程机器人有限公司")
    city.open(f"/review/organizations/{number}")
    city.fill({"decision": "return", "note": "联系电话无人接听"})
    city.press("提交决定")
    assert "联系电话无人接听" in mail_to(mails, EMAIL, "退回")
    correct(newcomer, number)
    city.open(f"/review/organizations/{number}")
    expect(city.main).to_contain_text("0551-62600002")
    city.fill({"decision": "verify"})
    city.press("提交决定")
    assert number in mail_to(mails, EMAIL, "已通过核验")
    newcomer.open("/products/new")
    newcomer.fill({"title": "旅程第一件产品"})
    newcomer.press("存草稿离开")
    expect(newcomer.main).to_contain_text("旅程第一件产品")
    assert arrive(windows).status(f"/organizations/{number}") == 200


def register(newcomer: Person, mails: list[tuple[str, str, str]]) -> None:
    newcomer.open("/account/register")
    newcomer.fill({"name": "新来的人", "email": EMAIL, "password": PASSWORD, "again": PASSWORD + "x", "consent": True})
    newcomer.press("注册")
    assert (
        newcomer.errors() == ["再输入一次密码：两次输入的密码不一样"] or "两次输入的密码不一样" in newcomer.errors()[0]
    )
    expect(newcomer.main.locator('[name="email"]')).to_have_value(EMAIL)
    newcomer.fill({"password": PASSWORD, "again": PASSWORD})
    newcomer.press("注册")
    expect(newcomer.main.get_by_role("heading", level=1)).to_have_text("请查收邮件")
    link = re.search(r"https?://\S+/account/confirm/\S+", mail_to(mails, EMAIL, "确认"))
    assert link is not None
    newcomer.open(link[0])
    newcomer.press("确认这个邮箱")
    newcomer.sign_in(EMAIL, PASSWORD)
    expect(newcomer.main).to_contain_text("先登记或加入单位")


def found_organization(newcomer: Person) -> str:
    newcomer.open("/organizations/new")
    newcomer.fill({
        "name": "旅程机器人有限公司", "kind": "vendor", "credit_code": CODE[:-1] + "I", "region": "340100",
        "contact_name": "新来的人", "contact_phone": "0551-62600001",
    })  # fmt: skip
    newcomer.press("登记单位")
    assert len(newcomer.errors()) == 1
    newcomer.fill({"credit_code": CODE})
    newcomer.press("登记单位")
    return newcomer.number()


def correct(newcomer: Person, number: str) -> None:
    newcomer.open("/workspace/")
    expect(newcomer.main).to_contain_text("旅程机器人有限公司")
    newcomer.open(f"/organizations/{number}/edit")
    newcomer.fill({"contact_phone": "0551-62600002"})
    newcomer.press("保存")
    newcomer.press("提交核验")
