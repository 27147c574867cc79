"""What every capability tells of a chain, joined: five stages of one need, the timeline, the tree of copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.cultivation.models import LibraryEntry, ScenarioCopy
from marketplace.cultivation.queries import copies_of, roots_of
from marketplace.enquiries.models import Enquiry
from marketplace.foundation.db import db
from marketplace.organizations.queries import organizations_with
from marketplace.pilots.models import Pilot
from marketplace.posts.queries import signatures
from marketplace.sites.models import Site
from marketplace.web.chain import ChainLink, Event, Progress, Stage
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
    root, number = roots_of([need])[need]
    origins = {each.scenario_id: each.origin_id for each in copies_of(root)}
    found = Chain(number, root, _links([root, *origins], actor, told=True), origins)
    if not found.of_need(need):
        raise NotFound
    return found


def goes_on(need: int) -> bool:
    """Whether anything at all followed from a need, or it is itself a copy: one statement, whoever may see it.

    Most needs are at their beginning, and their pages are read most.
    """
    columns = (
        Enquiry.scenario_id, Challenge.scenario_id, Pilot.scenario_id, Site.scenario_id, LibraryEntry.scenario_id,
        ScenarioCopy.scenario_id, ScenarioCopy.origin_id,
    )  # fmt: skip
    return bool(db.session.scalar(sa.select(sa.or_(*(sa.exists().where(column == need) for column in columns)))))


def own_part(needs: Sequence[int], actor: Actor) -> Mapping[int, Sequence[ChainLink]]:
    """Key of a need → what belongs to it, as far as the actor may see it, without events."""
    found: dict[int, list[ChainLink]] = {need: [] for need in needs}
    for link in _links(needs, actor, told=False):
        found[link.need].append(link)
    return found


def _links(needs: Sequence[int], actor: Actor, *, told: bool) -> list[ChainLink]:
    return [link for each in capabilities() if each.chain is not None for link in each.chain(needs, actor, told)]


# ---- five stages ----


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: its name, what came together in it, how far it is ("" for not begun)."""

    stage: Stage
    name: Text
    links: Sequence[ChainLink]
    progress: Progress | None

    @property
    def words(self) -> Text:
        """Where it stands."""
        done = sum(each.progress == "done" for each in self.links)
        if not self.links:
            return Text("未开始", "Not begun")
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
    return [Step(stage, _name(stage, found), found, _whole(found)) for stage, found in held.items()]


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
