"""Signing in and out, registering, confirming and the account page, through HTTP in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import links, passwords, services
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.queries import token_hash, user_by_email
from marketplace.config import Config
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from tests.factories import accounts
from tests.support.settings import settings
from tests.support.site import Client, Clock

Db = scoped_session[Session]
REGISTRATION = {
    "name": "张三",
    "email": "zhang@test.example",
    "password": "很长的一句密码很好记",
    "again": "很长的一句密码很好记",
    "consent": "y",
}


def title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("/account/sign-in", "登录", "Sign in"),
        ("/account/register", "注册", "Register"),
        ("/account/registered", "请查收邮件", "Check your e-mail"),
    ],
)
def test_pages_for_everybody(client: Client, path: str, zh: str, en: str) -> None:
    chinese, english = client.get(path), client.get(path + "?lang=en")
    assert (chinese.status_code, english.status_code) == (200, 200)
    assert title(chinese.text).startswith(zh)
    assert title(english.text).startswith(en)
    assert f'<h1 class="h1">{en}' in english.text


def test_sign_in_leads_back_and_out_ends_the_session(client: Client, session: Db) -> None:
    user_id = accounts.person("zhang@test.example").id
    asked = client.get("/account/?x=1")
    assert asked.location == "/account/sign-in?next=/account/?x%3D1"
    answer = client.submit(asked.location, {"email": " Zhang@Test.example", "password": accounts.PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/account/?x=1")
    assert "zhang@test.example" in client.get("/account/").text
    with client.session_transaction() as held:
        token = held["_user_id"]
    row = session.query(UserSession).one()
    assert (row.token_hash, row.user_id) == (token_hash(token), user_id)
    assert client.get("/account/sign-in").location == "/workspace/"
    assert client.submit("/account/sign-out").location == "/"
    assert client.get("/account/").status_code == 302
    with client.session_transaction() as held:
        held["_user_id"] = token
    assert client.get("/account/").status_code == 302, "a copied cookie is worth nothing after signing out"
    actions = [entry.action for entry in ledger.history(session.get_one(User, user_id))]
    assert actions == ["register", "confirm", "sign_in", "sign_out"]


def test_signing_in_leaves_nothing_of_the_visitor_s_session(client: Client, session: Db) -> None:
    user = accounts.person()
    with client.session_transaction() as held:
        held["planted"] = "before"
    before = client.token()
    accounts.sign_in(client, user)
    with client.session_transaction() as held:
        assert "planted" not in held
    refused = client.post("/account/sign-out", data={"csrf_token": before})
    assert refused.status_code == 400


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_off_the_site(client: Client, session: Db, next_: str) -> None:
    user = accounts.person()
    given = {"email": user.email, "password": accounts.PASSWORD, "next": next_}
    assert client.submit("/account/sign-in", given).location == "/workspace/"


@pytest.mark.parametrize(
    ("lang", "text", "error"), [("zh", "邮箱或密码不对", "出错："), ("en", "Wrong e-mail or password", "Error:")]
)
def test_wrong_address_and_wrong_password_look_the_same(
    client: Client, session: Db, lang: str, text: str, error: str
) -> None:
    accounts.person("zhang@test.example")
    pages = []
    for email in ("zhang@test.example", "nobody@test.example"):
        answer = client.submit(f"/account/sign-in?lang={lang}", {"email": email, "password": "wrong, very wrong"})
        assert answer.status_code == 422
        assert title(answer.text).startswith(error)
        assert f'value="{email}"' in answer.text
        assert "very wrong" not in answer.text
        pages.append(re.sub(r'csrf_token" [^>]*', "", answer.text.replace(email, "")))
    assert pages[0] == pages[1]
    assert text in pages[0]
    assert session.query(UserSession).count() == 0


def test_who_is_not_confirmed_is_told_after_the_right_password_only(client: Client, session: Db) -> None:
    accounts.person("zhang@test.example", confirmed=False)
    wrong = client.submit("/account/sign-in", {"email": "zhang@test.example", "password": "wrong, very wrong"})
    assert "还没有确认" not in wrong.text
    assert session.query(OutboxMessage).count() == 1
    right = client.submit("/account/sign-in", {"email": "zhang@test.example", "password": accounts.PASSWORD})
    assert right.status_code == 422
    assert "这个邮箱还没有确认" in right.text
    assert [each.topic for each in session.query(OutboxMessage)] == ["user.registered"] * 2
    assert session.query(UserSession).count() == 0


def test_a_disabled_account_cannot_sign_in(client: Client, session: Db) -> None:
    user = accounts.person("zhang@test.example")
    with transaction():
        user.disabled_at = user.created_at
    answer = client.submit("/account/sign-in", {"email": "zhang@test.example", "password": accounts.PASSWORD})
    assert answer.status_code == 422
    assert "已停用" in answer.text


def test_the_password_is_worked_on_outside_the_transaction(
    client: Client, session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    for name in ("matches", "hash_password"):
        real = getattr(passwords, name)

        def spy(*args: object, real: object = real, **options: object) -> object:
            held.append(bool(db.session.info.get("in_transaction")))
            return real(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(passwords, name, spy)
    client.submit("/account/register", REGISTRATION)
    client.submit("/account/sign-in", {"email": "zhang@test.example", "password": "x"})
    assert held == [False, False]


def test_registering_and_confirming(app: Flask, client: Client, session: Db) -> None:
    answer = client.submit("/account/register?lang=en", REGISTRATION)
    assert answer.location == "/account/registered"
    user = user_by_email("zhang@test.example")
    assert user is not None
    assert (user.name, user.language, user.confirmed_at) == ("张三", "en", None)
    link = "/account/confirm/" + links.CONFIRM.token(user, app.extensions["config"].secret_key)
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "zhang@test.example" in page.text
    found = user_by_email("zhang@test.example")
    assert found is not None
    assert found.confirmed_at is None, "opening the link must not confirm"
    for _ in range(2):
        assert client.submit(link).location == "/account/sign-in"
    assert "已经确认" in client.get(link + "?lang=zh").text
    entries = [entry.action for entry in ledger.entries() if entry.subject_type == "user"]
    assert entries == ["register", "confirm"]


def test_a_known_address_gets_the_same_answer(client: Client, session: Db) -> None:
    accounts.person("zhang@test.example", name="本人")
    answer = client.submit("/account/register", REGISTRATION)
    assert (answer.status_code, answer.location) == (302, "/account/registered")
    assert [each.topic for each in session.query(OutboxMessage)] == ["user.registered", "user.registered_again"]
    user = user_by_email("zhang@test.example")
    assert user is not None
    assert user.name == "本人"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": " "}, "请填写此项"), ({"email": "zhang"}, "邮箱格式不对"),
        ({"password": "short", "again": "short"}, "密码需要 10 到 128 个字符"), 
        ({"again": "另外一句密码好记"}, "两次输入的密码不一样"),
    ],
)  # fmt: skip
def test_a_refused_registration_keeps_what_was_typed(
    client: Client, session: Db, change: dict[str, str], text: str
) -> None:
    given = {**REGISTRATION, **change}
    answer = client.submit("/account/register", given)
    assert answer.status_code == 422
    assert title(answer.text).startswith("出错：注册")
    assert text in answer.text
    assert 'role="alert"' in answer.text
    assert f'value="{given["email"]}"' in answer.text
    assert given["password"] not in answer.text
    assert session.query(User).count() == 0


def test_a_dead_link_says_why_and_what_to_do(client: Client, clock: Clock, app: Flask, session: Db) -> None:
    user = accounts.person(confirmed=False)
    link = "/account/confirm/" + links.CONFIRM.token(user, app.extensions["config"].secret_key)
    clock.forward(hours=49)
    for method in (client.get, client.submit):
        for path in (link, "/account/confirm/made-up"):
            answer = method(path)
            assert answer.status_code == 403
            assert "48 小时" in answer.text
            assert "/account/register" in answer.text


def test_changing_the_account(client: Client, session: Db) -> None:
    user = accounts.official(accounts.HEFEI, department="合肥市工业和信息化局", email="zhang@test.example")
    made = accounts.organization("returned", owner=user)
    accounts.sign_in(client, user)
    page = client.get("/account/").text
    for text in ("合肥市工业和信息化局", "单位核验", made.name, "已退回"):
        assert text in page
    assert client.submit("/account/", {"name": "张\n三丰", "language": "en"}).location == "/account/"
    changed = user_by_email("zhang@test.example")
    assert changed is not None
    assert (changed.name, changed.language) == ("张 三丰", "en")
    assert ledger.history(changed)[-1].data == {"changed": ["name", "language"]}
    english = client.submit("/account/?lang=en", {"name": "", "language": "fr"})
    assert english.status_code == 422
    assert title(english.text).startswith("Error: My account")


def test_a_visitor_has_no_account_page(client: Client) -> None:
    assert client.get("/account/").location == "/account/sign-in?next=/account/"
    assert client.submit("/account/sign-out").location == "/"
    assert client.get("/account/sign-out").status_code == 405


class TestDemonstration:
    """The demonstration shows its accounts on the sign-in page."""

    @pytest.fixture
    def config(self, database_url: str, tmp_path: Path) -> Config:
        return replace(settings(database_url, tmp_path / "data"), demo=True)

    def test_accounts_are_listed(self, client: Client, session: Db) -> None:
        with transaction():
            services.make_demo_account("vendor@demo.example", "演示供方", "jiyu-demo-2026", cheap=True)
        accounts.person("real@test.example")
        page = client.get("/account/sign-in").text
        assert "vendor@demo.example" in page
        assert "real@test.example" not in page
        given = {"email": "vendor@demo.example", "password": "jiyu-demo-2026"}
        assert client.submit("/account/sign-in", given).status_code == 302
        assert "打印在" in client.get("/account/registered").text
