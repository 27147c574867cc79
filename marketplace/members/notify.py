"""Topic → who is told what: requests, invitations, and what becomes of members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import Letter, LetterGroup, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.members.models import ROLES, Invitation, JoinRequest
from marketplace.members.queries import owners
from marketplace.members.services import invitation_token
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import organization_by_id

MEMBERS = LetterGroup(
    "members",
    Text("单位成员", "Members of organizations"),
    Text(
        "有人申请加入、邀请有答复、您的成员身份有变",
        "Requests to join, answers to invitations, changes of your own role",
    ),
    owed=Text("关系到谁能代表单位办事", "It bears on who may act for an organization"),
)


def asked(message: Message, config: Config) -> Iterator[Letter]:
    """The owners have a request to decide on."""
    request = db.session.get_one(JoinRequest, message.subject_id)
    if request.state == "open":
        for user in owners(request.organization_id):
            yield letter(
                user, "members/asked", MEMBERS, organization=request.organization.label, person=request.user.name,
                message=Quote(request.message), until=request.expires_at,
                link=members_page(request.organization, config),
            )  # fmt: skip


def answered(message: Message, config: Config) -> Iterator[Letter]:
    """Who asked reads the answer, with the reason; ``message.topic`` names the step."""
    request = db.session.get_one(JoinRequest, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = f"members/request_{message.topic.partition('.')[2]}"
    yield letter(
        request.user, template, MEMBERS, organization=request.organization.label, reason=Quote(entry.reason),
        link=f"{config.base_url}/organizations/join",
    )  # fmt: skip


def invited(message: Message, config: Config) -> Iterator[Letter]:
    """The address that is invited gets the link; nothing when that was revoked meanwhile."""
    invitation = db.session.get_one(Invitation, message.subject_id)
    if invitation.state == "open":
        link = f"{config.base_url}/invitations/{invitation_token(invitation, config.secret_key)}"
        inviter = db.session.get_one(User, invitation.invited_by)
        yield _to_address(
            invitation, "invited", link=link, person=inviter.name, role=ROLES[invitation.role], email=invitation.email,
            until=invitation.expires_at, register=Link(f"{config.base_url}/account/register"),
        )  # fmt: skip


def revoked(message: Message, config: Config) -> Iterator[Letter]:
    """Who was invited reads that it no longer counts."""
    yield _to_address(db.session.get_one(Invitation, message.subject_id), "revoked")


def invitation_answered(message: Message, config: Config) -> Iterator[Letter]:
    """The owners read what became of an invitation; ``message.topic`` names the step."""
    invitation = db.session.get_one(Invitation, message.subject_id)
    template = f"members/invitation_{message.topic.partition('.')[2]}"
    for user in owners(invitation.organization_id):
        if invitation.email != user.email:
            yield letter(
                user, template, MEMBERS, organization=invitation.organization.label, email=invitation.email,
                link=members_page(invitation.organization, config),
            )  # fmt: skip


def member_changed(message: Message, config: Config) -> Iterator[Letter]:
    """The person concerned, and for those who left the owners; ``message.topic`` names the act."""
    organization = organization_by_id(message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    action, person = entry.action, db.session.get_one(User, entry.data["user"])
    readers = owners(organization.id) if action == "leave" else [person]
    if action == "hand_over" and entry.actor_id is not None:
        readers = [*readers, db.session.get_one(User, entry.actor_id)]
    for user in readers:
        yield letter(
            user, f"members/{action}", MEMBERS, organization=organization.label, person=person.name,
            reason=Quote(entry.reason), role=ROLES.get(entry.after, ""), link=members_page(organization, config),
        )  # fmt: skip


def members_page(organization: Organization, config: Config) -> str:
    """The address of the page of an organization's members."""
    return f"{config.base_url}/organizations/{organization.number}/members"


def _to_address(invitation: Invitation, template: str, **context: Any) -> Letter:
    """To an address that may be nobody's yet: in its owner's language, else in that of who invites."""
    known = invitation.addressee
    language = known.language if known is not None else invitation.language
    context = {"organization": invitation.organization.label, **context}
    return Letter(invitation.email, language, f"members/{template}.txt", context)
