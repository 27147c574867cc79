"""The outbox: what follows from a change happens at least once, in the order of its object, by one worker at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import LEASE, PAUSES, Message, Subscriptions, emit, handle_next, outside, waiting
from tests.foundation.door import BrokenOffError, Door, break_off
from tests.support.site import Clock
from tests.support.together import together


class Listener:
    """Writes down what it is told; fails as often as it is asked to."""

    def __init__(self, failures: int = 0) -> None:
        self.heard: list[tuple[int, Any]] = []
        self.failures = failures

    def __call__(self, message: Message) -> None:
        self.heard.append((message.subject_id, message.payload.get("n")))
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the mail server is away")


def to(*handlers: Callable[[Message], None], topic: str = "door.open") -> Subscriptions:
    made = Subscriptions()
    for handler in handlers:
        made.add(topic, handler)
    return made


def write(*messages: tuple[int, int], topic: str = "door.open", **given: Any) -> None:
    """Messages of (key of the door, number)."""
    with transaction():
        for key, number in messages:
            emit(topic, Door(id=key), {"n": number}, **given)


def drain(subscriptions: Subscriptions) -> int:
    """Handle what is due and say how many turns that took."""
    turns = 0
    while handle_next(subscriptions):
        turns += 1
    return turns


def all_messages() -> list[Message]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


# ---- handling -------------------------------------------------------------------------------------------------------


def test_messages_are_handled_once_in_their_order(clock: Clock, session: scoped_session[Session]) -> None:
    listener = Listener()
    write((1, 1), (2, 2), (1, 3))
    assert waiting() == (3, 0.0)
    assert drain(to(listener)) == 3
    assert listener.heard == [(1, 1), (2, 2), (1, 3)]
    assert drain(to(listener)) == 0
    assert all(message.handled_at == clock.now for message in all_messages())
    assert waiting() == (0, 0.0)


def test_a_message_is_part_of_the_change(session: scoped_session[Session]) -> None:
    with pytest.raises(BrokenOffError):
        break_off(lambda: emit("door.open", Door(id=1)))
    assert drain(to(Listener())) == 0


def test_a_topic_reaches_its_handlers_and_those_of_its_family() -> None:
    own, family, other = Listener(), Listener(), Listener()
    subscriptions = to(own, own)
    subscriptions.add("door.*", family)
    subscriptions.add("gate.*", other)
    assert subscriptions.of("door.open") == [own, own, family]
    assert subscriptions.of("door.close") == [family]
    assert subscriptions.of("doorbell.ring") == []


def test_a_message_that_nobody_wants_is_done(session: scoped_session[Session]) -> None:
    write((1, 1), topic="door.painted")
    assert drain(to(Listener())) == 1
    assert waiting()[0] == 0


def test_a_message_for_later_waits_and_blocks_nobody(clock: Clock, session: scoped_session[Session]) -> None:
    listener = Listener()
    write((1, 1), at=clock.now + timedelta(days=5))
    write((1, 2))
    assert drain(to(listener)) == 1
    clock.forward(days=4, hours=23, minutes=59)
    assert drain(to(listener)) == 0
    clock.forward(minutes=1)
    assert drain(to(listener)) == 1
    assert listener.heard == [(1, 2), (1, 1)]


def test_how_long_the_oldest_has_been_due(clock: Clock, session: scoped_session[Session]) -> None:
    write((1, 1))
    clock.forward(seconds=90)
    write((2, 2))
    write((3, 3), at=clock.now + timedelta(hours=1))
    assert waiting() == (2, 90.0)


# ---- failing --------------------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_after_longer_and_longer_pauses(
    clock: Clock, session: scoped_session[Session], caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(failures=len(PAUSES))
    write((1, 1))
    for tried, pause in enumerate(PAUSES, start=1):
        assert drain(to(listener)) == 1
        message = all_messages()[0]
        assert (message.attempts, message.handled_at, message.failed_at) == (tried, None, None)
        assert message.error == "ConnectionError: the mail server is away"
        clock.forward(seconds=pause - 0.5)
        assert drain(to(listener)) == 0, "not before its time"
        clock.forward(seconds=0.5)
    assert drain(to(listener)) == 1
    message = all_messages()[0]
    assert (message.attempts, message.handled_at, message.error) == (len(PAUSES), clock.now, "")
    assert "outbox message" in caplog.text


def test_what_fails_to_the_end_is_put_aside(clock: Clock, session: scoped_session[Session]) -> None:
    listener = Listener(failures=100)
    write((1, 1))
    for pause in (*PAUSES, 0):
        assert drain(to(listener)) == 1
        clock.forward(seconds=pause)
    write((1, 2))
    first = all_messages()[0]
    assert (first.attempts, first.handled_at, first.failed_at) == (len(PAUSES) + 1, None, clock.now)
    listener.failures = 0
    assert drain(to(listener)) == 1, "the next one of this object goes on"
    clock.forward(days=30)
    assert drain(to(listener)) == 0, "nothing happens by itself any more"
    assert listener.heard[-1] == (1, 2)
    assert waiting()[0] == 0


def test_what_failed_holds_back_no_later_one(clock: Clock, session: scoped_session[Session]) -> None:
    """An address that never answers must not keep what follows for half a day."""
    listener = Listener(failures=1)
    write((1, 1), (2, 2), (1, 3))
    assert drain(to(listener)) == 3
    clock.forward(seconds=PAUSES[0])
    assert drain(to(listener)) == 1
    assert listener.heard == [(1, 1), (2, 2), (1, 3), (1, 1)]


def test_a_failed_handler_leaves_none_of_its_work(clock: Clock, session: scoped_session[Session]) -> None:
    def writes(message: Message) -> None:
        emit("door.followed", Door(id=message.subject_id))

    write((1, 1))
    assert handle_next(to(writes, Listener(failures=1)))
    assert [message.topic for message in all_messages()] == ["door.open"]
    clock.forward(seconds=PAUSES[0])
    assert handle_next(to(writes, Listener()))
    assert [message.topic for message in all_messages()] == ["door.open", "door.followed"]


def test_a_worker_killed_in_the_middle_leaves_the_message_to_the_next(session: scoped_session[Session]) -> None:
    def killed(_message: Message) -> None:
        raise SystemExit

    write((1, 1))
    with pytest.raises(SystemExit):
        handle_next(to(killed))
    assert (all_messages()[0].attempts, all_messages()[0].handled_at) == (0, None)
    listener = Listener()
    assert drain(to(listener)) == 1
    assert listener.heard == [(1, 1)]


def test_a_long_error_is_cut(session: scoped_session[Session]) -> None:
    def talks(_message: Message) -> None:
        raise ValueError("很长" * 5000)

    write((1, 1))
    handle_next(to(talks))
    assert len(all_messages()[0].error) == 2000


# ---- what talks to the world ----------------------------------------------------------------------------------------


def test_the_world_is_talked_to_outside_of_the_transaction(app: Flask) -> None:
    """Others may write while a mail server thinks."""
    listener = Listener()

    def sends(message: Message) -> None:
        together([lambda: write((9, 9), topic="door.painted")], app)
        listener(message)

    with app.app_context():
        write((1, 1))
        assert handle_next(to(outside(sends)))
        assert [(m.topic, bool(m.handled_at), m.error) for m in all_messages()] == [
            ("door.open", True, ""), ("door.painted", False, ""),
        ]  # fmt: skip
    assert listener.heard == [(1, 1)]


def test_what_is_inside_is_done_before_anything_is_sent(clock: Clock, session: scoped_session[Session]) -> None:
    inside, sent = Listener(failures=1), Listener()
    write((1, 1))
    subscriptions = to(outside(sent), inside)
    assert drain(subscriptions) == 1
    assert (inside.heard, sent.heard) == ([(1, 1)], [])
    clock.forward(seconds=PAUSES[0])
    assert drain(subscriptions) == 1
    assert sent.heard == [(1, 1)]


def test_what_could_not_be_sent_is_tried_again(clock: Clock, session: scoped_session[Session]) -> None:
    sent = Listener(failures=1)
    subscriptions = to(outside(sent))
    write((1, 1))
    assert drain(subscriptions) == 1
    assert (all_messages()[0].attempts, all_messages()[0].error) == (1, "ConnectionError: the mail server is away")
    clock.forward(seconds=PAUSES[0])
    assert drain(subscriptions) == 1
    assert (all_messages()[0].handled_at, all_messages()[0].error) == (clock.now, "")


def test_a_worker_killed_while_sending_is_relieved(clock: Clock, session: scoped_session[Session]) -> None:
    def killed(_message: Message) -> None:
        raise SystemExit

    sent = Listener()
    write((1, 1), (1, 2), (2, 3))
    with pytest.raises(SystemExit):
        handle_next(to(outside(killed)))
    assert drain(to(sent)) == 1, "only the other object: the first may still be on its way"
    clock.forward(seconds=LEASE.total_seconds())
    assert drain(to(sent)) == 2
    assert sent.heard == [(2, 3), (1, 1), (1, 2)]
    assert all(message.handled_at and not message.error for message in all_messages())


# ---- many workers ---------------------------------------------------------------------------------------------------


def test_no_message_is_handled_twice_by_many_workers(app: Flask) -> None:
    heard: list[tuple[int, int]] = []
    with app.app_context():
        write(*((number % 7, number) for number in range(70)))
    subscriptions = to(lambda message: heard.append((message.subject_id, message.payload["n"])))
    turns = together([lambda: work(subscriptions)] * 4, app)
    assert sum(turns) == 70
    assert sorted(number for _key, number in heard) == list(range(70))
    for key in range(7):
        mine = [number for about, number in heard if about == key]
        assert mine == sorted(mine), "in the order of their object"


def work(subscriptions: Subscriptions) -> int:
    """Handle until nothing waits any more, also not behind what another worker has in hand."""
    turns = 0
    while waiting()[0]:
        turns += handle_next(subscriptions)
        db.session.rollback()
    return turns


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_worker_passes_over_what_another_has_in_hand(app: Flask) -> None:
    """And over what comes after it about the same object, but not over other objects."""
    in_hand, let_go = threading.Event(), threading.Event()
    listener = Listener()

    def slow(message: Message) -> None:
        listener(message)
        if message.payload["n"] == 1:
            in_hand.set()
            assert let_go.wait(30)

    def second() -> list[bool]:
        assert in_hand.wait(30)
        try:
            return [handle_next(to(listener)), handle_next(to(listener))]
        finally:
            let_go.set()

    with app.app_context():
        write((1, 1), (1, 2), (2, 3))
    first_turn, second_turns = together([lambda: [handle_next(to(slow))], second], app)
    assert (first_turn, second_turns) == ([True], [True, False])
    assert listener.heard == [(1, 1), (2, 3)]
