"""Topic → who is told what: what officials decide on an organization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.models import Organization, OrganizationKind, Proposal
from marketplace.organizations.queries import member_users, members_of, organization_by_id
from marketplace.posts.queries import officials
from marketplace.reference import regions

LINE = LetterGroup(
    "line",
    Text("上下级单位", "Parent and subsidiaries"),
    Text("有单位填报您的单位为上级，或上下级关系有变", "When one names yours as its parent, or such a link changes"),
)


def submitted(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge of the region have something to verify."""
    organization = organization_by_id(message.subject_id)
    if organization.state == "pending":
        own = {user.id for user in member_users(organization.id)}
        deciding = [user for user in officials("verify", organization.region) if user.id not in own]
        yield from _about(organization, deciding, "organizations/submitted", DESK, config)


def decided(message: Message, config: Config) -> Iterator[Letter]:
    """The members read what an official decided, with the reason. ``message.topic`` names the step."""
    organization = organization_by_id(message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = {
        "organization.verify": "organizations/verified",
        "organization.return": "organizations/returned",
        "organization.suspend": "organizations/suspended",
        "organization.resume": "organizations/resumed",
    }[message.topic]
    members, reason = member_users(organization.id), Quote(entry.reason)
    yield from _about(organization, members, template, DECISIONS, config, reason=reason)


def proposed(message: Message, config: Config) -> Iterator[Letter]:
    """The officials who will be in charge have a new identity to verify."""
    proposal = db.session.get_one(Proposal, message.subject_id)
    if proposal.state == "in_review":
        own = {user.id for user in member_users(proposal.organization_id)}
        deciding = [user for user in officials("verify", proposal.region) if user.id not in own]
        yield from _about(
            proposal.organization, deciding, "organizations/proposed", DESK, config, page="review/organizations"
        )


def proposal_decided(message: Message, config: Config) -> Iterator[Letter]:
    """The members read what became of the identity they proposed; ``message.topic`` names the step."""
    proposal = db.session.get_one(Proposal, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = f"organizations/proposal_{message.topic.partition('.')[2]}"
    readers = member_users(proposal.organization_id)
    yield from _about(proposal.organization, readers, template, DECISIONS, config, reason=Quote(entry.reason))


def parent_named(message: Message, config: Config) -> Iterator[Letter]:
    """The owners of the parent are asked whether it is theirs."""
    organization = organization_by_id(message.subject_id)
    parent = organization.parent
    if parent is not None and organization.parent_state == "asked":
        readers = [member.user for member in members_of(parent) if member.role == "owner" and member.user.is_active]
        link = f"{config.base_url}/organizations/{parent.number}"
        yield from _about(
            organization, readers, "organizations/parent_named", LINE, config, parent=parent.label, link=link
        )


def link_changed(message: Message, config: Config) -> Iterator[Letter]:
    """Both sides read what became of the link; ``message.topic`` names the step."""
    organization = organization_by_id(message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    parent = organization_by_id(entry.data["parent"])
    template = f"organizations/{message.topic.partition('.')[2]}"
    readers = {user.id: user for each in (organization, parent) for user in member_users(each.id)}
    known = [user for user in readers.values() if user.id != entry.actor_id]
    yield from _about(organization, known, template, LINE, config, parent=parent.label, reason=Quote(entry.reason))


def _about(
    organization: Organization,
    users: Sequence[User],
    template: str,
    group: LetterGroup,
    config: Config,
    *,
    page: str = "organizations",
    **context: Any,
) -> Iterator[Letter]:
    context = {"link": f"{config.base_url}/{page}/{organization.number}", **context}
    for user in users:
        yield letter(
            user, template, group, organization=organization.label, number=organization.number,
            kind=OrganizationKind(organization.kind).label, region=regions.full_name(organization.region),
            **context,
        )  # fmt: skip
