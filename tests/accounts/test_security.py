"""Passwords changed and reset, addresses changed, sessions listed and ended."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import figures, passwords, services
from marketplace.accounts.devices import device
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.queries import user_by_email
from marketplace.core import clock as time
from marketplace.core.actor import SYSTEM
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.settings.services import NEVER_CHANGED, change
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.site import Client, Clock

Db = scoped_session[Session]
MAIL, NEW = "zhang@test.example", "另外一句很长的密码好记"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def user_now(session: Db, email: str = MAIL) -> User:
    user = user_by_email(email)
    assert user is not None
    session.refresh(user)
    return user


def signed_in(app: Flask, email: str = MAIL, password: str = accounts.PASSWORD) -> Client:
    client = app.test_client()
    accounts.sign_in(client, email, password)
    return client  # type: ignore[return-value]


def new_password(text: str, **more: str) -> dict[str, str]:
    return {"password": text, "again": text, "present": accounts.PASSWORD, **more}


# ---- the rules ----


@pytest.mark.parametrize(
    ("password", "easy"),
    [
        ("password123!", True), ("P@ssw0rd2026", True), ("woaini5201314", True), ("qwertyuiop123", True),
        ("hefei20240101", True), ("zhangwei1990", True), ("jiyu机遇2026", True), ("密码密码密码密码", True),
        ("aaaaaaaaaaaaaaaaaaaa", True), ("1qaz2wsx3edc", True), ("ｐａｓｓｗｏｒｄ１２３", True),
        ("zhang.wei@hefei", True),
        ("correct horse battery staple", False), ("很长的一句密码很好记", False), ("x7Kq9-mPz2Lw", False),
    ],
)  # fmt: skip
def test_easy_passwords(password: str, easy: bool) -> None:
    assert passwords.is_easy(password, passwords.about("zhang.wei@hefei.gov.cn", "张伟")) is easy


def test_the_list_is_there() -> None:
    assert len(passwords.common()) > 9000
    assert {"woaini1314", "iloveyou", "123qweasd", "admin123"} <= passwords.common()


def test_a_long_password_is_judged_quickly() -> None:
    assert passwords.is_easy("ab12" * 32)
    assert not passwords.is_easy("".join(chr(0x4E00 + n * 7 % 3000) for n in range(128)))


def test_kinds_of_characters_can_be_asked_for(session: Db) -> None:
    rules = passwords.Rules(least=8, kinds=3)
    rules.check("Sommer-Regen-7")
    with pytest.raises(passwords.FieldError, match="kinds"):
        rules.check("sommerregenwald")
    assert any("3 类" in line.zh for line in rules.lines())


def test_the_rules_are_shown_before_they_are_broken(client: Client, session: Db) -> None:
    with transaction():
        change(figures.PASSWORD_LEAST, "16", SYSTEM, "试验", NEVER_CHANGED)
    assert "16 到 128 个字符" in client.get("/account/register").text
    refused = client.submit("/account/register", {
        "name": "张伟", "email": MAIL, "password": "sommer-15-zeich", "again": "sommer-15-zeich", "consent": "y"
    })  # fmt: skip
    assert refused.status_code == 422


def test_hashes_of_weaker_parameters_are_renewed(app: Flask, session: Db) -> None:
    user = accounts.person(MAIL)
    import argon2

    old = argon2.PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(accounts.PASSWORD)
    with transaction():
        user.password_hash = old
    signed_in(app)
    renewed = user_now(session).password_hash
    assert renewed != old
    assert passwords.matches(renewed, accounts.PASSWORD, cheap=True)
    signed_in(app)
    assert user_now(session).password_hash == renewed


# ---- changing and resetting ----


def test_changing_the_password_ends_the_other_sessions(clock: Clock, app: Flask, session: Db, capsys: Output) -> None:
    accounts.person(MAIL)
    here, there = signed_in(app), signed_in(app)
    delivered(app, capsys)
    for refused in (new_password(NEW, present="wrong"), new_password("short"), new_password(accounts.PASSWORD),
                    new_password(NEW, again="other")):  # fmt: skip
        answer = here.submit("/account/password", refused)
        assert answer.status_code == 422
        assert NEW not in answer.text
    assert here.submit("/account/password", new_password(NEW)).location == "/account/security"
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert delivered(app, capsys)[0]["Subject"] == "您的密码已更换"
    assert ledger.history(user_now(session))[-1].action == "change_password"
    again = {"password": NEW + "二", "again": NEW + "二", "present": NEW, "everywhere": "y"}
    assert here.submit("/account/password", again).location == "/account/sign-in"
    assert here.get("/account/").status_code == 302


def test_the_last_five_are_not_taken_again(clock: Clock, app: Flask, session: Db) -> None:
    accounts.person(MAIL)
    client, present = signed_in(app), accounts.PASSWORD
    for number in range(1, 5):
        wanted = f"{NEW}{'一二三四五'[number]}"
        given = {"password": wanted, "again": wanted, "present": present}
        assert client.submit("/account/password", given).status_code == 302
        present = wanted
    back = {"password": accounts.PASSWORD, "again": accounts.PASSWORD, "present": present}
    refused = client.submit("/account/password", back)
    assert "最近用过的 5 个" in refused.text
    assert client.submit("/account/password", {"password": NEW, "again": NEW, "present": present}).status_code == 302
    assert client.submit("/account/password", {**back, "present": NEW}).status_code == 302, "the sixth is free again"


def test_an_old_password_is_changed_first_where_the_operator_asks_for_it(clock: Clock, app: Flask, session: Db) -> None:
    accounts.person(MAIL)
    with transaction():
        change(figures.PASSWORD_DAYS, "90", SYSTEM, "测评", NEVER_CHANGED)
    clock.forward(days=90)
    client = signed_in(app)
    assert client.get("/workspace/").location == "/account/password"
    assert "更换期限" in client.get("/account/password").text
    client.submit("/account/password", new_password(NEW))
    assert client.get("/workspace/").status_code == 200


def link(mails: list[dict[str, str]], path: str, to: str = MAIL) -> str:
    text = next(mail["body"] for mail in mails if mail["To"] == to and path in mail["body"])
    found = re.search(rf"http://127\.0\.0\.1:8000({path}\S+)", text)
    assert found is not None
    return found[1]


def test_a_reset_by_mail_once_and_in_time(
    clock: Clock, app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    accounts.person(MAIL)
    held = signed_in(app)
    delivered(app, capsys)
    for _ in range(5):
        client.submit("/account/sign-in", {"email": MAIL, "password": "wrong, very wrong"})
    for email in (MAIL, "nobody@test.example"):
        client.submit("/account/forgotten", {"email": email})
    mails = delivered(app, capsys)
    assert [mail["To"] for mail in mails] == [MAIL], "who has no account gets no mail"
    path = link(mails, "/account/reset/")
    for _ in range(2):
        assert client.get(path).status_code == 200, "opening changes nothing"
    assert held.get("/account/").status_code == 200
    assert client.submit(path, {"password": "short", "again": "short"}).status_code == 422
    assert client.submit(path, {"password": NEW, "again": NEW}).location == "/account/sign-in"
    assert held.get("/account/").status_code == 302, "every session ends"
    for method in (client.get, lambda p: client.submit(p, {"password": NEW + "x", "again": NEW + "x"})):
        assert method(path).status_code == 403, "it works once"
    accounts.sign_in(client, MAIL, NEW)  # the lock is lifted
    assert [mail["Subject"] for mail in delivered(app, capsys)] == ["您的密码已更换"]


def test_a_reset_link_dies_with_time_and_with_any_change(
    clock: Clock, app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    accounts.person(MAIL)
    delivered(app, capsys)
    client.submit("/account/forgotten", {"email": MAIL})
    path = link(delivered(app, capsys), "/account/reset/")
    clock.forward(minutes=60)
    assert client.get(path).status_code == 200
    clock.forward(seconds=1)
    assert client.get(path).status_code == 403
    client.submit("/account/forgotten", {"email": MAIL})
    path = link(delivered(app, capsys), "/account/reset/")
    signed_in(app).submit("/account/password", new_password(NEW))
    assert client.get(path).status_code == 403


def test_who_never_confirmed_gets_that_link_instead(app: Flask, client: Client, session: Db, capsys: Output) -> None:
    accounts.person(MAIL, confirmed=False)
    delivered(app, capsys)
    client.submit("/account/forgotten", {"email": MAIL})
    (mail,) = delivered(app, capsys)
    assert "/account/confirm/" in mail["body"]


def test_an_address_is_changed_from_the_new_one(clock: Clock, app: Flask, session: Db, capsys: Output) -> None:
    accounts.person(MAIL)
    client = signed_in(app)
    delivered(app, capsys)
    wanted = {"email": "Zhang2@test.example", "present": accounts.PASSWORD}
    assert client.submit("/account/address", {**wanted, "present": "wrong"}).status_code == 422
    assert client.submit("/account/address", {**wanted, "email": "no"}).status_code == 422
    assert client.submit("/account/address", wanted).location == "/account/security"
    mails = delivered(app, capsys)
    assert {mail["To"]: mail["Subject"] for mail in mails} == {
        MAIL: "有人申请更换您账号的邮箱", "zhang2@test.example": "请确认新邮箱"
    }  # fmt: skip
    path = link(mails, "/account/address/", "zhang2@test.example")
    assert "zhang2@test.example" in client.get(path).text
    assert user_now(session).email == MAIL, "opening changes nothing"
    assert client.submit(path).location == "/account/sign-in"
    assert user_now(session, "zhang2@test.example").name == "张三"
    assert client.submit(path).status_code == 403
    (told,) = delivered(app, capsys)
    assert (told["To"], told["Subject"]) == (MAIL, "您账号的邮箱已更换")
    accounts.sign_in(app.test_client(), "zhang2@test.example")


def test_a_taken_address_is_told_to_its_holder_only(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person(MAIL)
    accounts.person("li@test.example")
    client = signed_in(app)
    delivered(app, capsys)
    answer = client.submit("/account/address", {"email": "li@test.example", "present": accounts.PASSWORD})
    assert answer.location == "/account/security", "the same answer as for a free one"
    mails = delivered(app, capsys)
    assert {mail["To"] for mail in mails} == {MAIL, "li@test.example"}
    assert not [mail for mail in mails if "/account/address/" in mail["body"]]


def test_an_address_registered_meanwhile_is_refused(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person(MAIL)
    client = signed_in(app)
    client.submit("/account/address", {"email": "li@test.example", "present": accounts.PASSWORD})
    path = link(delivered(app, capsys), "/account/address/", "li@test.example")
    accounts.person("li@test.example")
    refused = client.submit(path)
    assert refused.status_code == 403
    assert "已经有账号" in refused.text
    assert user_now(session).email == MAIL


# ---- sessions ----


def test_sessions_are_listed_and_end_at_once(clock: Clock, app: Flask, session: Db) -> None:
    user = accounts.person(MAIL)
    stranger = accounts.person("li@test.example")
    here, foreign = signed_in(app), signed_in(app, stranger.email)
    there = app.test_client()
    given = {"email": MAIL, "password": accounts.PASSWORD}
    there.submit("/account/sign-in", given, headers={"User-Agent": FIREFOX},
                 environ_overrides={"REMOTE_ADDR": "2001:db8::7"})  # fmt: skip
    page = here.get("/account/sessions").text
    assert page.count("这台设备") == 1
    for text in ("Windows 上的 Firefox", "2001:db8::7", "2026-03-02 09:00"):
        assert text in page
    other = session.scalars(sa.select(UserSession.id).where(UserSession.address == "2001:db8::7")).one()
    assert foreign.submit(f"/account/sessions/{other}/end").status_code == 404
    assert there.get("/account/").status_code == 200
    assert here.submit(f"/account/sessions/{other}/end").location == "/account/sessions"
    assert there.get("/account/").status_code == 302
    assert here.submit(f"/account/sessions/{other}/end").status_code == 404
    third = signed_in(app)
    here.submit("/account/sessions/end-others")
    assert (third.get("/account/").status_code, here.get("/account/").status_code) == (302, 200)
    assert foreign.get("/account/").status_code == 200
    actions = [entry.action for entry in ledger.history(user)]
    assert actions[-3:] == ["session_ended", "sign_in", "sessions_ended"]


@pytest.mark.parametrize(("strict", "idle", "longest"), [(False, 240, 168), (True, 30, 12)])
def test_sessions_end_when_idle_and_in_the_end(
    clock: Clock, app: Flask, session: Db, strict: bool, idle: int, longest: int
) -> None:
    user = accounts.official(email=MAIL) if strict else accounts.person(MAIL)
    client = app.test_client()
    accounts.sign_in(client, user)
    clock.forward(minutes=idle, seconds=-1)
    assert client.get("/account/").status_code == 200
    clock.forward(minutes=idle)
    ended = client.get("/account/?x=1")
    assert ended.location == "/account/sign-in?next=/account/?x%3D1"
    assert "登录已结束" in client.get("/account/sign-in").text
    accounts.sign_in(client, user)
    begun = clock.now
    while (clock.now - begun).total_seconds() < longest * 3600 - idle * 60:
        clock.forward(minutes=idle - 1)
        assert client.get("/account/").status_code == 200
    clock.move_to(begun)
    clock.forward(hours=longest)
    assert client.get("/account/").status_code == 302


def test_a_shorter_limit_counts_for_running_sessions(clock: Clock, app: Flask, session: Db) -> None:
    accounts.person(MAIL)
    client = signed_in(app)
    with transaction():
        change(figures.SESSION_HOURS, "1", SYSTEM, "试验", NEVER_CHANGED)
    clock.forward(minutes=61)
    client.get("/account/")
    assert client.get("/account/").status_code == 302


def test_reading_writes_at_most_once_a_minute(clock: Clock, app: Flask, session: Db) -> None:
    accounts.person(MAIL)
    client, written = signed_in(app), []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("UPDATE", "INSERT", "BEGIN IMMEDIATE")):
            written.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    for _ in range(3):
        client.get("/account/security")
    assert written == []
    clock.forward(seconds=60)
    client.get("/account/security")
    noted = len(written)
    client.get("/account/security")
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(written) == noted > 0
    assert session.query(UserSession).one().seen_at == time.now()


def test_what_was_typed_survives_the_end_of_a_session(clock: Clock, app: Flask, session: Db) -> None:
    accounts.person(MAIL)
    client = signed_in(app)
    clock.forward(hours=5)
    answer = client.submit("/account/", {"name": "很长很长的新名字", "language": "en"})
    assert answer.status_code == 400
    assert "很长很长的新名字" in answer.text
    assert "/account/sign-in?next=/account/" in answer.text


@pytest.mark.parametrize(
    ("agent", "zh", "en"),
    [
        (FIREFOX, "Windows 上的 Firefox", "Firefox on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile Safari/537 MicroMessenger/8.0", "安卓 上的 微信",
         "WeChat on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "iPhone 上的 Safari",
         "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) UOS Chrome/120 Safari/537.36 Edg/120", "统信 UOS 上的 Edge", "Edge on UOS"),
        ("curl/8", "未知设备", "Unknown device"), ("", "未知设备", "Unknown device"),
    ],
)  # fmt: skip
def test_devices_in_plain_words(agent: str, zh: str, en: str) -> None:
    named = device(agent)
    assert (named.zh, named.en) == (zh, en)


def test_registering_records_the_consent(client: Client, clock: Clock, session: Db) -> None:
    given = {"name": "张伟", "email": MAIL, "password": NEW, "again": NEW}
    refused = client.submit("/account/register", given)
    assert "请先阅读并同意" in refused.text
    assert session.query(User).count() == 0
    client.submit("/account/register", {**given, "consent": "y"})
    user = user_now(session)
    assert (user.consent_version, user.consent_at) == (services.PRIVACY_VERSION, time.now())
    assert ledger.history(user)[0].data == {"privacy": services.PRIVACY_VERSION}
