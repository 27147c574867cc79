"""A person's safety in a browser: a second factor set up, asked for, lost and recovered; a session ended elsewhere."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.mails import mail_to
from tests.support.servers import LiveSite

PASSWORD = "a long enough sentence"
# (language, address, words of the pages)
CHINESE = {
    "register": "注册", "confirm": "确认这个邮箱", "on": "启用", "kept": "已经保存好", "out": "退出", "in": "登录",
    "codes": "恢复码", "this": "这台设备", "end": "结束登录", "mail": "确认", "left": "还剩 9 个",
}  # fmt: skip
ENGLISH = {
    "register": "Register", "confirm": "Confirm this address", "on": "Turn on", "kept": "I have saved them",
    "out": "Sign out", "in": "Sign in", "codes": "Recovery codes", "this": "This device", "end": "End session",
    "mail": "confirm", "left": "9 left",
}  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("zh_CN", CHINESE), ("en", ENGLISH)])
def test_register_set_up_lose_recover_and_end_a_session_elsewhere(
    sample: LiveSite, windows: Windows, mails: list[tuple[str, str, str]], language: str, words: dict[str, str]
) -> None:
    email = f"careful-{language.lower().replace('_', '')}@test.example"
    newcomer = arrive(windows, language=language)
    registered(newcomer, mails, email, words)
    codes = guarded(newcomer, words)
    newcomer.page.locator("header").get_by_role("button", name=words["out"]).click()

    half_in(newcomer, email)
    assert_accessible(newcomer.page)
    newcomer.fill({"code": "000000"})
    newcomer.press(words["in"])
    assert len(newcomer.errors()) == 1
    # The device is lost: a recovery code signs in, a new device is set up, the old one is worth nothing.
    newcomer.fill({"code": codes[0]})
    newcomer.press(words["in"])
    expect(newcomer.page).to_have_url(re.compile(r"/account/security$"))
    expect(newcomer.page.locator("body")).to_contain_text(words["left"])
    renewed = guarded(newcomer, words)
    assert not set(codes) & set(renewed)

    elsewhere = arrive(windows, language=language)
    half_in(elsewhere, email)
    elsewhere.fill({"code": renewed[0]})
    elsewhere.press(words["in"])
    elsewhere.open("/workspace/")
    newcomer.open("/account/sessions")
    assert_accessible(newcomer.page)
    expect(newcomer.main.locator("tbody tr")).to_have_count(2)
    newcomer.main.locator("tbody tr").filter(has_not_text=words["this"]).get_by_role("button").click()
    expect(newcomer.main.locator("tbody tr")).to_have_count(1)
    elsewhere.page.goto("/workspace/")
    expect(elsewhere.page).to_have_url(re.compile(r"/account/sign-in\?next=/workspace/$"))


def registered(newcomer: Person, mails: list[tuple[str, str, str]], email: str, words: dict[str, str]) -> None:
    newcomer.open("/account/register")
    newcomer.fill({"name": "Wang Wu", "email": email, "password": PASSWORD, "again": PASSWORD, "consent": True})
    newcomer.press(words["register"])
    link = re.search(r"https?://\S+/account/confirm/\S+", mail_to(mails, email, words["mail"]))
    assert link is not None
    newcomer.open(link[0])
    newcomer.press(words["confirm"])
    newcomer.sign_in(email, PASSWORD)


def guarded(person: Person, words: dict[str, str]) -> list[str]:
    """Set up a device by hand-typed key; the recovery codes that the page shows once."""
    person.open("/account/second-factor")
    assert_accessible(person.page)
    key = person.main.locator(".qr__key").inner_text().replace(" ", "")
    expect(person.main.locator("svg.segno")).to_be_visible()
    person.fill({"code": pyotp.TOTP(key).now(), "present": PASSWORD})
    person.press(words["on"])
    expect(person.main.get_by_role("heading", level=1)).to_have_text(words["codes"])
    assert_accessible(person.page)
    codes = person.main.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    person.main.get_by_role("link", name=words["kept"]).click()
    assert_accessible(person.page)
    return codes


def half_in(person: Person, email: str) -> None:
    person.open("/account/sign-in")
    person.main.locator("input[name=email]").fill(email)
    person.main.locator("input[name=password]").fill(PASSWORD)
    person.main.locator("form button").click()
    expect(person.page).to_have_url(re.compile(r"/account/sign-in/code"))


def test_pages_of_an_account_of_one_s_own_are_accessible(
    sample: LiveSite, windows: Windows, mails: list[tuple[str, str, str]]
) -> None:
    reader = arrive(windows)
    registered(reader, mails, "reader@test.example", CHINESE)
    for path in ("password", "address", "leave", "privacy"):
        reader.open(f"/account/{path}")
        assert_accessible(reader.page)
