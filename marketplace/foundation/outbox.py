"""What must happen because of a change: written in the transaction of the change, handled at least once afterwards."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from marketplace.core import clock
from marketplace.foundation.db import Base, BigId, db, transaction
from marketplace.foundation.ledger import Subject

log = logging.getLogger(__name__)

Handler = Callable[["Message"], None]
Line = Literal["both", "inside", "outside"]

# After these pauses a message that failed is tried again; after the last it waits for an administrator.
PAUSES = (1, 5, 30, 120, 600, 3600, 3 * 3600, 12 * 3600)

# How long a message belongs to the worker that is sending it; one that dies meanwhile is relieved after this time.
LEASE = timedelta(minutes=2)
BEING_SENT = "being sent"


class OutboxMessage(Base):
    """One thing to do. Messages about one subject are handled in order; one that failed holds back no later one."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index("ix_outbox_message_open", "due_at", sqlite_where=sa.text("handled_at IS NULL"),
                 postgresql_where=sa.text("handled_at IS NULL")),
        # The oldest that is open is found at once, however many were handled and whatever the planner knows of them.
        sa.Index("ix_outbox_message_todo", "id",
                 sqlite_where=sa.text("handled_at IS NULL AND failed_at IS NULL"),
                 postgresql_where=sa.text("handled_at IS NULL AND failed_at IS NULL")),
        sa.Index("ix_outbox_message_subject", "subject_type", "subject_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(64))
    subject_type: Mapped[str] = mapped_column(sa.String(32))
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    handled_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")


Message = OutboxMessage


class Subscriptions:
    """Topic → handlers. Filled by the plates of the capabilities when the app is composed."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)

    def add(self, topic: str, handler: Handler) -> None:
        """Have ``handler`` called for every message of ``topic``; it must bear being called twice."""
        self._handlers[topic].append(handler)

    def of(self, topic: str) -> list[Handler]:
        """The handlers of a topic; "product.published" also reaches those of "product.*"."""
        family = topic.partition(".")[0] + ".*"
        return self._handlers.get(topic, []) + self._handlers.get(family, [])

    @property
    def outside(self) -> frozenset[str]:
        """The topics of which a handler talks to the world."""
        return frozenset(topic for topic, handlers in self._handlers.items() if any(map(_is_outside, handlers)))


def emit(topic: str, subject: Subject, payload: Mapping[str, Any] | None = None, *, at: datetime | None = None) -> None:
    """Write a message in the running transaction, due now or ``at`` a later instant."""
    moment = clock.now()
    message = OutboxMessage(
        topic=topic,
        subject_type=subject.subject_type,
        subject_id=subject.id,
        payload=dict(payload or {}),
        created_at=moment,
        due_at=at or moment,
    )
    db.session.add(message)
    db.session.flush()


def unbegun(topic: str) -> set[int]:
    """The keys of the subjects about which a message of ``topic`` waits that nobody has begun to handle.

    Who would emit one for each of many changes emits it for the first alone: handled later, it sees all of them.
    """
    mine = (OutboxMessage.topic == topic) & OutboxMessage.handled_at.is_(None) & (OutboxMessage.error == "")
    # A message that is being handled is locked (PostgreSQL), and may not see what the running transaction writes.
    return set(db.session.scalars(sa.select(OutboxMessage.subject_id).where(mine).with_for_update(skip_locked=True)))


def handle_next(subscriptions: Subscriptions, line: Line = "both") -> bool:
    """Handle the oldest message that is due; False when there is none.

    ``line``: only messages that stay "inside" the house, only those told "outside" of it, or both.

    Handlers run in one transaction with the note that the message is done. Those marked ``outside`` (they talk to
    a mail server) run after it, with the message leased to this worker, so that a slow server never holds the
    writer's place. A handler that fails rolls its work back; the failure is noted and the message tried again later.
    Several workers may run at once: a message locked or leased by another is passed over.
    """
    # Looked for before a transaction is opened: an idle worker neither takes the writer's place nor wakes itself.
    db.session.rollback()
    due = _due(line, subscriptions.outside)
    if db.session.scalar(due) is None:
        return False
    with transaction():
        message = db.session.scalar(due.with_for_update(skip_locked=True))
        if message is None:
            return False
        handlers = subscriptions.of(message.topic)
        outside = [handler for handler in handlers if _is_outside(handler)]
        _attempt(message, [handler for handler in handlers if handler not in outside], last=not outside)
        leased = bool(outside) and not message.error
        if leased:
            message.due_at, message.error = clock.now() + LEASE, BEING_SENT
    if leased:
        _attempt_outside(message, outside)
    return True


def outside(handler: Handler) -> Handler:
    """Mark a handler as one that talks to the world and must not run inside a transaction."""
    handler.outside = True  # type: ignore[attr-defined]
    return handler


def _is_outside(handler: Handler) -> bool:
    return getattr(handler, "outside", False)


def _attempt(message: OutboxMessage, handlers: list[Handler], *, last: bool) -> None:
    """Run handlers inside the running transaction; ``last``: nothing is left to do for the message afterwards."""
    message.error = ""
    try:
        with db.session.begin_nested():
            for handler in handlers:
                handler(message)
    except Exception as error:
        log.exception("outbox message %s (%s) failed", message.id, message.topic)
        _note_failure(message, error)
    else:
        if last:
            message.handled_at = clock.now()


def _attempt_outside(message: OutboxMessage, handlers: list[Handler]) -> None:
    failure: Exception | None = None
    try:
        for handler in handlers:
            handler(message)
    except Exception as error:
        log.exception("outbox message %s (%s) failed", message.id, message.topic)
        failure = error
    with transaction():
        again = db.session.get_one(OutboxMessage, message.id, with_for_update=True)
        if failure is not None:
            _note_failure(again, failure)
        else:
            again.handled_at, again.error = clock.now(), ""


@cache
def _earlier() -> type[OutboxMessage]:
    """Another message beside the one looked for; made once, since its columns take longer than the statement."""
    return aliased(OutboxMessage)


def _due(line: Line, outside_topics: frozenset[str]) -> sa.Select[OutboxMessage]:
    topic = OutboxMessage.topic
    lines = {"both": sa.true(), "inside": topic.not_in(outside_topics), "outside": topic.in_(outside_topics)}
    earlier = _earlier()
    behind = sa.exists().where(
        earlier.subject_type == OutboxMessage.subject_type,
        earlier.subject_id == OutboxMessage.subject_id,
        earlier.id < OutboxMessage.id,
        earlier.handled_at.is_(None),
        earlier.failed_at.is_(None),
        # What is meant for a later time blocks nothing, and what failed neither; what is being sent now does.
        (earlier.due_at <= clock.now()) | (earlier.error == BEING_SENT),
    )
    return (
        sa.select(OutboxMessage)
        .where(OutboxMessage.handled_at.is_(None), OutboxMessage.failed_at.is_(None))
        .where(OutboxMessage.due_at <= clock.now(), ~behind, lines[line])
        .order_by(OutboxMessage.id)
        .limit(1)
    )


def is_last(message: OutboxMessage) -> bool:
    """Whether the attempt that is under way is the last one."""
    return message.attempts >= len(PAUSES)


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    last = is_last(message)
    message.attempts += 1
    message.error = f"{type(error).__name__}: {error}"[:2000]
    if last:
        message.failed_at = clock.now()
    else:
        message.due_at = clock.now() + timedelta(seconds=PAUSES[message.attempts - 1])


def waiting() -> tuple[int, float]:
    """How many messages are due and how old the oldest is, in seconds (for /readyz)."""
    count, oldest = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(OutboxMessage.due_at)).where(
            OutboxMessage.handled_at.is_(None), OutboxMessage.failed_at.is_(None), OutboxMessage.due_at <= clock.now()
        )
    ).one()
    if oldest is None:
        return count, 0.0
    return count, (clock.now() - oldest).total_seconds()


def failed(*, but: str = "") -> sa.Select[OutboxMessage]:
    """Messages that gave up and wait for an administrator, the latest first, without the topic ``but``."""
    waits = OutboxMessage.failed_at.is_not(None) & OutboxMessage.handled_at.is_(None) & (OutboxMessage.topic != but)
    return sa.select(OutboxMessage).where(waits).order_by(OutboxMessage.id.desc())


def retry(message: OutboxMessage) -> None:
    """Have a message that gave up tried again from the beginning, at once."""
    message.failed_at, message.attempts, message.error, message.due_at = None, 0, "", clock.now()
    db.session.flush()


def discard(message: OutboxMessage) -> None:
    """Have a message that gave up never tried again; its error stays with it."""
    message.handled_at = clock.now()
    db.session.flush()
