"""One's own data: a copy from every table that names a person, and leaving while history stays whole."""

from __future__ import annotations

import io
import json
import zipfile

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import services
from marketplace.accounts.models import Attempt, User, UserSession
from marketplace.accounts.queries import user_by_email
from marketplace.foundation import ledger
from marketplace.foundation.db import Base, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.organizations.models import Member
from marketplace.web.plate import capabilities
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.site import Client, Clock

Db = scoped_session[Session]
MAIL = "zhang@test.example"
LEAVE = {"present": accounts.PASSWORD, "sure": "y"}


def test_every_table_that_names_people_is_in_the_copy(session: Db) -> None:
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "user_account" for key in table.foreign_keys)
    }
    user = accounts.person(MAIL)
    parts = {part.table for each in capabilities() if each.personal for part in each.personal(user.id)}
    assert naming <= parts, f"no plate hands these out: {naming - parts}"


def test_the_copy_holds_mine_and_nobody_else_s(client: Client, session: Db) -> None:
    user = accounts.person(MAIL)
    accounts.sign_in(client, accounts.person("li@test.example", name="李四"))
    client.submit("/account/sign-out")
    made = accounts.organization("registered", owner=user)
    accounts.sign_in(client, user)
    answer = client.get("/account/privacy/data.zip")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("data.json"))
        page = archive.read("index.html").decode()
    rows = {part["table"]: part["rows"] for part in data["parts"]}
    assert rows["user_account"][0]["email"] == MAIL
    assert rows["member"][0]["number"] == made.number
    assert len(rows["user_session"]) == 1
    assert {"register", "confirm", "found", "sign_in"} <= {row["action"] for row in rows["ledger_entry"]}
    for secret in (user.password_hash, "李四", "li@test.example"):
        assert secret not in json.dumps(data, ensure_ascii=False) + page
    assert MAIL in page
    assert made.name in page


def test_agreeing_to_a_newer_notice(client: Client, session: Db) -> None:
    user = accounts.person(MAIL)
    with transaction():
        user.consent_version = "2020-01-01"
    accounts.sign_in(client, user)
    assert "同意现行版本" in client.get("/account/privacy").text
    for _ in range(2):
        client.submit("/account/privacy/agree")
    session.refresh(user)
    assert user.consent_version == services.PRIVACY_VERSION
    assert [entry.action for entry in ledger.history(user)].count("agree") == 1
    assert "同意现行版本" not in client.get("/account/privacy").text


def test_leaving_keeps_history_whole_and_nobody_s_name(
    clock: Clock, app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    user = accounts.person(MAIL, name="张三丰")
    made = accounts.organization("registered", owner=accounts.person())
    accounts.join(made, user)
    accounts.guard(user)
    accounts.sign_in(client, user)
    other = app.test_client()
    accounts.sign_in(other, user)
    delivered(app, capsys)
    before = ledger.history(user)
    for wrong in ({**LEAVE, "present": "wrong"}, {"present": accounts.PASSWORD}):
        assert client.submit("/account/leave", wrong).status_code == 422
    assert client.submit("/account/leave", LEAVE).location == "/"
    assert other.get("/account/").status_code == client.get("/account/").status_code == 302
    session.expire_all()
    left = session.get_one(User, user.id)
    assert (left.name, left.email) == (f"U-{user.id:06d}", f"u-{user.id:06d}@deleted.invalid")
    assert left.is_active is False
    assert session.query(Member).filter_by(user_id=user.id).count() == 0
    assert {row.address + row.agent for row in session.query(UserSession).filter_by(user_id=user.id)} == {""}
    assert session.query(Attempt).filter_by(user_id=user.id).count() == 0
    assert ledger.verify().broken is None
    assert [entry.hash for entry in ledger.history(left)][: len(before)] == [entry.hash for entry in before]
    told = {mail["To"]: mail for mail in delivered(app, capsys)}
    owner = told.pop(made.members[0].user.email)
    assert f"U-{user.id:06d}" in owner["body"], "the owner reads that somebody left, and no name"
    assert "张三丰" not in owner["body"]
    ((_address, mail),) = told.items()
    assert (mail["To"], mail["Subject"]) == (MAIL, "您的账号已注销")
    clock.forward(days=2, seconds=1)
    next(task for task in app.extensions["schedule"].tasks if task.name.startswith("forget old")).run()
    session.expire_all()
    payload = session.scalar(sa.select(OutboxMessage.payload).where(OutboxMessage.topic == "user.left"))
    assert payload == {}
    assert client.submit("/account/sign-in", {"email": MAIL, "password": accounts.PASSWORD}).status_code == 422
    accounts.person(MAIL, name="another")
    assert user_by_email(MAIL) is not None, "the address is free again"


def test_the_only_owner_is_told_what_to_do_first(client: Client, session: Db) -> None:
    user = accounts.person(MAIL)
    made = accounts.organization("registered", owner=user)
    accounts.sign_in(client, user)
    page = client.get("/account/leave").text
    assert made.name in page
    assert "移交" in page
    client.submit("/account/leave", LEAVE)
    assert user_by_email(MAIL) is not None, "nothing was deleted"
    accounts.join(made, accounts.person(), "owner")
    assert client.submit("/account/leave", LEAVE).location == "/"


def test_an_official_gives_up_his_post_first(client: Client, session: Db) -> None:
    user = accounts.official(email=MAIL, department="合肥市工业和信息化局")
    accounts.sign_in(client, user)
    assert "合肥市工业和信息化局" in client.get("/account/leave").text
    client.submit("/account/leave", LEAVE)
    assert user_by_email(MAIL) is not None
