"""The second factor: set up, asked for, never taken twice, recovered, required, and not readable in the table."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import second_factor
from marketplace.accounts.models import RecoveryCode, SecondFactor, User, UserSession
from marketplace.accounts.queries import user_by_email
from marketplace.core import clock as time
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.foundation.vault import Vault
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.site import Client, Clock

Db = scoped_session[Session]
MAIL = "zhang@test.example"


def key_of(page: str) -> str:
    found = re.search(r'qr__key">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def code(secret: str) -> str:
    return pyotp.TOTP(secret).at(time.now())


def reload(session: Db) -> User:
    user = user_by_email(MAIL)
    assert user is not None
    session.refresh(user)
    return user


def set_up(client: Client) -> tuple[str, list[str]]:
    """Turn the second factor on through the pages; the secret and the recovery codes."""
    secret = key_of(client.get("/account/second-factor").text)
    given = {"code": code(secret), "present": accounts.PASSWORD}
    shown = client.submit("/account/second-factor", given)
    assert shown.status_code == 200, shown.text
    return secret, re.findall(r"<code>([a-z0-9-]{14})</code>", shown.text)


def password(client: Client) -> str:
    """Give the right password; where the answer leads."""
    answer = client.submit("/account/sign-in?next=/account/", {"email": MAIL, "password": accounts.PASSWORD})
    assert answer.status_code == 302
    return str(answer.location)


def test_set_up_then_asked_for(clock: Clock, app: Flask, client: Client, session: Db, capsys: Output) -> None:
    accounts.sign_in(client, accounts.person(MAIL))
    delivered(app, capsys)
    page = client.get("/account/second-factor").text
    assert "<svg" in page
    assert "style=" not in page[page.index("<figure") : page.index("</figure>")]
    secret = key_of(page)
    for wrong, field in (({"code": "000000", "present": accounts.PASSWORD}, "口令不对"),
                         ({"code": code(secret), "present": "wrong"}, "密码不对")):  # fmt: skip
        refused = client.submit("/account/second-factor", wrong)
        assert refused.status_code == 422
        assert field in refused.text
    assert reload(session).second_factor_at is None
    secret, codes = set_up(client)
    assert len(set(codes)) == 10
    assert delivered(app, capsys)[0]["Subject"] == "动态口令已启用"
    stored = session.query(SecondFactor).one()
    assert secret not in stored.secret
    assert not {plain for plain in codes if session.query(RecoveryCode).filter_by(digest=plain).count()}
    assert codes[0] not in client.get("/account/security").text, "shown once"

    client.submit("/account/sign-out")
    assert password(client) == "/account/sign-in/code?next=/account/"
    assert client.get("/account/").status_code == 302, "half signed in is not signed in"
    clock.forward(seconds=30)
    taken = client.submit("/account/sign-in/code", {"code": code(secret), "next": "/account/"})
    assert (taken.status_code, taken.location) == (302, "/account/")
    assert client.get("/account/").status_code == 200


def test_a_code_counts_once_and_only_now(clock: Clock, client: Client, session: Db) -> None:
    accounts.sign_in(client, accounts.person(MAIL))
    secret, _codes = set_up(client)
    client.submit("/account/sign-out")
    used = code(secret)
    password(client)
    replayed = client.submit("/account/sign-in/code", {"code": used})
    assert replayed.status_code == 422
    assert "已用过" in replayed.text
    clock.forward(seconds=91)
    old = pyotp.TOTP(secret).at(time.now().timestamp() - 60)
    assert client.submit("/account/sign-in/code", {"code": old}).status_code == 422
    late = pyotp.TOTP(secret).at(time.now().timestamp() - 30)
    assert client.submit("/account/sign-in/code", {"code": late}).status_code == 302, "a clock may differ by one step"


def test_guessing_codes_is_paused_and_the_owner_is_told(
    clock: Clock, app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    user = accounts.person(MAIL)
    codes = accounts.guard(user)
    delivered(app, capsys)
    password(client)
    answers = [client.submit("/account/sign-in/code", {"code": f"00000{n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429] * 2
    right = client.submit("/account/sign-in/code", {"code": codes[0]})
    assert right.status_code == 429, "a right one is not told apart"
    (mail,) = delivered(app, capsys)
    assert mail["Subject"] == "有人知道您的密码，正在猜动态口令"


def test_the_second_step_waits_ten_minutes(clock: Clock, client: Client, session: Db) -> None:
    codes = accounts.guard(accounts.person(MAIL))
    password(client)
    clock.forward(minutes=10, seconds=1)
    answer = client.submit("/account/sign-in/code", {"code": codes[0]})
    assert answer.location == "/account/sign-in"


def test_a_recovery_code_works_once_and_the_device_is_replaced(
    clock: Clock, app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    codes = accounts.guard(accounts.person(MAIL))
    delivered(app, capsys)
    password(client)
    answer = client.submit("/account/sign-in/code", {"code": codes[0].upper().replace("-", " ")})
    assert answer.location == "/account/security"
    assert "还剩 9 个" in client.get("/account/security").text
    assert delivered(app, capsys)[0]["Subject"] == "有人用恢复码登录了您的账号"
    clock.forward(minutes=1)
    secret, renewed = set_up(client)
    client.submit("/account/sign-out")
    password(client)
    for worthless in codes:
        with transaction():
            assert second_factor.check(reload(session), worthless, vault(app)) == ""
    clock.forward(seconds=30)
    assert client.submit("/account/sign-in/code", {"code": code(secret)}).status_code == 302
    assert len(renewed) == 10


def vault(app: Flask) -> Vault:
    return Vault(app.extensions["config"], second_factor.PURPOSE)


def test_new_codes_and_turning_off_ask_for_the_password(clock: Clock, client: Client, session: Db) -> None:
    user = accounts.person(MAIL)
    old = accounts.guard(user)
    accounts.sign_in(client, user)
    for path in ("/account/second-factor/codes", "/account/second-factor/off"):
        assert client.submit(path, {"present": "wrong"}).status_code == 422
        assert client.submit(path, {}).status_code == 422
    assert session.query(RecoveryCode).filter(RecoveryCode.used_at.is_(None)).count() == 9
    shown = client.submit("/account/second-factor/codes", {"present": accounts.PASSWORD})
    assert shown.status_code == 200
    assert old[1] not in shown.text
    assert client.submit("/account/second-factor/off", {"present": accounts.PASSWORD}).status_code == 302
    assert reload(session).second_factor_at is None
    assert session.query(SecondFactor).count() == session.query(RecoveryCode).count() == 0


@pytest.mark.parametrize("kind", ["official", "administrator"])
def test_who_must_have_one_can_do_nothing_before(client: Client, session: Db, kind: str) -> None:
    user = accounts.official(email=MAIL) if kind == "official" else accounts.person(MAIL, administrator="system")
    with transaction():
        second_factor.reset_second_factor(user, Actor(kind="user", user_id=user.id), "试验")
    accounts.sign_in(client, user)
    for path in ("/workspace/", "/", "/search?q=x", "/account/", "/account/privacy", "/products.csv"):
        assert client.get(path).location == "/account/second-factor", path
    refused = client.submit("/organizations/new", {"name": "x"})
    assert refused.location == "/account/second-factor"
    assert client.get("/account/second-factor").text.count("必须使用动态口令") == 1
    assert client.get("/privacy").status_code == 200
    set_up(client)
    assert client.get("/workspace/").status_code == 200
    assert client.submit("/account/second-factor/off", {"present": accounts.PASSWORD}).status_code == 403
    assert reload(session).second_factor_at is not None


def test_the_demonstration_owes_none_and_can_set_up_none(client: Client, session: Db) -> None:
    user = accounts.person(MAIL, demo=True)
    with transaction():
        user.administrator = "security"
    accounts.sign_in(client, user)
    assert client.get("/workspace/").status_code == 200
    for path in ("/account/second-factor", "/account/password", "/account/address", "/account/leave"):
        assert "演示账号" in client.get(path).text
        assert client.submit(path, {"present": accounts.PASSWORD}).status_code == 403
    with pytest.raises(Refused):
        second_factor.prepare(reload(session), Vault(client.application.extensions["config"], "x"))


def test_an_administrator_lifts_a_lost_one_with_a_record(
    app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    user, other = accounts.person(MAIL), accounts.person("admin@test.example")
    accounts.guard(user)
    accounts.sign_in(client, user)
    delivered(app, capsys)
    with pytest.raises(FieldError), transaction():
        second_factor.reset_second_factor(user, accounts.actor(other), "  ")
    with transaction():
        second_factor.reset_second_factor(user, accounts.actor(other), "电话核实，手机丢失")
    entry = ledger.history(reload(session))[-1]
    assert (entry.action, entry.actor_id, entry.reason) == ("second_factor_reset", other.id, "电话核实，手机丢失")
    assert client.get("/account/").status_code == 302, "every session ends"
    assert session.query(UserSession).filter(UserSession.ended_at.is_(None)).count() == 0
    assert delivered(app, capsys)[0]["Subject"] == "管理员解除了您的动态口令"
    assert password(client) == "/account/"


def test_two_at_once_do_not_take_one_code_twice(clock: Clock, app: Flask, session: Db) -> None:
    import threading

    codes = accounts.guard(accounts.person(MAIL))
    found: list[str] = []

    def use() -> None:
        with app.app_context(), transaction():
            user = user_by_email(MAIL)
            assert user is not None
            found.append(second_factor.check(user, codes[0], vault(app)))

    threads = [threading.Thread(target=use) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == ["", "", "", "", "recovery"]
