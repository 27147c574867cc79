"""Listings for tests, brought to their state by the commands that bring them there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.kind import Kind
from marketplace.listings.models import Listing
from marketplace.organizations.models import Member, Organization
from tests.factories import accounts

REASON = "因为试验"

# State → the steps that lead there from a first draft.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "in_review": ("submit",),
    "returned": ("submit", "return"),
    "published": ("submit", "approve"),
    "suspended": ("submit", "approve", "suspend"),
    "withdrawn": ("submit", "approve", "withdraw"),
    "expired": ("submit", "approve", "expire"),
}


def member_of(organization: Organization) -> Actor:
    """A member of the organization, as the policies see him."""
    members = db.session.query(Member).filter_by(organization_id=organization.id).order_by(Member.id)
    return accounts.actor(members.limit(1).one().user)


def listing(
    kind: Kind,
    state: str = "draft",
    organization: Organization | None = None,
    reviewer: Actor | None = None,
    **content: Any,
) -> Listing:
    """A listing that walked from its draft to ``state``; ``content`` is what its owner wrote."""
    owner = organization or accounts.organization()
    with transaction():
        made = services.create(kind, owner, member_of(owner), content)
    walk(kind, made, state, reviewer)
    return made


def walk(kind: Kind, made: Listing, state: str, reviewer: Actor | None = None) -> None:
    """Take the steps to ``state`` from a draft: members submit, an official of the province decides."""
    deciding = reviewer or accounts.deciding("review")
    for step in WAYS[state]:
        take(kind, made, step, deciding)


def take(kind: Kind, made: Listing, step: str, deciding: Actor) -> None:
    """One step, by who takes it."""
    with transaction():
        member = member_of(made.organization)
        if step == "submit":
            services.submit(kind, made, member, None)
        elif step == "return":
            services.send_back(kind, made, deciding, REASON, None)
        elif step == "approve":
            services.approve(kind, made, deciding)
        elif step == "expire":
            made.valid_until = clock.today() - timedelta(days=1)
            db.session.flush()
            services.take_step(kind, made, kind.lifecycle.by_name["expire"], SYSTEM, "", None)
        else:
            acting = deciding if step in ("suspend", "resume") else member
            services.take_step(kind, made, kind.lifecycle.by_name[step], acting, REASON, None)
