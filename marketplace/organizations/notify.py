"""Topic → who is told what: what officials decide on an organization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.organizations.queries import member_users, organization_by_id
from marketplace.posts.queries import officials
from marketplace.reference import regions


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


def _about(
    organization: Organization, users: Sequence[User], template: str, group: LetterGroup, config: Config, **context: Any
) -> Iterator[Letter]:
    for user in users:
        yield letter(
            user, template, group, organization=organization.label, number=organization.number,
            kind=OrganizationKind(organization.kind).label, region=regions.full_name(organization.region),
            link=f"{config.base_url}/organizations/{organization.number}", **context,
        )  # fmt: skip
