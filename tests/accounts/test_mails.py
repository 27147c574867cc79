"""Mails of accounts: who gets which, in which language, and that a second try sends the same mail."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import services
from marketplace.accounts.queries import user_by_email
from marketplace.foundation import outbox
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from tests.factories import accounts

Db = scoped_session[Session]
Output = pytest.CaptureFixture[str]


def delivered(app: Flask, capsys: Output) -> list[dict[str, str]]:
    """Handle everything that is due; the mails that were printed, by header, with the text under "body"."""
    while outbox.handle_next(app.extensions["schedule"].subscriptions):
        pass
    assert db.session.query(OutboxMessage).filter(OutboxMessage.error != "").all() == []
    mails = []
    for printed in re.split(r"(?m)^-{72}$\n", capsys.readouterr().out):
        if printed.strip():
            head, _, body = printed.partition("\n\n")
            headers: dict[str, str] = {}
            for line in head.strip().splitlines():
                name, _, value = line.partition(": ")
                headers[name] = value
            mails.append({**headers, "body": "\n".join(body.splitlines())})
    return mails


def test_the_confirmation_link_leads_to_the_page(app: Flask, session: Db, capsys: Output) -> None:
    user = accounts.person("li@test.example", name="李\n四", confirmed=False)
    (mail,) = delivered(app, capsys)
    assert mail["To"] == "li@test.example"
    assert mail["Subject"] == "请确认您的邮箱"
    assert "李 四，您好：" in mail["body"]
    link = re.search(r"http://127\.0\.0\.1:8000(/account/confirm/\S+)", mail["body"])
    assert link is not None
    assert user.password_hash not in mail["body"]
    client = app.test_client()
    assert "li@test.example" in client.get(link[1]).text
    assert client.submit(link[1]).location == "/account/sign-in"
    confirmed = user_by_email("li@test.example")
    assert confirmed is not None
    assert confirmed.confirmed_at is not None


def test_mails_are_in_the_language_of_their_reader(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person("chinese@test.example", confirmed=False)
    accounts.person("english@test.example", confirmed=False, language="en")
    accounts.person("chinese2@test.example", confirmed=False)
    mails = {mail["To"]: mail["Subject"] for mail in delivered(app, capsys)}
    assert mails == {
        "chinese@test.example": "请确认您的邮箱",
        "english@test.example": "Please confirm your address",
        "chinese2@test.example": "请确认您的邮箱",
    }


def test_the_holder_of_an_address_hears_of_a_second_registration(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person("li@test.example")
    delivered(app, capsys)
    with transaction():
        services.register("li@test.example", "别人", "hash", "en")
    (mail,) = delivered(app, capsys)
    assert (mail["To"], mail["Subject"]) == ("li@test.example", "您的邮箱已有账号")
    assert "别人" not in mail["body"]
    assert "/confirm/" not in mail["body"]


def test_who_is_confirmed_meanwhile_gets_no_link(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person()
    assert delivered(app, capsys) == []


def test_a_second_try_sends_the_same_mail(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person(confirmed=False)
    (first,) = delivered(app, capsys)
    with transaction():
        message = session.query(OutboxMessage).one()
        message.handled_at, message.due_at = None, message.created_at  # as if its worker had died while sending
    (second,) = delivered(app, capsys)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith("<")


def test_officials_of_the_region_hear_of_a_submission(app: Flask, session: Db, capsys: Output) -> None:
    deciding = accounts.official(accounts.HEFEI, email="city@test.example")
    accounts.official(accounts.WUHU, email="other@test.example")
    made = accounts.organization("registered", contact_name="联系人甲", contact_phone="13812345678")
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, "submit", accounts.actor(made.members[0].user), "", None)
    (mail,) = delivered(app, capsys)
    assert mail["To"] == deciding.email
    assert mail["Subject"] == f"待核验：{made.name}"
    assert f"http://127.0.0.1:8000/organizations/{made.number}" in mail["body"]
    assert "合肥市" in mail["body"]
    assert "13812345678" not in mail["body"]


def test_an_official_is_not_told_of_his_own_organization(app: Flask, session: Db, capsys: Output) -> None:
    official = accounts.official(accounts.HEFEI)
    made = accounts.organization("registered", owner=official)
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, "submit", accounts.actor(official), "", None)
    assert delivered(app, capsys) == []


@pytest.mark.parametrize(
    ("before", "step", "zh", "en"),
    [
        ("pending", "verify", "已通过核验：", "Verified: "),
        ("pending", "return", "核验退回补正：", "Returned for correction: "),
        ("verified", "suspend", "单位已暂停：", "Suspended: "),
        ("suspended", "resume", "单位已恢复：", "Public again: "),
    ],
)
def test_members_hear_of_decisions(
    app: Flask, session: Db, capsys: Output, before: str, step: str, zh: str, en: str
) -> None:
    made = accounts.organization(before, owner=accounts.person("owner@test.example"))
    accounts.join(made, accounts.person("editor@test.example", language="en"))
    official = accounts.actor(accounts.official(accounts.HEFEI))
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, step, official, "第一行\n第二行", None)
    owner, editor = delivered(app, capsys)
    assert (owner["To"], owner["Subject"]) == ("owner@test.example", zh + made.name)
    assert (editor["To"], editor["Subject"]) == ("editor@test.example", en + made.name_en)
    assert all(("第一行\n第二行" in mail["body"]) == (step != "verify") for mail in (owner, editor))
