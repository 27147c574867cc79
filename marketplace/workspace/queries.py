"""What waits for whom, from the plates of all capabilities: sorted, grouped and timed in this one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.reference import regions
from marketplace.reference.calendar import Overrides, YearUnknown, add_workdays, workdays_between
from marketplace.settings.queries import values
from marketplace.web.plate import Duty, Named, Queue, Waiting, capabilities, duty_counts, queues, records

# Rows of a desk that are sorted and counted; more than this is worked off from the oldest.
MOST = 2000
FAR = date.max
# Facets of the desk by the working days that are left: key, from, to.
TERMS = (("over", None, -1), ("2", 0, 2), ("5", 0, 5))


@dataclass(frozen=True, slots=True)
class Left:
    """The time left for an answer: its last day, and working days until then; negative when it is over."""

    due: date
    days: int

    @property
    def overdue(self) -> bool:
        return self.days < 0


def time_left(since: datetime | None, allowed: int, known: Overrides) -> Left | None:
    """What is left of ``allowed`` working days from ``since`` on; None while the calendar of the year is not known.

    ``known``: reference.services.overrides(), read once for a page.
    """
    if since is None:
        return None
    try:
        return left_until(add_workdays(clock.beijing(since).date(), allowed, known), known)
    except YearUnknown:
        return None


def left_until(due: date, known: Overrides) -> Left | None:
    """What is left until a last day; None while the calendar of the year is not known."""
    try:
        return Left(due, workdays_between(clock.today(), due, known))
    except YearUnknown:
        return None


# ---- the desk of an official ----


@dataclass(frozen=True, slots=True)
class Key:
    """Something that waits on one of the actor's queues."""

    queue: Queue
    id: int
    at: datetime | None
    region: str
    left: Left | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that waits for an official: overdue first, then what is due next, then the oldest."""

    queues: Sequence[Queue]
    keys: Sequence[Key]
    allowed: Mapping[str, int]

    def narrowed(self, queue: str = "", term: str = "", region: str = "") -> list[Key]:
        """What waits on one queue, within a term (TERMS), from one city ("outside" stands for the rest)."""
        return [
            key
            for key in self.keys
            if (not queue or key.queue.key == queue)
            and (not term or within(key.left, term))
            and (not region or city_of(key) == region)
        ]

    def head(self, queue: Queue) -> Key | None:
        """The most urgent of one queue."""
        return next((key for key in self.keys if key.queue.key == queue.key), None)

    def count(self, queue: Queue) -> int:
        """How many wait on one queue."""
        return sum(key.queue.key == queue.key for key in self.keys)


def desk(actor: Actor, known: Overrides) -> Desk:
    """The desk of the actor: one statement for all that waits, and one for the time it may take."""
    held = queues(actor)
    if not held:
        return Desk((), (), {})
    allowed = values(queue.days for queue in held)
    by_key = {queue.key: queue for queue in held}
    found = [
        Key(
            by_key[row.queue], row.id, row.at, row.region, time_left(row.at, allowed[by_key[row.queue].days.key], known)
        )
        for row in db.session.execute(_everything(held, actor))
    ]
    # The database has put the oldest first, and sorting keeps that.
    return Desk(held, sorted(found, key=lambda key: key.left.due if key.left else FAR), allowed)


def _everything(held: Sequence[Queue], actor: Actor) -> Any:
    parts = [
        sa.select(
            sa.literal(queue.key).label("queue"),
            queue.model.id,
            queue.model.submitted_at.label("at"),
            queue.model.region,
        ).where(queue.waits(actor))
        for queue in held
    ]
    return sa.union_all(*parts).order_by("at", "id").limit(MOST)


def within(left: Left | None, term: str) -> bool:
    """Whether what is left falls into a term of the facet."""
    for key, least, most in TERMS:
        if key == term:
            return left is not None and (least is None or left.days >= least) and left.days <= most
    return False


def city_of(key: Key) -> str:
    """The city something comes from, for the facet."""
    return regions.city_of(key.region) if key.region else "outside"


def term_counts(keys: Iterable[Key]) -> dict[str, int]:
    """Term → how many fall into it."""
    found = list(keys)
    return {term: sum(within(key.left, term) for key in found) for term, _least, _most in TERMS}


def city_counts(keys: Iterable[Key]) -> list[tuple[str, Text, int]]:
    """(city, its name, how many come from it), in the order of the codes."""
    counts = Counter(city_of(key) for key in keys)
    names = {"outside": Text("安徽省外", "Outside Anhui")}
    return [(code, names.get(code) or regions.name(code), count) for code, count in sorted(counts.items())]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the desk, to be drawn."""

    queue: Queue
    item: Waiting
    left: Left | None


