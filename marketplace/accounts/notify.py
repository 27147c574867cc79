"""Topic → who is told what: addresses, confirmations, and what officials decide on an organization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketplace.accounts.models import Organization, OrganizationKind, User
from marketplace.accounts.queries import member_users, officials, organization_by_id
from marketplace.accounts.services import CONFIRM_HOURS, confirmation_token
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.outbox import Message
from marketplace.reference import regions


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, in ``language``. ``template`` lies below templates/mail/; its first line is the subject."""

    to: str
    language: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


def registered(message: Message, config: Config) -> Iterator[Letter]:
    """The link that confirms an address; nothing when that has happened meanwhile."""
    user = db.session.get_one(User, message.subject_id)
    if user.confirmed_at is None:
        link = f"{config.base_url}/account/confirm/{confirmation_token(user, config.secret_key)}"
        yield _letter(user, "confirm", link=link, hours=CONFIRM_HOURS)


def registered_again(message: Message, config: Config) -> Iterator[Letter]:
    """Somebody registered with the address of a user: he alone is told."""
    user = db.session.get_one(User, message.subject_id)
    if user.disabled_at is None:
        yield _letter(user, "registered_again", link=f"{config.base_url}/account/sign-in")


def organization_submitted(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge of the region have something to verify."""
    organization = organization_by_id(message.subject_id)
    if organization.state == "pending":
        own = {user.id for user in member_users(organization.id)}
        deciding = [user for user in officials("verify", organization.region) if user.id not in own]
        yield from _about(organization, deciding, "organization_submitted", config)


def organization_decided(message: Message, config: Config) -> Iterator[Letter]:
    """The members read what an official decided, with the reason. ``message.topic`` names the step."""
    organization = organization_by_id(message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = {
        "organization.verify": "organization_verified",
        "organization.return": "organization_returned",
        "organization.suspend": "organization_suspended",
        "organization.resume": "organization_resumed",
    }[message.topic]
    yield from _about(organization, member_users(organization.id), template, config, reason=entry.reason)


def _about(
    organization: Organization, users: Sequence[User], template: str, config: Config, **context: Any
) -> Iterator[Letter]:
    for user in users:
        yield _letter(
            user, template, organization=organization.label, number=organization.number,
            kind=OrganizationKind(organization.kind).label, region=regions.full_name(organization.region),
            link=f"{config.base_url}/organizations/{organization.number}", **context,
        )  # fmt: skip


def _letter(user: User, template: str, **context: Any) -> Letter:
    return Letter(user.email, user.language, f"accounts/{template}.txt", {"name": user.name, **context})
