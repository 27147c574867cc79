"""Who sees a pilot, who speaks for which side, and who verifies it: each rule once for one object and once as SQL."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from marketplace.core.actor import PROVINCE, Actor, PostHeld, covers
from marketplace.pilots.models import Pilot, Reading
from marketplace.posts.policy import in_charge, in_region

UNDECIDED = ("pending", "disputed")
Side = Literal["supplier", "demander"]
DUTY: Literal["demonstrate"] = "demonstrate"


def side_of(actor: Actor, pilot: Pilot) -> Side | None:
    """The side a member speaks for. Who belongs to both speaks for neither: nobody confirms his own readings."""
    supplies, demands = actor.belongs_to(pilot.supplier_id), actor.belongs_to(pilot.demander_id)
    if supplies == demands:
        return None
    return "supplier" if supplies else "demander"


def other(side: Side) -> Side:
    """The side across the table."""
    return "demander" if side == "supplier" else "supplier"


def organization_of(pilot: Pilot, side: Side) -> int:
    """The key of a side's organization."""
    return pilot.supplier_id if side == "supplier" else pilot.demander_id


def can_answer(reading: Reading, side: Side) -> bool:
    """Whether a side can still say something to a reading: it is the other's, and waits or is disputed."""
    return reading.side != side and reading.standing in UNDECIDED


def is_party(actor: Actor, pilot: Pilot) -> bool:
    """Members of either side, as far as they may act."""
    return side_of(actor, pilot) is not None


def is_party_or_system(actor: Actor, pilot: Pilot) -> bool:
    """Either side, or the rule that a stop limit stands for."""
    return actor.is_system or is_party(actor, pilot)


def can_view(actor: Actor, pilot: Pilot) -> bool:
    """Everybody from the start of the run on: what was fixed beforehand and its summary. Plans: who deals with them."""
    return pilot.frozen_at is not None or can_view_readings(actor, pilot)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    return sa.or_(Pilot.frozen_at.is_not(None), dealing_with(actor))


def dealing_with(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view_readings`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen = [in_charge(actor, DUTY, Pilot.region)]
    if actor.organization_ids:
        own = sorted(actor.organization_ids)
        seen.append(Pilot.supplier_id.in_(own) | Pilot.demander_id.in_(own))
    return sa.or_(*seen)


def public() -> sa.ColumnElement[bool]:
    """What everybody may see."""
    return Pilot.frozen_at.is_not(None)


def can_view_readings(actor: Actor, pilot: Pilot) -> bool:
    """Single readings: both sides, and officials in charge of the region."""
    own = actor.belongs_to(pilot.supplier_id) or actor.belongs_to(pilot.demander_id)
    return actor.is_system or own or actor.post_for(DUTY, pilot.region) is not None


def deciding_post(actor: Actor, pilot: Pilot) -> PostHeld | None:
    """The post in which an official verifies: in charge of the region, and in line with neither side."""
    sides = {pilot.supplier_id, pilot.demander_id}
    free = [
        post
        for post in actor.posts
        if DUTY in post.duties and covers(post.region, pilot.region) and not sides & post.barred
    ]
    return min(free, key=lambda post: (post.delegation_id is not None, post.region == PROVINCE), default=None)


def can_verify(actor: Actor, pilot: Pilot) -> bool:
    """Who has such a post."""
    return deciding_post(actor, pilot) is not None


def waits_for(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_verify`` on what was signed by both, as a condition for the queue."""
    posts = (
        in_region(post.region, Pilot.region)
        & Pilot.supplier_id.not_in(sorted(post.barred))
        & Pilot.demander_id.not_in(sorted(post.barred))
        for post in actor.posts
        if DUTY in post.duties
    )
    return (Pilot.state == "reporting") & Pilot.submitted_at.is_not(None) & sa.or_(sa.false(), *posts)
