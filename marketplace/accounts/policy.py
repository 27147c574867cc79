"""Who may see and change organizations: each rule once for one object and once as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.models import Organization
from marketplace.core.actor import PROVINCE, Actor

PUBLIC_STATES = ("verified",)


def can_view(actor: Actor, organization: Organization) -> bool:
    """Verified ones are public; members and the officials in charge see theirs in every state."""
    return (
        organization.state in PUBLIC_STATES
        or actor.is_system
        or actor.belongs_to(organization.id)
        or (organization.state != "registered" and actor.post_for("verify", organization.region) is not None)
    )


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen = [Organization.state.in_(PUBLIC_STATES), Organization.id.in_(sorted(actor.organization_ids))]
    for post in actor.posts:
        if "verify" in post.duties:
            seen.append((Organization.state != "registered") & in_region(post.region, Organization.region))
    return sa.or_(*seen)


def in_region(region: str, column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """``core.actor.covers`` as SQL: the province is in charge of every row, a city of those with its four digits."""
    return sa.true() if region == PROVINCE else column.startswith(region[:4], autoescape=True)


def can_edit(actor: Actor, organization: Organization) -> bool:
    """Members of the organization, whatever their role."""
    return actor.belongs_to(organization.id)


def can_verify(actor: Actor, organization: Organization) -> bool:
    """An official of its region with the duty, who is not a member himself."""
    return not actor.belongs_to(organization.id) and actor.post_for("verify", organization.region) is not None


def can_see_contact(actor: Actor, organization: Organization) -> bool:
    """Contact data: members and the officials in charge (product.md 5). Acceptance of an enquiry opens it later."""
    return can_edit(actor, organization) or actor.post_for("verify", organization.region) is not None
