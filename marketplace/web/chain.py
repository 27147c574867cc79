"""What capabilities tell of the chain of a need, and the place on pages where it is drawn.

A chain begins with a need and holds everything that followed from it, here and where it was copied to. Each
capability names its own part on its plate (``Capability.chain``); the capability ``chains`` joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from flask import Flask, current_app
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.lifecycle import Lifecycle, State
from marketplace.core.text import Text
from marketplace.foundation.db import db
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
class Acts:
    """Those acts on one object that its chain tells of."""

    subject_type: str
    key: int
    actions: Collection[str]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One object of a chain as a reader may see it.

    ``need``: key of the need that it belongs to. ``href`` and ``number`` are empty where he may not open it.
    ``title``: what tells it from others of its stage. ``since``: when it began; ``progress``: whether it came to
    something, goes on, or stopped. ``acts``: what ``events`` tell of, for who asks only when the last one was.
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
    acts: Acts | None = None
    # What its stage is called when this took place, if not as usual.
    stage_name: Text | None = None
    # Told on the timeline, and no object of its stage.
    aside: bool = False


Links = Callable[[Sequence[int], Actor, bool], Iterable[ChainLink]]
"""The links that belong to needs with these keys, as far as the actor may see them; as many statements for one as for
a hundred. With the last argument false history is not asked: no events, and nothing that stands aside."""


def entries_of(subject_type: str, ids: Sequence[int], actions: Iterable[str]) -> Mapping[int, Sequence[LedgerEntry]]:
    """Key → what history tells of these acts on objects of a kind, the oldest first: one statement."""
    theirs = (LedgerEntry.subject_type == subject_type) & LedgerEntry.subject_id.in_(sorted(ids))
    select = sa.select(LedgerEntry).where(theirs, LedgerEntry.action.in_(sorted(actions)))
    found: dict[int, list[LedgerEntry]] = {}
    for entry in db.session.scalars(select.order_by(LedgerEntry.id)) if ids else ():
        found.setdefault(entry.subject_id, []).append(entry)
    return found


def last_of(links: Iterable[ChainLink]) -> Mapping[tuple[str, int], datetime]:
    """(subject type, key) → when the last of the acts happened that its chain tells of: one statement for all kinds."""
    asked: dict[tuple[str, frozenset[str]], list[int]] = {}
    for each in links:
        if each.acts is not None:
            asked.setdefault((each.acts.subject_type, frozenset(each.acts.actions)), []).append(each.acts.key)
    theirs = [
        (LedgerEntry.subject_type == kind) & LedgerEntry.subject_id.in_(keys) & LedgerEntry.action.in_(sorted(actions))
        for (kind, actions), keys in asked.items()
    ]
    columns = LedgerEntry.subject_type, LedgerEntry.subject_id
    select = sa.select(*columns, sa.func.max(LedgerEntry.at)).where(sa.or_(sa.false(), *theirs)).group_by(*columns)
    return {(row[0], row[1]): row[2] for row in db.session.execute(select)} if theirs else {}


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
