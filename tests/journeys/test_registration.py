"""From a stranger to a verified organization with a second member, in both languages, each in a browser of his own."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import expect
from stdnum.cn import uscc

from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.servers import LiveSite, wait_until

PASSWORD = "a long enough sentence"
Mails = list[tuple[str, str, str]]

# What the buttons and headings of the way are called.
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "register": "注册", "look": "请查收邮件", "confirm": "确认这个邮箱", "first": "先登记或加入单位",
        "found": "登记单位", "submit": "提交核验", "pending": "核验中", "save": "保存", "decide": "提交决定",
        "invite": "发出邀请", "accept": "接受邀请", "leave": "存草稿离开",
    },
    "en": {
        "register": "Register", "look": "Check your e-mail", "confirm": "Confirm this address",
        "first": "Register or join an organization first", "found": "Register an organization",
        "submit": "Submit for verification", "pending": "Being verified", "save": "Save",
        "decide": "Submit the decision",
        "invite": "Send the invitation", "accept": "Accept", "leave": "Save the draft and leave",
    },
}  # fmt: skip


def code(language: str) -> str:
    """A credit code with a right check digit, another one for each language."""
    body = f"91340100MA2{language.upper()}ABC1"[:17].replace("Z", "Y")
    return body + str(uscc.calc_check_digit(body))


def link_to(mails: Mails, address: str, path: str) -> str:
    """The link below a path in the last mail to somebody that has one, once it was sent."""

    def found() -> list[str]:
        pattern = rf"https?://\S+{path}\S*"
        return [link[0] for to, _subject, text in mails if to == address and (link := re.search(pattern, text))]

    wait_until(lambda: bool(found()), f"a mail to {address} with a link to {path}")
    return found()[-1]


def told(mails: Mails, address: str, words: str) -> None:
    wait_until(lambda: any(to == address and words in text for to, _s, text in mails), f"{address} reads {words}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_stranger_becomes_a_vendor(sample: LiveSite, windows: Windows, mails: Mails, language: str) -> None:
    say, name = WORDS[language], f"旅程机器人有限公司{language}"
    reads = {"zh": "zh_CN", "en": "en"}[language]
    newcomer, city = arrive(windows, language=reads), arrive(windows, "city")
    email = f"newcomer.{language}@test.example"
    register(newcomer, mails, email, say)
    expect(newcomer.main).to_contain_text(say["first"])
    number = found_organization(newcomer, name, language)
    newcomer.press(say["submit"])
    expect(newcomer.main).to_contain_text(say["pending"])
    assert arrive(windows).status(f"/organizations/{number}") == 404
    city.open("/review/?kind=organizations")
    expect(city.main).to_contain_text(name)
    city.decide("organizations", number, "return", "联系电话无人接听")
    told(mails, email, "联系电话无人接听")
    correct(newcomer, name, number, say)
    city.open(f"/review/organizations/{number}")
    expect(city.main.locator(".diff")).to_contain_text("0551-62600002")
    city.decide("organizations", number, "verify")
    told(mails, email, number)
    assert arrive(windows).status(f"/organizations/{number}") == 200
    colleague = arrive(windows, language=reads)
    invite(newcomer, number, f"colleague.{language}@test.example", say)
    join(colleague, mails, f"colleague.{language}@test.example", say)
    newcomer.open(f"/organizations/{number}/members")
    expect(newcomer.main).to_contain_text(f"colleague.{language}@test.example")
    colleague.open("/products/new")
    colleague.fill({"title": "旅程第一件产品"})
    colleague.press(say["leave"])
    expect(colleague.main).to_contain_text("旅程第一件产品")


def register(person: Person, mails: Mails, email: str, say: Mapping[str, str]) -> None:
    person.open("/account/register")
    person.fill({"name": "新来的人", "email": email, "password": PASSWORD, "again": PASSWORD + "x", "consent": True})
    person.press(say["register"])
    assert len(person.errors()) == 1
    expect(person.main.locator('[name="email"]')).to_have_value(email)
    person.fill({"password": PASSWORD, "again": PASSWORD})
    person.press(say["register"])
    expect(person.main.get_by_role("heading", level=1)).to_have_text(say["look"])
    person.open(link_to(mails, email, "/account/confirm/"))
    person.press(say["confirm"])
    person.sign_in(email, PASSWORD)


def found_organization(newcomer: Person, name: str, language: str) -> str:
    say, right = WORDS[language], code(language)
    newcomer.open("/organizations/new")
    newcomer.fill({
        "name": name, "kind": "vendor", "credit_code": right[:-1] + "I", "region": "340100",
        "contact_name": "新来的人", "contact_phone": "0551-62600001",
    })  # fmt: skip
    newcomer.press(say["found"])
    assert len(newcomer.errors()) == 1
    newcomer.fill({"credit_code": right})
    newcomer.press(say["found"])
    return newcomer.number()


def correct(newcomer: Person, name: str, number: str, say: Mapping[str, str]) -> None:
    newcomer.open("/workspace/")
    expect(newcomer.main).to_contain_text(name)
    newcomer.open(f"/organizations/{number}/edit")
    newcomer.fill({"contact_phone": "0551-62600002"})
    newcomer.press(say["save"])
    newcomer.press(say["submit"])


def invite(owner: Person, number: str, email: str, say: Mapping[str, str]) -> None:
    owner.open(f"/organizations/{number}/members")
    owner.fill({"email": email})
    owner.press(say["invite"])
    expect(owner.main).to_contain_text(email)


def join(colleague: Person, mails: Mails, email: str, say: Mapping[str, str]) -> None:
    """The link, registering, and the link again."""
    link = link_to(mails, email, "/invitations/")
    colleague.open(link)
    register(colleague, mails, email, say)
    colleague.open(link)
    colleague.press(say["accept"])
    expect(colleague.page).to_have_url(re.compile(r"/members$"))
