"""The plate on a capability's door: what it adds to the site. The app is composed from these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, g

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexDocument
from marketplace.foundation.letters import LetterGroup, Write
from marketplace.foundation.outbox import Handler
from marketplace.foundation.worker import Task
from marketplace.web.chain import ChainPart
from marketplace.web.limits import Limit

Part = TypeVar("Part")

STATEMENTS = 100  # kept for the readers who asked last


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main menu; ``order`` places it among those of other capabilities."""

    key: str
    label: Text
    endpoint: str
    order: int


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link of the footer in the column ``column`` (0 market, 1 services, 2 openness, 3 help).

    ``visitors``: only for who is not signed in.
    """

    column: int
    label: Text
    endpoint: str
    order: int = 50
    visitors: bool = False


@dataclass(frozen=True)
class SearchSource:
    """A kind of object that can be found: how its rows become documents, who may see them, how a hit is drawn.

    ``documents``: rows with these keys, as they are now; a key without a document is not to be found.
    ``visible``: the select of keys that the actor may see (asked again for every hit).
    ``cards``: keys → what the macro ``hit_<kind>`` draws, in the order given, invisible ones left out.
    ``texts``: keys → the raw text that the reranking reads.
    """

    kind: str
    label: Text
    keys: Callable[[], Iterable[int]]
    documents: Callable[[Sequence[int]], Iterable[IndexDocument]]
    versions: Callable[[], Mapping[int, int]]
    visible: Callable[[Actor], sa.Select[int]]
    cards: Callable[[Sequence[int], Actor], Sequence[Mapping[str, Any]]]
    texts: Callable[[Sequence[int]], Mapping[int, str]]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Named:
    """An object as the logs name it; ``href`` is empty where no page shows it."""

    name: str
    href: str = ""


@dataclass(frozen=True)
class Recorded:
    """A kind of object that history tells of, for the logs of administrators.

    ``acts``: how an action is called, beside the steps of ``lifecycle``.
    ``named``: keys → how people call these objects; without it they are called by the key.
    ``key_of``: the key of a number that a person types, None when it is none of this kind.
    """

    subject_type: str
    label: Text
    acts: Mapping[str, Text] = field(default_factory=dict)
    lifecycle: Lifecycle | None = None
    named: Callable[[Sequence[int]], Mapping[int, Named]] | None = None
    key_of: Callable[[str], int | None] | None = None

    def every_act(self) -> dict[str, Text]:
        """Action → its name."""
        steps = self.lifecycle.steps if self.lifecycle else ()
        return {**{step.name: step.told for step in steps}, **self.acts}


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that waits for the actor: what to do, with what, why, since when, and the last day for it, if any.

    What officials decide comes from a ``Queue`` and is no duty of its own.
    """

    verb: Text
    title: Text | str
    href: str
    why: Text | None = None
    since: datetime | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of a queue: what it is, who sent it and when; ``to_mend``: what a machine noticed, None: not checked."""

    key: int
    title: Text
    number: str
    href: str
    what: Text
    organization: Text
    at: datetime | None
    to_mend: int | None = None


@dataclass(frozen=True)
class Queue:
    """What officials decide on: a tab of their desk, with the time they have for it.

    ``model``: the table, with columns ``id``, ``submitted_at`` and ``region`` (GB/T 2260, "" outside Anhui).
    ``held``: whether the actor has this charge at all; ``waits``: the rows that wait for him, as a condition.
    ``rows``: keys → how they are drawn, in any order, with a number of statements that does not grow.
    ``checked``: a machine has looked at them before (``Waiting.to_mend``).
    """

    key: str
    label: Text
    verb: Text
    model: Any
    held: Callable[[Actor], bool]
    waits: Callable[[Actor], sa.ColumnElement[bool]]
    rows: Callable[[Sequence[int]], Iterable[Waiting]]
    days: Setting[int]
    checked: bool = False


@dataclass(frozen=True, slots=True)
class WayOn:
    """What somebody who has nothing here yet may begin with."""

    label: Text
    text: Text
    endpoint: str
    order: int


@dataclass(frozen=True, slots=True)
class PersonalPart:
    """What one table holds about a person, for the copy of his data. ``labels``: key of a row → its name in words."""

    table: str
    title: Text
    labels: Mapping[str, Text]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class Capability:
    """What one capability adds. Every field may be left out."""

    name: str
    blueprints: Callable[[], Sequence[Blueprint]] = tuple
    navigation: tuple[NavItem, ...] = ()
    footer: tuple[FooterLink, ...] = ()
    topics: Mapping[str, Handler] = field(default_factory=dict)
    # topic → what its readers are told (foundation/letters.py)
    letters: Mapping[str, Write] = field(default_factory=dict)
    # The groups of them that a reader decides about; several plates may name the same one.
    letter_groups: tuple[LetterGroup, ...] = ()
    tasks: tuple[Task, ...] = ()
    # Figures that operators may change (core/setting.py); read with marketplace.settings.queries.value.
    settings: tuple[Setting[Any], ...] = ()
    # How often one address or account may ask for which pages (web/limits.py).
    limits: tuple[Limit, ...] = ()
    commands: tuple[click.Command, ...] = ()
    sources: tuple[SearchSource, ...] = ()
    # What its entries in history are about.
    records: tuple[Recorded, ...] = ()
    # What officials decide.
    queues: Callable[[], Sequence[Queue]] = tuple
    # What else waits for the actor now: his own acts.
    duties: Callable[[Actor], Sequence[Duty]] | None = None
    # The same as selects, each row a duty; counted for the number beside the menu of every page (``waiting``). While
    # they have no row, ``duties`` is not asked. They are kept for the next page: they may depend on the actor and the
    # day in Beijing alone; what else they need is ``foundation.db.asked_anew``, or part of the statement.
    duty_selects: Callable[[Actor], Sequence[sa.Select[Any]]] | None = None
    # Where a newcomer may begin.
    ways: tuple[WayOn, ...] = ()
    # owner type of a stored file → may the actor read it?
    file_policies: Mapping[str, Callable[[Actor, Any], bool]] = field(default_factory=dict)
    # Whether accounts of this kind need a second factor and have shorter sessions (asked often: no statement).
    strict: Callable[[Actor], bool] | None = None
    # What this capability holds about the user with a key.
    personal: Callable[[int], Sequence[PersonalPart]] | None = None
    # Why a user cannot delete his account yet; nothing when he can. And what goes with it when he does.
    keeps: Callable[[int], Sequence[Refused]] | None = None
    forget: Callable[[int], None] | None = None
    # What it adds to the chain of a need (web/chain.py).
    chain: ChainPart | None = None
    init: Callable[[Flask], None] | None = None


def capabilities() -> tuple[Capability, ...]:
    """The capabilities of the running app, in the order of the table of contents."""
    found: tuple[Capability, ...] = current_app.extensions["capabilities"]
    return found


def held_strictly(actor: Actor) -> bool:
    """Whether the actor is an official, an expert or an administrator."""
    return any(capability.strict(actor) for capability in capabilities() if capability.strict)


def sources() -> Mapping[str, SearchSource]:
    """Kind → how it is found, over all capabilities."""
    every = [source for capability in capabilities() for source in capability.sources]
    return {source.kind: source for source in sorted(every, key=lambda source: source.order)}


def queues(actor: Actor) -> Sequence[Queue]:
    """The queues of which the actor has charge, in the order of the table of contents."""
    return [queue for capability in capabilities() for queue in capability.queues() if queue.held(actor)]


def waiting(actor: Actor) -> int:
    """How many duties wait for the actor, of all capabilities together; nothing of them is read."""
    return sum(sum(counts) for counts in duty_counts(actor).values())


def duty_counts(actor: Actor) -> Mapping[str, Sequence[int]]:
    """Name of a capability → how many rows each of its ``duty_selects`` has: one statement for all, once a request."""
    kept: dict[Actor, Mapping[str, Sequence[int]]] = g.setdefault("duty_counts", {})
    if actor not in kept:
        asking, statement = _counting(capabilities(), actor, clock.today())
        found = iter(db.session.execute(statement).one() if any(asking.values()) else ())
        kept[actor] = {name: [next(found) for _each in range(selects)] for name, selects in asking.items()}
    return kept[actor]


@lru_cache(maxsize=STATEMENTS)
def _counting(
    asked: tuple[Capability, ...], actor: Actor, _day: date
) -> tuple[Mapping[str, int], sa.Select[tuple[Any, ...]]]:
    """Name of a capability → how many selects it has; the statement that counts the rows of each.

    To put it together takes several times as long as to run it, so it is kept.
    """
    asking = {each.name: each.duty_selects(actor) for each in asked if each.duty_selects is not None}
    counts = [
        sa.select(sa.func.count()).select_from(each.order_by(None).subquery()).scalar_subquery()
        for selects in asking.values()
        for each in selects
    ]
    return {name: len(selects) for name, selects in asking.items()}, sa.select(*counts)


def pending(actor: Actor, capability: str, parts: Sequence[Part]) -> list[Part]:
    """Those of the parts of a capability's duties that have any row; ``parts`` in the order of its ``duty_selects``."""
    return [part for part, count in zip(parts, duty_counts(actor)[capability], strict=True) if count]


def records() -> Mapping[str, Recorded]:
    """Subject type → what history tells of it, over all capabilities."""
    return {record.subject_type: record for capability in capabilities() for record in capability.records}


def settings() -> Mapping[str, Setting[Any]]:
    """Key → setting, over all capabilities, in the order of the table of contents."""
    return {setting.key: setting for capability in capabilities() for setting in _declared(capability)}


def _declared(capability: Capability) -> Iterator[Setting[Any]]:
    yield from capability.settings
    yield from (limit.figure for limit in capability.limits)


def letter_groups() -> Mapping[str, LetterGroup]:
    """Key → group of letters, over all capabilities, in the order of the table of contents."""
    return {group.key: group for capability in capabilities() for group in capability.letter_groups}
