"""The plate of what all kinds of listings share: their files, their mails, their expiry."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Schedule
from marketplace.listings import files, notify, services, views
from marketplace.listings.kind import KINDS, Kind
from marketplace.organizations.models import Proposal
from marketplace.web.letters import tell
from marketplace.web.plate import Capability

EXPIRY_SECONDS = 600.0


def _init(app: Flask) -> None:
    """Every registered kind tells its people what happens to their listings, and ends them in time."""
    schedule: Schedule = app.extensions["schedule"]
    app.extensions.setdefault("organization_panels", []).append(views.organization_panel)
    for kind in KINDS.values():
        for step in notify.TOLD_TO_OWNER:
            if step in kind.lifecycle.by_name:
                tell(app, f"{kind.name}.{step}", notify.listing_changed)
        schedule.every(EXPIRY_SECONDS, _expiry(kind), f"{kind.name}.expire")


def _expiry(kind: Kind) -> Callable[[], bool]:
    def run() -> bool:
        with transaction():
            return services.expire_due(kind)

    return run


def _follow(message: Message) -> None:
    """An organization with a new identity may have moved: its listings are in the charge of another city then."""
    organization = db.session.get_one(Proposal, message.subject_id).organization
    for kind in KINDS.values():
        services.follow_organization(kind, organization)


LISTINGS = Capability(
    name="listings",
    topics={"proposal.approve": _follow},
    blueprints=lambda: (files.blueprint(),),
    letters={
        "revision.submit": notify.revision_submitted,
        "revision.return": notify.revision_decided,
        "revision.approve": notify.revision_decided,
    },
    init=_init,
)
