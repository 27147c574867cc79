"""What every capability tells of a chain, joined: five stages of one need, the timeline, the tree of copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.cultivation.queries import copies_of, root_of, with_root
from marketplace.organizations.queries import organizations_with
from marketplace.posts.queries import signatures
from marketplace.scenarios.models import Scenario
from marketplace.web.chain import (
    ChainLink,
    ChainPart,
    ChainRow,
    Entries,
    Event,
    Progress,
    Stage,
    chain_row,
    entries_of,
    rows_of,
)
from marketplace.web.plate import capabilities

STAGES: Mapping[Stage, Text] = {
    "need": Text("需求", "Need"),
    "talk": Text("对接", "Talk"),
    "pilot": Text("验证", "Pilot"),
    "site": Text("示范", "Site"),
    "copy": Text("复制", "Copies"),
}
SYSTEM = Text("系统", "the system")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as a reader may see it. ``origins``: key of a copy → key of what it was copied from."""

    number: str
    root: int
    links: Sequence[ChainLink]
    origins: Mapping[int, int]

    def of_need(self, need: int) -> list[ChainLink]:
        """What belongs to one of its needs."""
        return [each for each in self.links if each.need == need]


def chain_of(need: int, actor: Actor) -> Chain:
    """The whole chain on which a need lies.

    Raises:
        NotFound: the actor may see nothing of this need; of what copy it is a draft, is not for him to know either.
    """
    root, number = root_of(need)
    origins = {each.scenario_id: each.origin_id for each in copies_of(root)}
    parts = _parts()
    rows = rows_of(_selects(parts, [root, *origins], actor, told=True))
    told = {subject: acts for part in parts for subject, acts in part.told.items()}
    entries = entries_of((row for each in rows.values() for row in each), told)
    found = Chain(number, root, _links(parts, rows, entries), origins)
    if not found.of_need(need):
        raise NotFound
    return found


@dataclass(slots=True)
class OwnPart:
    """What belongs to one need itself, as far as the reader may see it, and the chain on which it lies."""

    need: int
    root: int = 0
    number: str = ""
    links: list[ChainLink] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether anything followed from it, or it is itself a copy."""
        return self.need != self.root or any(each.stage != "need" or each.aside for each in self.links)


# Beside the parts of the capabilities: on which chains the needs lie.
_ROOTS = -1


def own_part(needs: Sequence[int], actor: Actor) -> Mapping[int, OwnPart]:
    """Key of a need → what belongs to it, without events: one statement."""
    parts, found, root = _parts(), {need: OwnPart(need) for need in needs}, aliased(Scenario)
    named = with_root(chain_row("root", key=root.id, need=Scenario.id, number=root.number), root)
    rows = rows_of([(_ROOTS, named.where(Scenario.id.in_(needs))), *_selects(parts, needs, actor, told=False)])
    for row in rows.get(_ROOTS, ()):
        found[row.need].root, found[row.need].number = row.key, row.number
    for link in _links(parts, rows, {}):
        found[link.need].links.append(link)
    return found


def _parts() -> list[ChainPart]:
    return [each.chain for each in capabilities() if each.chain is not None]


def _selects(
    parts: Sequence[ChainPart], needs: Sequence[int], actor: Actor, *, told: bool
) -> list[tuple[int, sa.Select[Any]]]:
    return [(place, each) for place, part in enumerate(parts) for each in part.rows(needs, actor, told)]


def _links(parts: Sequence[ChainPart], rows: Mapping[int, Sequence[ChainRow]], entries: Entries) -> list[ChainLink]:
    return [link for place, part in enumerate(parts) for link in part.links(rows.get(place, ()), entries)]


# ---- five stages ----


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: its name, what came together in it, how far it is (None for not begun).

    ``closed``: the reader would see nothing of it, whether there is anything or not.
    """

    stage: Stage
    name: Text
    links: Sequence[ChainLink]
    progress: Progress | None
    closed: bool = False

    @property
    def words(self) -> Text:
        """Where it stands."""
        done = sum(each.progress == "done" for each in self.links)
        if not self.links:
            return Text("不公开", "Not public") if self.closed else Text("未开始", "Not begun")
        if len(self.links) == 1:
            return self.links[0].mark.label
        if not done:
            return Text("%(count)d 项", "%(count)d") % {"count": len(self.links)}
        return Text("%(count)d 项，%(done)d 项达成", "%(count)d, %(done)d concluded") % {
            "count": len(self.links), "done": done,
        }  # fmt: skip


def steps(links: Iterable[ChainLink]) -> list[Step]:
    """The five stages of one need, in their order."""
    held: dict[Stage, list[ChainLink]] = {stage: [] for stage in STAGES}
    for link in links:
        if not link.aside:
            held[link.stage].append(link)
    ours = any(each.ours for each in held["need"])
    closed = set() if ours else {part.private for part in _parts()}
    return [
        Step(stage, _name(stage, found), found, _whole(found), stage in closed and not found)
        for stage, found in held.items()
    ]


def _name(stage: Stage, links: Sequence[ChainLink]) -> Text:
    """As usual, unless everything in it has another name for it."""
    names = {each.stage_name for each in links}
    only = names.pop() if len(names) == 1 else None
    return only or STAGES[stage]


def _whole(links: Sequence[ChainLink]) -> Progress | None:
    """A stage has come to something as soon as one thing in it has."""
    known = {each.progress for each in links}
    return next((each for each in ("done", "now", "stop") if each in known), None)


# ---- the timeline ----


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: what happened to what, and who did it."""

    link: ChainLink
    event: Event
    who: Text

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.entry.at

    @property
    def year(self) -> int:
        """The year in Beijing, under which it stands."""
        return clock.beijing(self.at).year


def timeline(links: Sequence[ChainLink]) -> list[Line]:
    """Everything that happened, the oldest first, signed by post or organization and never by a person."""
    told = sorted(
        ((event, link) for link in links for event in link.events),
        key=lambda each: (each[0].entry.at, each[0].entry.id),
    )
    entries = [event.entry for event, _link in told]
    signed = signatures(entries, named=False)
    ids = sorted({each.organization_id for each in entries if each.organization_id})
    names = {each.id: each.label for each in organizations_with(ids)} if ids else {}
    return [
        Line(link, event, signed.get(event.entry.id) or names.get(event.entry.organization_id or 0, SYSTEM))
        for event, link in told
    ]


# ---- copies ----


@dataclass(slots=True)
class Node:
    """A need in the tree of copies, with its place if it is a copy, its five stages, and what was copied from it."""

    need: ChainLink
    place: Text | None
    steps: Sequence[Step]
    children: list[Node] = field(default_factory=list)


def tree(chain: Chain) -> list[Node]:
    """The needs of a chain as a tree; where the reader may not see one, its copies stand in its place."""
    places = {each.number: each.title for each in chain.links if each.stage == "copy"}
    nodes = {
        each.need: Node(each, places.get(each.number), steps(chain.of_need(each.need)))
        for each in chain.links
        if each.stage == "need" and not each.aside
    }
    tops: list[Node] = []
    for key, node in nodes.items():
        above = chain.origins.get(key)
        while above is not None and above not in nodes:
            above = chain.origins.get(above)
        (tops if above is None else nodes[above].children).append(node)
    return tops
