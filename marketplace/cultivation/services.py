"""Commands on the library: place a need, say what helped it, copy it for another place. They flush and never commit."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.cultivation import queries
from marketplace.cultivation.evidence import evidence_of
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import LibraryEntry, Resource, ScenarioCopy
from marketplace.cultivation.policy import DUTY, copies_for, lists_resources, places
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.listings import services as listings
from marketplace.organizations.models import Organization
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario

MOST_RESOURCES = 30
# What of a need holds elsewhere, too. Its place, money, days, people, pictures and files are its owner's own.
KEPT = (
    "title", "title_en", "domain", "subscenario", "situation", "situation_en", "task", "task_en", "conditions",
    "requirements", "targets", "payment", "safety_terms",
)  # fmt: skip


def admit(scenario: Scenario, actor: Actor, reason: str) -> LibraryEntry:
    """Take a need into the library, as innovative.

    Raises:
        NotFound: the actor places no needs there. Refused, Conflict, Invalid: as ``move``.
    """
    if not places(actor, scenario):
        raise NotFound
    add_once(LibraryEntry, scenario_id=scenario.id, tier="none", version=1, moved_at=clock.now())
    entry = queries.entry_of(scenario)
    assert entry is not None
    take_step(entry, CULTIVATION.by_name["admit"], actor, reason, None)
    return entry


def take_step(entry: LibraryEntry, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Move a need up or down; history keeps what it rested on.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(entry)
    post = actor.post_to_decide(DUTY, entry.scenario.region, entry.scenario.organization_id)
    found = evidence_of(entry.scenario)
    move(CULTIVATION, entry, step.name, actor, reason, post=post, seen=seen, data={"evidence": found.numbers})
    entry.moved_at = clock.now()
    db.session.flush()


def add_resource(entry: LibraryEntry, content: Mapping[str, str], actor: Actor) -> Resource:
    """List a data set or facility that helped.

    Raises:
        NotFound: the actor has no say in this. Conflict: there are as many as the list takes.
    """
    lock(entry)
    if not lists_resources(actor, entry) or entry.tier == "none":
        raise NotFound
    if len(entry.resources) >= MOST_RESOURCES:
        raise Conflict(
            Text("没有添加：最多列 %(most)s 项", "Not added: the list takes %(most)s") % {"most": MOST_RESOURCES},
            ledger.latest(entry),
        )
    made = Resource(entry_id=entry.id, added_at=clock.now(), **content)
    db.session.add(made)
    db.session.flush()
    db.session.expire(entry, ["resources"])
    _note(entry, "add_resource", actor, made)
    return made


def remove_resource(entry: LibraryEntry, key: int, actor: Actor) -> None:
    """Take one off the list; history keeps that it stood there.

    Raises:
        NotFound: there is none, or the actor has no say in this.
    """
    lock(entry)
    found = next((each for each in entry.resources if each.id == key), None)
    if found is None or not lists_resources(actor, entry):
        raise NotFound
    _note(entry, "remove_resource", actor, found)
    db.session.delete(found)
    db.session.flush()
    db.session.expire(entry, ["resources"])


def _note(entry: LibraryEntry, act: str, actor: Actor, resource: Resource) -> None:
    own = entry.scenario.organization_id if actor.belongs_to(entry.scenario.organization_id) else None
    post = None if own else actor.post_to_decide(DUTY, entry.scenario.region, entry.scenario.organization_id)
    data = {"kind": resource.kind, "name": resource.name, "holder": resource.holder, "link": resource.link}
    ledger.record(entry, act, actor, organization_id=own, post=post, data=data)


def copy_need(entry: LibraryEntry, organization: Organization, actor: Actor, form_key: str = "") -> Scenario:
    """A draft for another place: what a mature need asks for, with a link to it.

    ``form_key``: the form that it came with (foundation/once.py).

    Raises:
        Refused: it is not mature, or not public now; the organization is not verified, or not the actor's.
    """
    lock(entry)
    refusal = refusal_to_copy(entry, organization, actor)
    if refusal is not None:
        raise refusal
    origin = entry.scenario
    content = {key: origin.content[key] for key in KEPT if key in origin.content}
    # How it is there now, is for the new owner to measure.
    content["targets"] = [{**each, "baseline": ""} for each in content.get("targets") or []]
    made = listings.create(SCENARIO, organization, actor, content, form_key)
    assert isinstance(made, Scenario)
    root, _number = queries.root_of(origin.id)
    db.session.add(
        ScenarioCopy(
            scenario_id=made.id, origin_id=origin.id, root_id=root, origin_edition=origin.edition, at=clock.now()
        )
    )
    db.session.flush()
    ledger.record(entry, "copy", actor, organization_id=organization.id, data={"scenario": made.number})
    emit("library_entry.copy", entry, {"scenario": made.id})
    return made


def refusal_to_copy(entry: LibraryEntry, organization: Organization | None, actor: Actor) -> Refused | None:
    """Why a need cannot be copied for an organization, or None."""
    public = entry.scenario.state in ("published", "expired", "fulfilled")
    facts = (
        (entry.tier != "mature", Text("它现在是“%(tier)s”", "It is “%(tier)s” now")
         % {"tier": CULTIVATION.mark(entry.tier).label}),
        (not public, Text("它没有公开", "It is not public")),
        (organization is None or not copies_for(actor, organization),
         Text("您不是已核验单位的成员", "You are no member of a verified organization")),
    )  # fmt: skip
    fact = next((words for holds, words in facts if holds), None)
    if fact is None:
        return None
    return Refused(
        Text("已核验单位的成员可以复制成熟场景", "Members of verified organizations copy mature needs"),
        fact, Text("请先办好这一项，或另选一个成熟场景", "See to that first, or choose another mature need"),
    )  # fmt: skip
