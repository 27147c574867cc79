"""From an outbox message to one row an inbox and one mail a reader; failures of one are nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import LEASE, PAUSES, Message, handle_next, waiting
from marketplace.notifications import services
from marketplace.notifications.queries import failed_deliveries
from tests.factories import accounts
from tests.notifications.letters import GROUPS, deliveries, notifications, told, work
from tests.support.postbox import Postbox
from tests.support.site import Clock
from tests.support.together import together

Db = scoped_session[Session]
A, B, C = "a@test.example", "b@test.example", "c@test.example"


def again(topic: str) -> None:
    """Let messages be handled once more, as if their worker had died before it noted that they were done."""
    with transaction():
        for message in db.session.query(Message).filter_by(topic=topic):
            message.handled_at, message.due_at = None, message.created_at


def test_each_reader_has_one_row_and_one_mail_however_often_it_is_handled(
    app: Flask, session: Db, box: Postbox
) -> None:
    a, b = accounts.person(A), accounts.person(B, language="en")
    told(A, B)
    for _ in range(3):
        work(app)
        again("trial.told")
        again(services.SEND)
    assert [len(notifications(user)) for user in (a, b)] == [1, 1]
    assert {mail["To"]: mail["Subject"] for mail in box.mails} == {A: "已通过核验：甲", B: "Verified: 甲"}
    assert len(box.mails) == 2
    assert notifications(a)[0].link == "/organizations/O-1"
    assert "127.0.0.1" not in str(notifications(a)[0].context)


def test_two_workers_at_once_make_one_row(app: Flask) -> None:
    with app.app_context():
        a = accounts.person(A)
        told(A)
        work_app = app.extensions["schedule"].subscriptions
        message = db.session.query(Message).filter_by(topic="trial.told").one()

        def tell() -> None:
            with transaction():
                for handler in work_app.of("trial.told"):
                    handler(db.session.get_one(Message, message.id))

        together([tell] * 4, app)
        assert len(notifications(a)) == 1
        assert len(deliveries(address=A)) == 1
        assert db.session.query(Message).filter_by(topic=services.SEND).count() == 1


def test_a_refused_reader_keeps_nobody_waiting(app: Flask, session: Db, box: Postbox, clock: Clock) -> None:
    for address in (A, B, C):
        accounts.person(address)
    work(app)
    box.refuse = {A: "550 5.1.1 no such mailbox", B: "451 4.7.1 greylisted, come back later"}
    told(A, B, C)
    work(app)
    assert [mail["To"] for mail in box.mails] == [C]
    (dead,), (later,), (sent,) = (deliveries(address=address) for address in (A, B, C))
    assert dead.failed_at is not None
    assert dead.dead_address
    assert "no such mailbox" in dead.error
    assert (later.failed_at, later.dead_address, later.attempts) == (None, False, 1)
    assert "greylisted" in later.error
    assert (sent.attempts, sent.error, sent.settled) == (1, "", True)
    box.refuse.clear()
    clock.forward(seconds=PAUSES[0])
    work(app)
    assert [mail["To"] for mail in box.mails] == [C, B]
    assert deliveries(address=B)[0].error == ""
    clock.forward(days=30)
    work(app)
    assert len(box.mails) == 2, "what was refused for good is not tried again by itself"


def test_what_fails_to_the_end_waits_for_an_administrator(app: Flask, session: Db, box: Postbox, clock: Clock) -> None:
    accounts.person(A)
    work(app)
    box.refuse = {A: "450 4.2.0 try again"}
    told(A)
    for pause in PAUSES:
        work(app)
        assert session.scalars(failed_deliveries()).all() == []
        clock.forward(seconds=pause)
    work(app)
    (failed,) = session.scalars(failed_deliveries())
    assert (failed.attempts, failed.dead_address) == (len(PAUSES) + 1, False)
    assert waiting()[0] == 0
    box.refuse.clear()
    operator = accounts.actor(accounts.person())
    with transaction():
        assert services.retry(failed, operator)
        assert not services.retry(failed, operator), "twice is once"
    work(app)
    assert [mail["To"] for mail in box.mails] == [A]
    assert session.scalars(failed_deliveries()).all() == []
    entry = ledger.latest(failed)
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("retry", operator.user_id)


def test_a_mail_sent_twice_carries_one_message_id(app: Flask, session: Db, box: Postbox, clock: Clock) -> None:
    accounts.person(A)
    work(app)
    told(A)

    def dies() -> None:
        raise SystemExit

    assert handle_next(app.extensions["schedule"].subscriptions, "inside")
    before = services.note_sent
    services.note_sent = lambda _delivery: dies()  # type: ignore[assignment]
    try:
        with pytest.raises(SystemExit):
            work(app)
    finally:
        services.note_sent = before
    work(app)
    assert len(box.mails) == 1, "it may still be on its way"
    clock.forward(seconds=LEASE.total_seconds())
    work(app)
    assert len(box.mails) == 2
    assert len({mail["Message-ID"] for mail in box.mails}) == 1
    assert deliveries(address=A)[0].sent_at is not None


def test_who_is_told_no_longer_gets_no_mail(app: Flask, session: Db, box: Postbox) -> None:
    """Disabled meanwhile, or switched off between the change and the sending."""
    a, b = accounts.person(A), accounts.person(B)
    work(app)
    told(A, B)
    assert handle_next(app.extensions["schedule"].subscriptions, "inside")
    with transaction():
        db.session.merge(a).disabled_at = a.created_at
        services.choose(b.id, GROUPS["own_listings"], "inbox")
    work(app)
    assert box.mails == []
    assert all(each.dropped_at is not None for address in (A, B) for each in deliveries(address=address))
    assert len(notifications(b)) == 1


def test_an_address_of_nobody_gets_a_mail_and_no_row(app: Flask, session: Db, box: Postbox) -> None:
    accounts.person(A)
    work(app)
    told("stranger@test.example", title="邀请")
    work(app)
    assert [mail["To"] for mail in box.mails] == ["stranger@test.example"]
    assert box.mails[0]["List-Unsubscribe"] is None


def test_what_a_title_holds_can_fake_no_line(app: Flask, session: Db, box: Postbox) -> None:
    accounts.person(A)
    work(app)
    told(A, title="甲\r\nBcc: all@test.example\n\nhttps://evil.example/sign-in\n\u202e\u2028x")
    work(app)
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "已通过核验：甲 Bcc: all@test.example https：//evil.example/sign-in x"
    assert [line for line in mail.get_content().splitlines() if "evil" in line and not line.startswith("甲 Bcc")] == []
    assert "https://evil" not in mail.get_content()


def test_old_rows_are_forgotten(app: Flask, session: Db, box: Postbox, clock: Clock) -> None:
    a = accounts.person(A)
    told(A, "stranger@test.example")
    work(app)
    clock.forward(days=2, seconds=1)
    with transaction():
        services.forget_old()
    assert deliveries(address="stranger@test.example") == [], "nobody's address is kept for long"
    clock.forward(days=362)
    with transaction():
        services.forget_old()
    assert (len(notifications(a)), len(deliveries(address=A))) == (1, 1)
    clock.forward(days=1)
    with transaction():
        services.forget_old()
    assert (len(notifications(a)), len(deliveries(address=A))) == (0, 0)
    assert timedelta(days=services.DELIVERY_DAYS.least) >= timedelta(days=184)
