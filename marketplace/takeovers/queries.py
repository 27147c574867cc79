"""Selects of claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.organizations.models import Organization
from marketplace.takeovers.models import Takeover
from marketplace.takeovers.policy import decidable_by, visible_to

SHOWN = 10


def takeover_by_key(key: str, actor: Actor) -> Takeover:
    """The claim if the actor may see it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    number = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
    select = sa.select(Takeover).where(Takeover.id == number, visible_to(actor))
    found = db.session.scalar(select.options(joinedload(Takeover.organization), joinedload(Takeover.user)))
    if found is None:
        raise NotFound
    return found


def open_claim(organization_id: int, user_id: int | None) -> Takeover | None:
    """The person's claim that waits for a decision."""
    pair = (Takeover.organization_id == organization_id) & (Takeover.user_id == user_id)
    return db.session.scalar(sa.select(Takeover).where(pair, Takeover.state == "open"))


def open_count(user_id: int | None) -> int:
    """How many claims of a person wait for a decision."""
    mine = (Takeover.user_id == user_id) & (Takeover.state == "open")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Takeover).where(mine)) or 0


def declined_at(organization_id: int, user_id: int | None) -> datetime | None:
    """When the person's claim to the organization was last declined."""
    pair = (Takeover.organization_id == organization_id) & (Takeover.user_id == user_id)
    return db.session.scalar(sa.select(sa.func.max(Takeover.decided_at)).where(pair, Takeover.state == "declined"))


def open_claims(organization: Organization) -> Sequence[Takeover]:
    """Every claim to an organization that waits for a decision, whoever asks."""
    theirs = (Takeover.organization_id == organization.id) & (Takeover.state == "open")
    return db.session.scalars(sa.select(Takeover).where(theirs).order_by(Takeover.id)).all()


def claims_to(organization: Organization, actor: Actor) -> Sequence[Takeover]:
    """The open claims to an organization that the actor may see, the oldest first."""
    theirs = (Takeover.organization_id == organization.id) & (Takeover.state == "open")
    select = sa.select(Takeover).where(theirs, visible_to(actor)).options(joinedload(Takeover.user))
    return db.session.scalars(select.order_by(Takeover.id)).all()


def claims_of(user_id: int | None) -> Sequence[Takeover]:
    """What a person claimed, the newest first."""
    select = sa.select(Takeover).where(Takeover.user_id == user_id).options(joinedload(Takeover.organization))
    return db.session.scalars(select.order_by(Takeover.id.desc()).limit(SHOWN)).all()


def waits_for_decision(actor: Actor) -> sa.ColumnElement[bool]:
    """What waits for the actor's decision, as a condition on the table."""
    return (Takeover.state == "open") & decidable_by(actor)


def claims_with(ids: Sequence[int]) -> Sequence[Takeover]:
    """The claims with these keys, whoever asks (for a queue, which has asked who may see them)."""
    select = sa.select(Takeover).where(Takeover.id.in_(ids))
    return db.session.scalars(select.options(joinedload(Takeover.organization), joinedload(Takeover.user))).all()


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """The licence of a claim: who may see the claim."""
    seen = sa.select(Takeover.id).where(Takeover.id == file.owner_id, visible_to(actor))
    return actor.signed_in and db.session.scalar(seen) is not None
