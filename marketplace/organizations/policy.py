"""Who may see and change organizations: each rule once for one object and once as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.organizations.models import Organization
from marketplace.posts.policy import in_region

PUBLIC_STATES = ("verified",)


# What an official looks at must not change under him, and what he vouched for not afterwards.
IDENTITY_OPEN_STATES = ("registered", "returned")


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
    seen: list[sa.ColumnElement[bool]] = [public()]
    if actor.organization_ids:
        seen.append(Organization.id.in_(sorted(actor.organization_ids)))
    for post in actor.posts:
        if "verify" in post.duties:
            seen.append((Organization.state != "registered") & in_region(post.region, Organization.region))
    return sa.or_(*seen)


def public() -> sa.ColumnElement[bool]:
    """What everybody sees, as a condition on the table: what search and lists hold."""
    # No index serves it, as in listings/policy.py: the rows are found by the keys, not by what nearly all have.
    return (Organization.state + "").in_(PUBLIC_STATES)


def can_edit(actor: Actor, organization: Organization) -> bool:
    """Members of the organization, whatever their role."""
    return actor.belongs_to(organization.id)


def can_change_identity(actor: Actor, organization: Organization) -> bool:
    """Name, kind, code and place: members, until it is submitted and again when it was returned."""
    return can_edit(actor, organization) and organization.state in IDENTITY_OPEN_STATES


def can_verify(actor: Actor, organization: Organization) -> bool:
    """An official of its region with the duty, who is not a member himself."""
    return not actor.belongs_to(organization.id) and actor.post_for("verify", organization.region) is not None


def can_see_contact(actor: Actor, organization: Organization) -> bool:
    """Contact data: members and the officials in charge; an administrator of no kind reads it by that role."""
    return can_edit(actor, organization) or actor.post_for("verify", organization.region) is not None


def can_see_history(actor: Actor, organization: Organization) -> bool:
    """Who did what when: members and the officials in charge."""
    return can_edit(actor, organization) or actor.post_for("verify", organization.region) is not None
