"""What capabilities tell of the chain of a need, and the place on pages where it is drawn.

A chain begins with a need and holds everything that followed from it, here and where it was copied to. Each
capability names its own part on its plate (``Capability.chain``); the capability ``chains`` joins them: all rows are
one statement, and all entries of history that tell of them are another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.lifecycle import Lifecycle, State
from marketplace.core.text import Text
from marketplace.foundation.db import UtcDateTime, db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.web.identity import current_actor

Stage = Literal["need", "talk", "pilot", "site", "copy"]
Progress = Literal["done", "now", "stop"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: the history entry that proves it, what it was, and why if the reader may know."""

    entry: LedgerEntry
    what: Text
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One object of a chain as a reader may see it.

    ``need``: key of the need that it belongs to. ``href`` and ``number`` are empty where he may not open it.
    ``title``: what tells it from others of its stage. ``since``: when it began; ``progress``: whether it came to
    something, goes on, or stopped. ``last``: when the last act happened of which its chain tells.
    """

    stage: Stage
    kind: Text
    need: int
    number: str
    href: str
    title: Text
    mark: State
    progress: Progress
    since: datetime | None
    events: Sequence[Event] = ()
    last: datetime | None = None
    # What its stage is called when this took place, if not as usual.
    stage_name: Text | None = None
    # Told on the timeline, and no object of its stage.
    aside: bool = False
    # Of a need: the reader belongs to the organization that has it, and takes part in all that follows from it.
    ours: bool = False


class ChainRow(NamedTuple):
    """One object of a chain as its capability selects it (``chain_row``): the same columns for all kinds.

    ``subject`` and ``key`` name it in history. ``need``: key of the need that it belongs to. ``detail``: what its
    capability must know besides to tell of it.
    """

    subject: str
    key: int
    need: int
    number: str
    title: str
    title_en: str
    state: str
    since: datetime | None
    last: datetime | None
    detail: str

    @property
    def label(self) -> Text:
        """The title in both languages."""
        return Text(self.title, self.title_en or self.title)


Entries = Mapping[tuple[str, int], Sequence[LedgerEntry]]
"""(subject type, key) → what history tells of an object on its chain, the oldest first."""


@dataclass(frozen=True)
class ChainPart:
    """What one capability tells of chains.

    ``told``: subject type → the acts of which chains tell. ``rows``: the selects of what belongs to needs with these
    keys, as far as the actor may see it, each made with ``chain_row``; with the last argument also what stands on the
    timeline alone. ``links``: the rows that were found, with their entries or, for who shows no events, without.
    ``private``: the stage of which only those see anything who take part in it.
    """

    told: Mapping[str, Collection[str]]
    rows: Callable[[Sequence[int], Actor, bool], Sequence[sa.Select[Any]]]
    links: Callable[[Sequence[ChainRow], Entries], Iterable[ChainLink]]
    private: Stage | None = None


_NOTHING = sa.literal("")


def chain_row(
    subject: str, *, key: Any, need: Any, number: Any = _NOTHING, title: Any = _NOTHING, title_en: Any = _NOTHING,
    state: Any = _NOTHING, since: Any = None, detail: Any = _NOTHING, last_of: Collection[str] = (),
) -> sa.Select[Any]:  # fmt: skip
    """The columns of a ``ChainRow``; ``last_of``: those acts of which the last one counts."""
    theirs = (LedgerEntry.subject_type == subject) & (LedgerEntry.subject_id == key)
    last = sa.select(sa.func.max(LedgerEntry.at)).where(theirs, LedgerEntry.action.in_(sorted(last_of)))
    never = sa.cast(sa.null(), UtcDateTime)
    return sa.select(
        sa.literal(subject), key, need, number, title, title_en, state, never if since is None else since,
        last.scalar_subquery() if last_of else never, detail,
    )  # fmt: skip


def rows_of(selects: Iterable[tuple[int, sa.Select[Any]]]) -> Mapping[int, Sequence[ChainRow]]:
    """The rows of these selects by the number that goes with each, the oldest first: one statement."""
    every = [select.add_columns(sa.literal(place)) for place, select in selects]
    found: dict[int, list[ChainRow]] = {}
    for *columns, place in db.session.execute(sa.union_all(*every)):
        found.setdefault(place, []).append(ChainRow(*columns))
    return {place: sorted(rows, key=lambda row: row.key) for place, rows in found.items()}


def entries_of(rows: Iterable[ChainRow], told: Mapping[str, Collection[str]]) -> Entries:
    """What history tells of these rows: one statement. ``told``: subject type → the acts that count."""
    keys: dict[str, set[int]] = {}
    for row in rows:
        if row.subject in told:
            keys.setdefault(row.subject, set()).add(row.key)
    theirs = [
        (LedgerEntry.subject_type == subject)
        & LedgerEntry.subject_id.in_(sorted(ids))
        & LedgerEntry.action.in_(sorted(told[subject]))
        for subject, ids in keys.items()
    ]
    found: dict[tuple[str, int], list[LedgerEntry]] = {}
    select = sa.select(LedgerEntry).where(sa.or_(*theirs)).order_by(LedgerEntry.id) if theirs else None
    for entry in db.session.scalars(select) if select is not None else ():
        found.setdefault((entry.subject_type, entry.subject_id), []).append(entry)
    return found


def steps_told(lifecycle: Lifecycle, entries: Iterable[LedgerEntry], *, reasons: bool) -> list[Event]:
    """Steps of a life cycle as events; ``reasons``: the reader may know why."""
    return [
        Event(
            each,
            lifecycle.by_name[each.action].told,
            Text(each.reason, each.reason) if reasons and each.reason else None,
        )
        for each in entries
    ]


def chain_strip(need: int | None) -> Markup | str:
    """The chain of the need with this key as five stages, for the page of any object on it; "" where there is none."""
    draw: Callable[[int, Actor], Markup | str] | None = current_app.extensions.get("chain_strip")
    return draw(need, current_actor()) if draw is not None and need is not None else ""


def init_chain(app: Flask) -> None:
    """Give the templates ``chain_strip``; the capability of chains brings what draws it."""
    app.jinja_env.globals["chain_strip"] = chain_strip
