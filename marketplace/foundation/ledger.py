"""The history: append-only, every entry carries the hash of the one before, so that any later change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.actor import Actor, PostHeld
from marketplace.core.reasons import in_words
from marketplace.core.text import Text
from marketplace.foundation.db import Base, BigId, db, only_row

FIRST = "0" * 64
PORTION = 1000


class Subject(Protocol):
    """What history can be written about: a row with a key and a name of its kind."""

    @property
    def subject_type(self) -> str: ...

    @property
    def id(self) -> int: ...


class LedgerEntry(Base):
    """One line of history. Who is kept by key, never by name: a person can leave without breaking the chain."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.Index("ix_ledger_entry_subject", "subject_type", "subject_id", "id"),
        # What the logs are filtered by, each in the order in which they are paged.
        sa.Index("ix_ledger_entry_at", "at", "id"),
        sa.Index("ix_ledger_entry_actor", "actor_id", "id"),
        sa.Index("ix_ledger_entry_action", "action", "id"),
        sa.Index("ix_ledger_entry_post", "post_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    actor_id: Mapped[int | None]
    organization_id: Mapped[int | None]
    post_id: Mapped[int | None]
    post: Mapped[str] = mapped_column(sa.String(200), default="")
    subject_type: Mapped[str] = mapped_column(sa.String(32))
    subject_id: Mapped[int]
    action: Mapped[str] = mapped_column(sa.String(48))
    before: Mapped[str] = mapped_column(sa.String(24), default="")
    after: Mapped[str] = mapped_column(sa.String(24), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    data: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    def told(self, act: Text) -> Text:
        """``act`` with the reason behind it, if one was given."""
        if not self.reason:
            return act
        return Text("%(act)s：%(reason)s", "%(act)s: %(reason)s") % {"act": act, "reason": in_words(self.reason)}

    def content(self) -> dict[str, Any]:
        """Everything that the hash covers, in a form that does not depend on the database."""
        return {
            "id": self.id,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": [self.actor_kind, self.actor_id, self.organization_id, self.post_id, self.post],
            "subject": [self.subject_type, self.subject_id],
            "action": [self.action, self.before, self.after],
            "reason": self.reason,
            "data": self.data,
            "previous": self.previous,
        }

    def digest(self) -> str:
        """SHA-256 of the content as JSON with sorted keys and no spaces, in hexadecimal."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class LedgerHead(Base):
    """The end of the chain: one row, locked by whoever writes the next entry."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int]
    last_hash: Mapped[str] = mapped_column(sa.String(64))


# What can be wrong with an entry.
FAULTS = {
    "unreadable": Text("无法读出", "cannot be read"),
    "missing": Text("缺失", "is missing"),
    "inserted": Text("是后来插入的", "was put in"),
    "unlinked": Text("没有接上前一条", "does not continue the entry before"),
    "changed": Text("写入以后被改过", "was changed after it was written"),
    "cut": Text("以后的条目缺失", "is missing with all that followed"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """How far the chain was found to hold: the number of its entries, and the hash of the last of them."""

    entries: int = 0
    last: str = FIRST


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many entries hold, and the first broken one with its fault (FAULTS), if any."""

    entries: int
    broken: int | None = None
    fault: str = ""


def record(
    subject: Subject,
    action: str,
    actor: Actor,
    *,
    organization_id: int | None = None,
    post: PostHeld | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> LedgerEntry:
    """Write the next entry of the chain in the running transaction and return it.

    Who acts in a colleague's post, by delegation, is found in ``data`` under "delegation".
    """
    head = _head()
    entry = LedgerEntry(
        id=head.last_id + 1,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        organization_id=organization_id,
        post_id=post.post_id if post else None,
        post=post.department if post else "",
        subject_type=subject.subject_type,
        subject_id=subject.id,
        action=action,
        before=before,
        after=after,
        reason=reason,
        data={**(data or {}), **(post.trace if post else {})},
        previous=head.last_hash,
        hash="",
    )
    entry.hash = entry.digest()
    head.last_id, head.last_hash = entry.id, entry.hash
    db.session.add(entry)
    db.session.flush()
    return entry


def record_many(subject_type: str, action: str, actor: Actor, after: str, items: Sequence[tuple[int, Any]]) -> None:
    """Write one entry per (subject id, data) in one go, for loads of many rows. The chain is the same."""
    head, moment = _head(), clock.now()
    rows: list[dict[str, Any]] = []
    for subject_id, data in items:
        entry = LedgerEntry(
            id=head.last_id + 1, at=moment, actor_kind=actor.kind, actor_id=actor.user_id, organization_id=None,
            post_id=None, post="", subject_type=subject_type, subject_id=subject_id, action=action, before="",
            after=after, reason="", data=data, previous=head.last_hash, hash="",
        )  # fmt: skip
        digest = entry.digest()
        head.last_id, head.last_hash = entry.id, digest
        rows.append(
            {column.name: getattr(entry, column.name) for column in LedgerEntry.__table__.columns} | {"hash": digest}
        )
    if rows:
        db.session.execute(sa.insert(LedgerEntry), rows)
    db.session.flush()


def _head() -> LedgerHead:
    return only_row(LedgerHead, {"id": 1}, {"last_id": 0, "last_hash": FIRST})


def history(subject: Subject) -> list[LedgerEntry]:
    """The history of one object, oldest first."""
    mine = (LedgerEntry.subject_type == subject.subject_type) & (LedgerEntry.subject_id == subject.id)
    return list(db.session.scalars(sa.select(LedgerEntry).where(mine).order_by(LedgerEntry.id)))


def latest(subject: Subject) -> LedgerEntry | None:
    """The newest entry about one object."""
    mine = (LedgerEntry.subject_type == subject.subject_type) & (LedgerEntry.subject_id == subject.id)
    return db.session.scalar(sa.select(LedgerEntry).where(mine).order_by(LedgerEntry.id.desc()).limit(1))


def position() -> int:
    """How many entries there are: it changes with every change that history tells of."""
    return db.session.scalar(position_select()) or 0


def position_select() -> sa.Select[int]:
    """The same, for who asks for more in one statement."""
    return sa.select(LedgerHead.last_id)


def end() -> Held:
    """How long history is now, and the hash of its last entry: who keeps both can tell later that nothing changed."""
    head = db.session.get(LedgerHead, 1)
    return Held(head.last_id, head.last_hash) if head is not None else Held()


def entries() -> Iterator[LedgerEntry]:
    """Every entry in order, read in portions."""
    rows = db.session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id).execution_options(yield_per=1000))
    yield from rows


def verify() -> Verdict:
    """Recompute the whole chain from what is stored, byte by byte, and compare its end with the head."""
    held, verdict = Held(), None
    while verdict is None:
        held, verdict = verify_on(held)
    return verdict


def verify_on(held: Held, most: int = 20 * PORTION) -> tuple[Held, Verdict | None]:
    """Check up to ``most`` entries behind those that hold; a verdict once the end or a broken entry is reached."""
    start = held.entries
    for entry in islice(_stored(start or None), most):
        verdict = _fault(entry, held)
        if verdict is not None:
            return held, verdict
        assert entry is not None
        held = Held(entry.id, entry.hash)
    return held, None if held.entries - start == most else _end(held)


def verify_lines(lines: Iterable[str]) -> Verdict:
    """Check a chain that was exported, without a database: one JSON object a line, as ``exported`` writes it.

    The end cannot be compared with anything: that lines are missing there shows only beside the chain itself.
    """
    held = Held()
    for line in lines:
        entry = _imported(line)
        verdict = _fault(entry, held)
        if verdict is not None:
            return verdict
        assert entry is not None
        held = Held(entry.id, entry.hash)
    return Verdict(held.entries)


def exported() -> Iterator[str]:
    """Every entry as one line of JSON: its content, whose SHA-256 (``digest``) is its "hash"."""
    for entry in entries():
        yield json.dumps({**entry.content(), "hash": entry.hash}, ensure_ascii=False, sort_keys=True) + "\n"


def _fault(entry: LedgerEntry | None, held: Held) -> Verdict | None:
    """What is wrong with the entry that should continue the chain."""
    expected = held.entries + 1
    if entry is None:
        return Verdict(held.entries, expected, "unreadable")
    if entry.id != expected:
        return Verdict(held.entries, min(entry.id, expected), "missing" if entry.id > expected else "inserted")
    if entry.previous != held.last:
        return Verdict(held.entries, entry.id, "unlinked")
    if entry.hash != entry.digest():
        return Verdict(held.entries, entry.id, "changed")
    return None


def _end(held: Held) -> Verdict | None:
    """The chain ends where its head says; None when somebody has written meanwhile and there is more to check."""
    head = db.session.get(LedgerHead, 1, populate_existing=True)
    if ((head.last_id, head.last_hash) if head else (0, FIRST)) == (held.entries, held.last):
        return Verdict(held.entries)
    if any(True for _entry in islice(_stored(held.entries or None), 1)):
        return None
    return Verdict(held.entries, held.entries + 1, "cut")


def _imported(line: str) -> LedgerEntry | None:
    try:
        given = json.loads(line)
        kind, actor_id, organization_id, post_id, post = given["actor"]
        subject_type, subject_id = given["subject"]
        action, before, after = given["action"]
        entry = LedgerEntry(
            id=given["id"], at=datetime.fromisoformat(given["at"]), actor_kind=kind, actor_id=actor_id,
            organization_id=organization_id, post_id=post_id, post=post, subject_type=subject_type,
            subject_id=subject_id, action=action, before=before, after=after, reason=given["reason"],
            data=given["data"], previous=given["previous"], hash=given["hash"],
        )  # fmt: skip
        entry.digest()
    except (ValueError, TypeError, KeyError):
        return None
    return entry


def _stored(seen: int | None) -> Iterator[LedgerEntry | None]:
    """Every entry behind the one ``seen`` as its stored bytes say; None, and no more, for what no longer is an entry.

    Not ``entries``: what a column type reads leniently (blanks in JSON, another form of an instant) would pass.
    """
    table = LedgerEntry.__table__.c
    columns = [sa.cast(each, sa.Text) if each is table.data else sa.type_coerce(each, sa.Text) for each in table]
    select = sa.select(*(column.label(each.name) for column, each in zip(columns, table, strict=True)))
    portion = PORTION
    while True:
        later = select.where(table.id > seen) if seen is not None else select
        try:
            rows = db.session.execute(later.order_by(table.id).limit(portion)).mappings().all()
        except sa.exc.OperationalError as error:
            if "decode" not in str(error.orig):  # text that is no UTF-8 any more; anything else is not about an entry
                raise
            if portion == 1:
                yield None
                return
            portion = 1
            continue
        if not rows:
            return
        for row in rows:
            yield _read({str(key): value for key, value in row.items()})
        seen = rows[-1]["id"]


def _read(stored: Mapping[str, Any]) -> LedgerEntry | None:
    """The entry; None when a value has another form than the one in which values are stored."""
    try:
        at, data = stored["at"], json.loads(stored["data"])
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        if isinstance(at, str) and moment.isoformat(" ", "microseconds") != at:
            return None
        if json.dumps(data) != stored["data"]:
            return None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        entry = LedgerEntry(**{**stored, "at": moment, "data": data})
        entry.digest()  # what is of another kind than it was (bytes for a text) has none
    except (ValueError, TypeError):
        return None
    return entry
