"""Who may see and change the members of an organization, and who answers requests and invitations."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.members.models import Invitation, JoinRequest
from marketplace.organizations.models import Member, Organization


def can_see_members(actor: Actor, organization: Organization) -> bool:
    """Members see one another."""
    return actor.belongs_to(organization.id)


def can_manage(actor: Actor, organization: Organization) -> bool:
    """Owners invite, decide on requests and change roles."""
    return actor.owns(organization.id)


def decides_request(actor: Actor, request: JoinRequest) -> bool:
    """The owners of the organization that is asked."""
    return actor.owns(request.organization_id)


def is_applicant(actor: Actor, request: JoinRequest) -> bool:
    """Who asked."""
    return actor.signed_in and request.user_id == actor.user_id


def can_view_request(actor: Actor, request: JoinRequest) -> bool:
    """Who asked, and the owners who decide."""
    return is_applicant(actor, request) or decides_request(actor, request)


def requests_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view_request`` as a condition on the table."""
    return (JoinRequest.user_id == actor.user_id) | JoinRequest.organization_id.in_(owned(actor))


def manages_invitation(actor: Actor, invitation: Invitation) -> bool:
    """The owners of the organization that invites."""
    return actor.owns(invitation.organization_id)


def is_invited(actor: Actor, invitation: Invitation) -> bool:
    """Who owns the address: whoever else holds the link can do nothing with it."""
    addressee = invitation.addressee
    return actor.signed_in and addressee is not None and addressee.id == actor.user_id


def can_change_role(actor: Actor, member: Member) -> bool:
    """Owners, of others and of themselves."""
    return actor.owns(member.organization_id)


def can_remove(actor: Actor, member: Member) -> bool:
    """Owners, of others; one's own way out is to leave."""
    return actor.owns(member.organization_id) and member.user_id != actor.user_id


def is_oneself(actor: Actor, member: Member) -> bool:
    """The member himself."""
    return actor.signed_in and member.user_id == actor.user_id


def owned(actor: Actor) -> list[int]:
    """The keys of the organizations that the actor owns."""
    return sorted(each.organization_id for each in actor.memberships if each.role == "owner")
