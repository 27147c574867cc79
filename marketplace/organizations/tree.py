"""The line of parents and subsidiaries: named by the child, shown once the parent has accepted it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.organizations.lifecycle import PARENT
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import visible_to

SHOWN = 50


@cache
def _line() -> sa.CompoundSelect[str, int]:
    """Parents above and subsidiaries below the organizations ``ids``; asked at every request of a member."""
    linked, deeper = aliased(Organization), aliased(Organization)
    ids: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
    above = (
        sa.select(linked.parent_id.label("id"))
        .where(linked.id.in_(ids), linked.parent_state == "accepted")
        .cte("above", recursive=True)
    )
    # UNION, not UNION ALL: a circle, which no page can make, would still end.
    above = above.union(sa.select(deeper.parent_id).where(deeper.id == above.c.id, deeper.parent_state == "accepted"))
    below = (
        sa.select(linked.id.label("id"))
        .where(linked.parent_id.in_(ids), linked.parent_state == "accepted")
        .cte("below", recursive=True)
    )
    below = below.union(sa.select(deeper.id).where(deeper.parent_id == below.c.id, deeper.parent_state == "accepted"))
    return sa.select(sa.literal("above").label("way"), above.c.id).union_all(sa.select(sa.literal("below"), below.c.id))


def line_of(organization_ids: Iterable[int]) -> tuple[frozenset[int], frozenset[int]]:
    """The keys of all accepted parents above these organizations, and of all subsidiaries below: one statement."""
    ids = sorted(organization_ids)
    if not ids:
        return frozenset(), frozenset()
    rows = db.session.execute(_line(), {"ids": ids}).all()
    found = {way: frozenset(key for each, key in rows if each == way) for way in ("above", "below")}
    return found["above"], found["below"]


def is_below(organization_id: int | None, upper: Organization) -> bool:
    """Whether an organization is ``upper`` itself or lies below it, asked and accepted links alike."""
    passed: set[int] = set()
    while organization_id is not None and organization_id != upper.id and organization_id not in passed:
        passed.add(organization_id)
        organization_id = db.session.scalar(sa.select(Organization.parent_id).where(Organization.id == organization_id))
    return organization_id == upper.id


def children(organization: Organization, actor: Actor) -> Sequence[Organization]:
    """The accepted subsidiaries that the actor may see, by number."""
    theirs = (Organization.parent_id == organization.id) & (Organization.parent_state == "accepted")
    select = sa.select(Organization).where(theirs, visible_to(actor)).order_by(Organization.number)
    return db.session.scalars(select.limit(SHOWN)).all()


def asking(actor: Actor, parent: Organization | None = None) -> Sequence[Organization]:
    """Those who name an organization that the actor owns as their parent and wait for its answer."""
    owned = sorted(each.organization_id for each in actor.memberships if each.role == "owner")
    if not owned:
        return ()
    waits = Organization.parent_id.in_(owned) & (Organization.parent_state == "asked")
    if parent is not None:
        waits &= Organization.parent_id == parent.id
    return db.session.scalars(sa.select(Organization).where(waits).order_by(Organization.id).limit(SHOWN)).all()


def linked_by_number(number: str, actor: Actor) -> Organization:
    """The organization whose link to its parent the actor may decide on: he sees it, or owns the parent it names.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    asked = Organization.id.in_([each.id for each in asking(actor)])
    found = db.session.scalar(sa.select(Organization).where(Organization.number == number, visible_to(actor) | asked))
    if found is None:
        raise NotFound
    return found


def name_parent(organization: Organization, parent_id: int | None, actor: Actor) -> None:
    """Name another parent, or none; the link counts once the parent has accepted it.

    Raises:
        FieldError: on "parent", when it lies below the organization.
    """
    if parent_id == organization.parent_id:
        return
    if is_below(parent_id, organization):
        raise own_parent()
    own = organization.id if actor.belongs_to(organization.id) else None
    loads = actor.is_system or own is None
    who = SYSTEM if loads else actor
    before = {"parent": organization.parent_id}
    if organization.parent_state != "none":
        step = "unload_parent" if loads else "forget_parent"
        move(PARENT, organization, step, who, organization_id=own, data=before)
    organization.parent_id = parent_id
    db.session.flush()  # the next step reads the row again
    if parent_id is not None:
        step = "load_parent" if loads else "name_parent"
        move(PARENT, organization, step, who, organization_id=own, data={"parent": parent_id})


def own_parent() -> FieldError:
    """Nobody is his own parent, by whatever way around."""
    return FieldError("parent", Text("上级单位不能是自己或自己的下级", "It cannot be its own parent"))


def take_parent_step(organization: Organization, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Accept or decline a subsidiary, or end the link; who is no longer a subsidiary names no parent.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    parent_id = organization.parent_id
    _lock_both(organization, parent_id)
    if organization.parent_id != parent_id or (name == "accept_child" and _closes_circle(organization)):
        raise Conflict(
            Text("没有执行：上下级关系刚刚有变化", "Not done: the link has just changed"), ledger.latest(organization)
        )
    side = parent_id if parent_id is not None and actor.belongs_to(parent_id) else organization.id
    move(PARENT, organization, name, actor, reason, organization_id=side, seen=seen, data={"parent": parent_id})
    if name != "accept_child":
        organization.parent_id = None
    db.session.flush()


def _lock_both(organization: Organization, parent_id: int | None) -> None:
    """In the order of their keys, as everybody does: two at once wait, none deadlocks."""
    parent = db.session.get(Organization, parent_id) if parent_id is not None else None
    for each in sorted(filter(None, (organization, parent)), key=lambda found: found.id):
        lock(each)


def _closes_circle(organization: Organization) -> bool:
    """Whether the parent has become a subsidiary of its child meanwhile."""
    return organization.parent_id in line_of([organization.id])[1]
