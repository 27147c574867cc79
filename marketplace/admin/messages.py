"""What failed to the end: messages of the outbox and mails, tried again or given up by a system administrator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.admin.services import checked_reason, oneself
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger, outbox
from marketplace.foundation.db import db
from marketplace.foundation.outbox import Message
from marketplace.notifications import queries as notifications
from marketplace.notifications import services as mails
from marketplace.notifications.models import Delivery
from marketplace.web.plate import Named, records

# How many are tried again at once; what remains is tried with the next press.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Failed:
    """A row of the list: what it is, what it is about, when it was given up after how many tries, and why."""

    key: int
    name: str
    kind: Text
    object: Named
    at: datetime | None
    attempts: int
    error: str


def failed_messages() -> sa.Select[Message]:
    """Messages that gave up; those that carry a mail are listed as mails."""
    return outbox.failed(but=mails.SEND)


def counts() -> dict[str, int]:
    """How many messages and mails wait."""
    rows: tuple[sa.Select[Any], ...] = (failed_messages(), notifications.failed_deliveries())
    counted = [sa.select(sa.func.count()).select_from(each.order_by(None).subquery()) for each in rows]
    return {name: db.session.scalar(each) or 0 for name, each in zip(("messages", "mails"), counted, strict=True)}


def message_rows(found: Sequence[Message]) -> list[Failed]:
    """Messages in words; the objects of each kind are read together."""
    ids: dict[str, set[int]] = defaultdict(set)
    for message in found:
        ids[message.subject_type].add(message.subject_id)
    known = records()
    named: dict[str, Mapping[int, Named]] = {
        kind: record.named(sorted(keys))
        for kind, keys in ids.items()
        if (record := known.get(kind)) is not None and record.named is not None
    }
    labels = {kind: record.label for kind, record in known.items()}
    return [
        Failed(
            each.id, each.topic, labels.get(each.subject_type, Text(each.subject_type, each.subject_type)),
            named.get(each.subject_type, {}).get(each.subject_id, Named(f"#{each.subject_id}")),
            each.failed_at, each.attempts, each.error,
        )
        for each in found
    ]  # fmt: skip


def mail_rows(found: Sequence[Delivery]) -> list[Failed]:
    """Mails in words."""
    label = Text("收件人", "Reader")
    return [
        Failed(
            each.id, each.group_key or mails.SEND, label, Named(each.address), each.failed_at, each.attempts, each.error
        )
        for each in found
    ]  # fmt: skip


def act_on_message(key: int, act: str, actor: Actor, reason: str) -> None:
    """Try a message again ("retry"), or never ("discard").

    Raises:
        Invalid: no reason.
        NotFound: there is no such message or act.
        Conflict: somebody else has dealt with it meanwhile.
    """
    acts: dict[str, Callable[[Message], None]] = {"retry": outbox.retry, "discard": outbox.discard}
    message = db.session.scalar(sa.select(Message).where(Message.id == key).with_for_update())
    if act not in acts or message is None:
        raise NotFound
    words = checked_reason(reason)
    if message.failed_at is None or message.handled_at is not None:
        raise _dealt_with()
    acts[act](message)
    _record(f"{act}_message", [message], actor, words)


def act_on_mail(key: int, act: str, actor: Actor, reason: str) -> None:
    """The same for a mail."""
    acts = {"retry": mails.retry, "discard": mails.discard}
    delivery = notifications.delivery_by_id(key)
    if act not in acts or delivery is None:
        raise NotFound
    words = checked_reason(reason)
    if not acts[act](delivery, actor, words):
        raise _dealt_with()


def retry_messages(actor: Actor, reason: str) -> int:
    """Try the latest thousand messages again and say how many those are.

    Raises:
        Invalid: no reason.
    """
    words = checked_reason(reason)
    found = db.session.scalars(failed_messages().limit(MOST).with_for_update()).all()
    for message in found:
        outbox.retry(message)
    if found:
        _record("retry_message", found, actor, words)
    return len(found)


def retry_mails(actor: Actor, reason: str) -> int:
    """The same for mails."""
    words = checked_reason(reason)
    found = db.session.scalars(notifications.failed_deliveries().limit(MOST)).all()
    return sum(mails.retry(each, actor, words) for each in found)


def _dealt_with() -> Conflict:
    return Conflict(Text("这一条已经有人处理", "Somebody has dealt with this already"))


def _record(action: str, found: Sequence[Message], actor: Actor, reason: str) -> None:
    data = {"messages": [message.id for message in found], "topics": sorted({message.topic for message in found})}
    ledger.record(oneself(actor), action, actor, reason=reason, data=data)
