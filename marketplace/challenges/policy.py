"""Who may see, write, ask and decide: each rule once for one object and once as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.organizations.models import Organization
from marketplace.posts.policy import in_charge


def can_view(actor: Actor, challenge: Challenge) -> bool:
    """Everybody what was published, members theirs, officials in charge what was ever submitted."""
    return (
        challenge.published_at is not None
        or actor.is_system
        or actor.belongs_to(challenge.organization_id)
        or (challenge.submitted_at is not None and actor.post_for("challenge", challenge.region) is not None)
    )


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [Challenge.published_at.is_not(None)]
    if actor.organization_ids:
        seen.append(Challenge.organization_id.in_(sorted(actor.organization_ids)))
    if actor.posts:
        seen.append(Challenge.submitted_at.is_not(None) & in_charge(actor, "challenge", Challenge.region))
    return sa.or_(*seen)


def can_edit(actor: Actor, challenge: Challenge) -> bool:
    """Members of the owner."""
    return actor.belongs_to(challenge.organization_id)


def runs(actor: Actor, challenge: Challenge) -> bool:
    """An official in charge of the owner's region; nobody decides on what his own organization, or its line, posts."""
    return actor.post_to_decide("challenge", challenge.region, challenge.organization_id) is not None


def can_decide(actor: Actor, challenge: Challenge) -> bool:
    """The same, but never on what he wrote or submitted himself."""
    return runs(actor, challenge) and actor.user_id not in (challenge.created_by, challenge.submitted_by)


def can_post(actor: Actor, organization: Organization) -> bool:
    """A member of a verified organization may begin a draft."""
    return actor.belongs_to(organization.id) and organization.state == "verified"
