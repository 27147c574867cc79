"""The inbox and the choices as a person uses them, and that nobody reaches another one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.foundation.db import db, transaction
from marketplace.notifications.models import Choice
from marketplace.notifications.queries import ways_of
from marketplace.web.plate import letter_groups
from tests.factories import accounts
from tests.notifications.letters import GROUPS, notifications, told, work
from tests.support.postbox import Postbox
from tests.support.site import Client

Db = scoped_session[Session]
A, B = "a@test.example", "b@test.example"
INBOX = "/workspace/inbox/"


@pytest.fixture
def person(session: Db, client: Client, app: Flask) -> User:
    """Somebody signed in, with a clean inbox."""
    made = accounts.person(A)
    work(app)
    accounts.sign_in(client, made)
    return made


@pytest.fixture
def statements(app: Flask) -> Iterator[Callable[[], int]]:
    """How many statements the database was sent until now."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield lambda: len(sent)
    event.remove(engine, "before_cursor_execute", note)


def unread(user: User) -> list[bool]:
    return [kept.read_at is None for kept in notifications(user)]


def test_an_empty_inbox_says_what_comes_there(client: Client, person: User) -> None:
    page = client.get(INBOX)
    assert page.status_code == 200
    assert "这里还没有通知" in page.text
    assert "条未读）" not in page.text


def test_it_reads_in_the_language_of_today(client: Client, person: User, app: Flask) -> None:
    told(A, title="巡检公司")
    work(app)
    assert "已通过核验：巡检公司" in client.get(INBOX).text
    english = client.get(f"{INBOX}?lang=en").text
    assert "Verified: 巡检公司" in english
    assert "(1 unread)" in english
    assert "王工" not in english, "the greeting is for mails"


def test_opening_one_marks_it_and_leads_to_its_page(client: Client, person: User, app: Flask) -> None:
    told(A, title="甲")
    told(A, title="乙")
    work(app)
    first = notifications(person)[0]
    answer = client.submit(f"/workspace/inbox/{first.id}/open")
    assert (answer.status_code, answer.location) == (302, "/organizations/O-1")
    assert unread(person) == [False, True]
    page = client.get(INBOX).text
    assert page.index("已通过核验：乙") < page.index("已通过核验：甲")
    assert "（1 条未读）" in page
    second = notifications(person)[1]
    assert client.submit(f"/workspace/inbox/{second.id}/read", {"next": INBOX}).location == INBOX
    assert unread(person) == [False, False]


def test_marking_all_spares_what_came_meanwhile_and_other_groups(client: Client, person: User, app: Flask) -> None:
    told(A, title="甲")
    told(A, title="乙", group="security")
    work(app)
    shown = max(kept.id for kept in notifications(person))
    told(A, title="丙")
    work(app)
    client.submit(f"{INBOX}read", {"up_to": str(shown), "group": "own_listings"})
    assert unread(person) == [False, True, True]
    client.submit(f"{INBOX}read", {"up_to": str(shown), "group": ""})
    assert unread(person) == [False, False, True]
    for wrong in ("", "x", "-1", "9" * 30, "٣"):
        assert client.submit(f"{INBOX}read", {"up_to": wrong}).status_code == 302
    assert unread(person) == [False, False, True]


def test_groups_and_pages(client: Client, person: User, app: Flask) -> None:
    with transaction():
        for number in range(21):
            told(A, title=f"第{number}号")
        told(A, title="安全", group="security")
    work(app)
    assert "已通过核验：第0号" not in client.get(INBOX).text
    assert "已通过核验：第0号" in client.get(f"{INBOX}?page=2").text
    only = client.get(f"{INBOX}?group=security").text
    assert "已通过核验：安全" in only
    assert "已通过核验：第" not in only
    for path in ("?group=nothing", "?page=3", "?page=0"):
        assert client.get(INBOX + path).status_code == 404


def test_another_persons_is_not_there(client: Client, person: User, app: Flask) -> None:
    other = accounts.person(B)
    told(B, title="别人的事")
    work(app)
    theirs = notifications(other)[0]
    assert "别人的事" not in client.get(INBOX).text
    for act in ("open", "read"):
        assert client.submit(f"/workspace/inbox/{theirs.id}/{act}").status_code == 404
    client.submit(f"{INBOX}read", {"up_to": str(theirs.id)})
    assert unread(other) == [True]


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    client: Client, person: User, app: Flask, statements: Callable[[], int]
) -> None:
    def cost(path: str) -> int:
        before = statements()
        assert client.get(path).status_code == 200
        return statements() - before

    told(A)
    work(app)
    few, help_page = cost(INBOX), cost("/help")
    with transaction():
        for _ in range(19):
            told(A)
    work(app)
    assert (cost(INBOX), cost("/help")) == (few, help_page)
    visitor = app.test_client()
    before = statements()
    assert visitor.get("/help").status_code == 200
    assert "通知" not in visitor.get("/help").text.partition("</header>")[0]
    assert statements() - before < help_page


def test_a_letter_of_another_release_does_not_break_the_page(client: Client, person: User, app: Flask) -> None:
    told(A)
    work(app)
    with transaction():
        db.session.merge(notifications(person)[0]).template = "gone/away.txt"
    assert "一条通知" in client.get(INBOX).text


def test_a_quotation_is_marked_and_no_markup(client: Client, person: User, app: Flask) -> None:
    with transaction():
        told(A, title="<b>x</b>")
    work(app)
    assert "&lt;b&gt;x&lt;/b&gt;" in client.get(INBOX).text


# ---- choices --------------------------------------------------------------------------------------------------------


def test_choices_count_from_now_on(client: Client, person: User, app: Flask, box: Postbox) -> None:
    page = client.get("/account/notifications").text
    assert "不能关闭的邮件" in page
    assert "08:00" in page
    assert 'name="desk"' not in page, "for officials"
    assert (
        client.submit("/account/notifications", {"own_listings": "never", "saved_searches": "daily"}).status_code == 422
    )
    assert db.session.query(Choice).count() == 0
    others = {key: "daily" for key, group in letter_groups().items() if not group.owed and f'name="{key}"' in page}
    assert others.keys() > {"own_listings", "saved_searches"}
    for way, mails in (("inbox", 0), ("at_once", 1), ("daily", 1)):
        assert client.submit("/account/notifications", {**others, "own_listings": way}).status_code == 302
        assert ways_of(person.id, GROUPS.values()) == {"own_listings": way, "security": "at_once"}
        told(A)
        work(app)
        assert len(box.mails) == mails
    assert len(notifications(person)) == 3


def test_what_is_owed_cannot_be_switched_off(client: Client, person: User, app: Flask, box: Postbox) -> None:
    client.submit("/account/notifications", {"own_listings": "inbox", "saved_searches": "daily", "security": "inbox"})
    told(A, group="security")
    work(app)
    assert len(box.mails) == 1
    assert box.mails[0]["List-Unsubscribe"] is None
    assert "“账号与安全”的邮件不能关闭" in box.mails[0].get_content()


def test_an_official_chooses_about_what_waits_for_him(client: Client, session: Db, app: Flask) -> None:
    accounts.sign_in(client, accounts.official())
    assert 'name="desk"' in client.get("/account/notifications").text
