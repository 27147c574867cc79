"""Messages that gave up: what they were about, tried again or given up for good by a system administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.admin.services import checked_reason, oneself
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger, outbox
from marketplace.foundation.db import db
from marketplace.foundation.outbox import Message
from marketplace.web.plate import Named, records

# How many are tried again at once; what remains is tried with the next press.
MOST = 1000


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message with the object it is about, in words."""

    message: Message
    kind: Text
    object: Named


def told(found: Sequence[Message]) -> list[FailedMessage]:
    """Messages in words; the objects of each kind are read together."""
    known, told = records(), []
    ids: dict[str, set[int]] = {}
    for message in found:
        ids.setdefault(message.subject_type, set()).add(message.subject_id)
    named = {
        kind: record.named(sorted(keys))
        for kind, keys in ids.items()
        if (record := known.get(kind)) is not None and record.named is not None
    }
    for message in found:
        record = known.get(message.subject_type)
        label = record.label if record else Text(message.subject_type, message.subject_type)
        name = named.get(message.subject_type, {}).get(message.subject_id, Named(f"#{message.subject_id}"))
        told.append(FailedMessage(message, label, name))
    return told


def retry(key: int, actor: Actor, reason: str) -> None:
    """Try one message again.

    Raises:
        Invalid: no reason.
        NotFound: there is no such message.
        Conflict: somebody else has dealt with it meanwhile.
    """
    words, message = checked_reason(reason), _failed(key)
    outbox.retry(message)
    _record("retry_message", [message], actor, words)


def discard(key: int, actor: Actor, reason: str) -> None:
    """Never try one message again. Raises as ``retry``."""
    words, message = checked_reason(reason), _failed(key)
    outbox.discard(message)
    _record("discard_message", [message], actor, words)


def retry_all(actor: Actor, reason: str) -> int:
    """Try the latest thousand again and say how many those are.

    Raises:
        Invalid: no reason.
    """
    words = checked_reason(reason)
    found = db.session.scalars(outbox.failed().limit(MOST).with_for_update()).all()
    for message in found:
        outbox.retry(message)
    if found:
        _record("retry_message", found, actor, words)
    return len(found)


def _failed(key: int) -> Message:
    message = db.session.scalar(sa.select(Message).where(Message.id == key).with_for_update())
    if message is None:
        raise NotFound
    if message.failed_at is None or message.handled_at is not None:
        raise Conflict(Text("这条消息已经有人处理", "Somebody has dealt with this message already"))
    return message


def _record(action: str, found: Sequence[Message], actor: Actor, reason: str) -> None:
    data = {"messages": [message.id for message in found], "topics": sorted({message.topic for message in found})}
    ledger.record(oneself(actor), action, actor, reason=reason, data=data)
