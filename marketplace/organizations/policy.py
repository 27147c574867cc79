"""Who may see and change organizations: each rule once for one object and once as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.organizations.models import Organization, Proposal
from marketplace.posts.policy import in_charge

PUBLIC_STATES = ("verified",)


# What an official looks at must not change under him, and what he vouched for not afterwards.
IDENTITY_OPEN_STATES = ("registered", "returned")


def can_view(actor: Actor, organization: Organization) -> bool:
    """Verified ones are public; members, those of its parents and the officials in charge see it in every state."""
    return (
        organization.state in PUBLIC_STATES
        or actor.is_system
        or actor.belongs_to(organization.id)
        or organization.id in actor.below
        or (organization.state != "registered" and actor.post_for("verify", organization.region) is not None)
    )


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [public()]
    theirs = actor.organization_ids | actor.below
    if theirs:
        seen.append(Organization.id.in_(sorted(theirs)))
    if actor.posts:
        seen.append((Organization.state != "registered") & in_charge(actor, "verify", Organization.region))
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


def can_propose(actor: Actor, organization: Organization) -> bool:
    """What somebody has vouched for changes only by a proposal of its members."""
    return can_edit(actor, organization) and organization.state == "verified"


def can_verify(actor: Actor, organization: Organization) -> bool:
    """An official of its region with the duty; nobody decides on what his own organization, or its line, filed."""
    return actor.post_to_decide("verify", organization.region, organization.id) is not None


def can_edit_proposal(actor: Actor, proposal: Proposal) -> bool:
    """Members of the organization."""
    return actor.belongs_to(proposal.organization_id)


def can_verify_proposal(actor: Actor, proposal: Proposal) -> bool:
    """An official of the region that is proposed, with the duty and no part in it."""
    return actor.post_to_decide("verify", proposal.region, proposal.organization_id) is not None


def owns_parent(actor: Actor, organization: Organization) -> bool:
    """Owners of the parent that it names."""
    return organization.parent_id is not None and actor.owns(organization.parent_id)


def can_unlink(actor: Actor, organization: Organization) -> bool:
    """Owners of the parent, and members of the subsidiary: each side can end the link."""
    return owns_parent(actor, organization) or can_edit(actor, organization)


def can_see_licence(actor: Actor, organization: Organization) -> bool:
    """The licence: members, and the officials in charge once it was submitted."""
    if can_edit(actor, organization):
        return True
    if actor.post_for("verify", organization.region) is not None and organization.state != "registered":
        return True
    proposal = organization.open_proposal if actor.posts else None
    return proposal is not None and proposal.state == "in_review" and can_verify_proposal(actor, proposal)


def can_see_contact(actor: Actor, organization: Organization) -> bool:
    """Contact data: members and the officials in charge; an administrator of no kind reads it by that role."""
    return can_edit(actor, organization) or actor.post_for("verify", organization.region) is not None


def can_see_history(actor: Actor, organization: Organization) -> bool:
    """Who did what when: members and the officials in charge."""
    return can_edit(actor, organization) or actor.post_for("verify", organization.region) is not None


def no_verified_member(rule: Text) -> Refused:
    """Who acts for an organization without being its member, or before it is verified; ``rule``: what asks for both."""
    return Refused(
        rule,
        Text("您不是该单位成员，或该单位还没有通过认证", "You are not a member, or the organization is not verified"),
        Text("请先加入单位或完成单位认证", "Join it, or have it verified, first"),
    )
