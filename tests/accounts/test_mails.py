"""Mails of accounts: who gets which, in which language, and that a second try sends the same mail."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import services
from marketplace.accounts.queries import user_by_email
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.notifications.models import Delivery, Notification
from marketplace.notifications.services import SEND
from tests.factories import accounts
from tests.support.mails import Output, delivered

Db = scoped_session[Session]


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
        session.query(Delivery).one().sent_at = None  # as if its worker had died after sending
        message = session.query(OutboxMessage).filter_by(topic=SEND).one()
        message.handled_at, message.due_at = None, message.created_at
    (second,) = delivered(app, capsys)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith("<")


def test_what_a_stranger_types_into_a_registration_leads_nowhere(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person("li@test.example", name="领奖：https://evil.example/x www.evil.example", confirmed=False)
    (mail,) = delivered(app, capsys)
    assert "领奖：https：//evil.example/x www．evil.example，您好：" in mail["body"]


def test_no_token_is_kept_in_the_inbox_or_the_queue(app: Flask, session: Db, capsys: Output) -> None:
    accounts.person("li@test.example", confirmed=False)
    (mail,) = delivered(app, capsys)
    token = re.search(r"/account/confirm/(\S+)", mail["body"])
    assert token is not None
    assert session.query(Notification).count() == 0
    for table in db.metadata.sorted_tables:
        assert token[1] not in str(session.execute(sa.select(table)).all()), table.name
