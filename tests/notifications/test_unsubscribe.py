"""Unsubscribing: by one POST, signed out, for what is not owed; opening changes nothing, and it can be undone."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.foundation.db import transaction
from marketplace.notifications import digest, services, unsubscribe
from marketplace.notifications.queries import ways_of
from tests.factories import accounts
from tests.notifications.letters import GROUPS, told, work
from tests.support.postbox import Postbox
from tests.support.settings import SECRET
from tests.support.site import Client, Clock

Db = scoped_session[Session]
A = "a@test.example"
OWN = GROUPS["own_listings"]


@pytest.fixture
def person(session: Db) -> User:
    return accounts.person(A)


def way(person: User) -> str:
    return ways_of(person.id, [OWN])[OWN.key]


def mailed(app: Flask, box: Postbox) -> str:
    """The unsubscribing address of a mail, without the host."""
    told(A)
    work(app)
    mail = box.mails[-1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"]
    assert link.startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert link.strip("<>") in mail.get_content()
    return urlsplit(link.strip("<>")).path


def test_a_mail_program_needs_one_post_and_no_cookie(app: Flask, client: Client, person: User, box: Postbox) -> None:
    path = mailed(app, box)
    assert client.get(path).status_code == 200
    assert way(person) == "at_once", "a scanner that opens it switches nothing off"
    for _ in range(2):
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert way(person) == "inbox"
    told(A)
    work(app)
    assert len(box.mails) == 1


def test_the_page_says_what_was_done_and_takes_it_back(app: Flask, client: Client, person: User, box: Postbox) -> None:
    path = mailed(app, box)
    assert "“本单位的产品与需求”不再给 a@test.example 发邮件" in client.post(path).text
    answer = client.post(path, data={"undo": "at_once", "group": ["own_listings", "security", "nothing"]})
    assert "又会给 a@test.example 发邮件" in answer.text
    assert "账号与安全" not in answer.text
    assert way(person) == "at_once"
    assert client.post(path, data={"undo": "never", "group": "own_listings"}).status_code == 404


def test_the_link_of_a_daily_mail_stops_what_comes_with_it(
    clock: Clock, app: Flask, client: Client, person: User, box: Postbox
) -> None:
    with transaction():
        services.choose(person.id, OWN, "daily")
    told(A)
    work(app)
    clock.move_to(datetime(2026, 3, 3, 9, tzinfo=digest.clock.BEIJING))
    with transaction():
        digest.gather()
    work(app)
    path = urlsplit(box.mails[-1]["List-Unsubscribe"].strip("<>")).path
    assert "每日汇总" in client.get(path).text
    client.post(path)
    assert way(person) == "inbox"
    assert "没有需要改动的设置" in client.post(path).text
    client.post(path, data={"undo": "daily", "group": "own_listings"})
    assert way(person) == "daily"


@pytest.mark.parametrize("token", ["x", "WzEsIm93bl9saXN0aW5ncyJd.x", "a" * 3000])
def test_a_link_of_somebody_else_is_refused(client: Client, person: User, token: str) -> None:
    for answer in (client.get(f"/unsubscribe/{token}"), client.post(f"/unsubscribe/{token}")):
        assert answer.status_code == 403
        assert "不是本平台发出的" in answer.text
    assert way(person) == "at_once"


def test_nothing_owed_can_be_stopped_by_a_link(client: Client, person: User) -> None:
    path = unsubscribe.link(person.id, "security", "", SECRET)
    assert "没有需要改动的设置" in client.post(path).text
    assert client.get(unsubscribe.link(person.id + 99, "own_listings", "", SECRET)).status_code == 404
