"""Who may claim an organization, who sees a claim, and who decides on it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor, PostHeld
from marketplace.organizations.models import Organization
from marketplace.posts.policy import may_decide
from marketplace.takeovers.models import Takeover


def can_be_claimed(organization: Organization) -> bool:
    """Compiled from public material and public: nobody of it has been here yet."""
    return organization.compiled and organization.state == "verified"


def is_claimant(actor: Actor, takeover: Takeover) -> bool:
    """Who claims."""
    return actor.signed_in and takeover.user_id == actor.user_id


def deciding_post(actor: Actor, takeover: Takeover) -> PostHeld | None:
    """The post in which the actor may decide: an official of its region, and never on his own claim."""
    if is_claimant(actor, takeover):
        return None
    return actor.post_to_decide("verify", takeover.region, takeover.organization_id)


def can_decide(actor: Actor, takeover: Takeover) -> bool:
    """Whether the actor holds such a post."""
    return deciding_post(actor, takeover) is not None


def decidable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_decide`` as a condition on the table."""
    deciding = may_decide(actor, "verify", Takeover.region, Takeover.organization_id)
    return deciding & (Takeover.user_id != actor.user_id)


def can_view(actor: Actor, takeover: Takeover) -> bool:
    """Who claims, and the officials who decide. The organization's later owner does not read whoever else claimed."""
    return is_claimant(actor, takeover) or can_decide(actor, takeover)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    return (Takeover.user_id == actor.user_id) | decidable_by(actor)