def rows_of(keys: Sequence[Key]) -> list[Row]:
    """The rows of some keys in their order; as many statements as their queues need, however many the rows."""
    items: dict[tuple[str, int], Waiting] = {}
    for name, group in groupby(sorted(keys, key=lambda key: key.queue.key), key=lambda key: key.queue.key):
        members = list(group)
        items |= {(name, item.key): item for item in members[0].queue.rows([key.id for key in members])}
    # What was decided by somebody else between the two questions is gone.
    return [Row(key.queue, items[key.queue.key, key.id], key.left) for key in keys if (key.queue.key, key.id) in items]


def duty_selects(actor: Actor) -> list[sa.Select[Any]]:
    """What waits on all queues of the actor, a row each."""
    return [sa.select(sa.literal(1)).select_from(queue.model).where(queue.waits(actor)) for queue in queues(actor)]


# ---- what waits for anybody ----


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, from whatever capability: a duty, or the row of a queue."""

    duty: Duty
    left: Left | None

    @property
    def urgency(self) -> tuple[date, str]:
        """Overdue first, then what is due next; what has no term comes last, the oldest before."""
        return self.left.due if self.left else self.duty.due or FAR, str(self.duty.since or "")


def tasks(actor: Actor, found: Desk, known: Overrides, limit: int) -> tuple[list[Task], int]:
    """The most urgent things to do, at most ``limit``, and how many there are."""
    counts = duty_counts(actor)
    own = [
        Task(duty, left_until(duty.due, known) if duty.due else None)
        for capability in capabilities()
        if capability.duties and any(counts[capability.name])
        for duty in capability.duties(actor)
    ]
    queued = [Task(_duty(row), row.left) for row in rows_of(found.keys[:limit])]
    total = len(own) + len(found.keys)
    return sorted([*own, *queued], key=lambda task: task.urgency)[:limit], total


def _duty(row: Row) -> Duty:
    item = row.item
    why = Text("%(what)s，%(organization)s", "%(what)s, %(organization)s")
    said: dict[str, object] = {"what": item.what, "organization": item.organization}
    return Duty(row.queue.verb, item.title, item.href, why % said, item.at)


# ---- what somebody did ----


def history_of(actor: Actor) -> sa.Select[LedgerEntry]:
    """What the actor did, the newest first."""
    mine = (LedgerEntry.actor_kind == "user") & (LedgerEntry.actor_id == actor.user_id)
    return sa.select(LedgerEntry).where(mine).order_by(LedgerEntry.id.desc())


@dataclass(frozen=True, slots=True)
class Done:
    """One of the acts of a person, to be drawn."""

    at: datetime
    what: Text
    kind: Text
    named: Named
    reason: str


def told(entries: Sequence[LedgerEntry]) -> list[Done]:
    """Entries of history in words: a statement for each kind of object among them, however many they are."""
    known = records()
    named: dict[str, Mapping[int, Named]] = {}
    for kind in {entry.subject_type for entry in entries}:
        record = known.get(kind)
        ids = [entry.subject_id for entry in entries if entry.subject_type == kind]
        named[kind] = record.named(ids) if record is not None and record.named is not None else {}
    lines = []
    for entry in entries:
        record = known.get(entry.subject_type)
        act = record.every_act().get(entry.action) if record is not None else None
        lines.append(
            Done(
                entry.at, act or Text(entry.action, entry.action),
                record.label if record else Text(entry.subject_type, entry.subject_type),
                named[entry.subject_type].get(entry.subject_id, Named("")), entry.reason,
            )
        )  # fmt: skip
    return lines
