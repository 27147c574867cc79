"""The plate of what all kinds of listings share: their files, their mails, their expiry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, url_for

from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Schedule
from marketplace.listings import desk, files, notify, queries, services, views
from marketplace.listings.kind import KINDS, Kind
from marketplace.listings.lifecycle import REVIEW_DAYS, REVISION
from marketplace.organizations.models import Proposal
from marketplace.web.letters import tell
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, Named, Recorded

EXPIRY_SECONDS = 600.0


# A form page that may carry ten pictures, each of which is drawn anew.
UPLOADS = figure("listings.uploads", Text("保存填报页（含上传）", "Saved form pages, with uploads"), 120, A_MINUTE)


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


def recorded(kind: Kind) -> Recorded:
    """What the logs of administrators call the listings of a kind: their number alone, whatever they hold."""

    def named(ids: Sequence[int]) -> dict[int, Named]:
        return {key: _named(kind, number) for key, number in queries.numbers_of(kind, ids).items()}

    return Recorded(
        kind.name, kind.lifecycle.label, acts=queries.OTHER_ACTS, lifecycle=kind.lifecycle, named=named,
        key_of=lambda number: queries.key_of(kind, number),
    )  # fmt: skip


def _named(kind: Kind, number: str, revision: str = "") -> Named:
    return Named(number + revision, url_for(f"{kind.plural}.show", number=number))


def named_revisions(ids: Sequence[int]) -> dict[int, Named]:
    """Revisions as the listing's number and theirs."""
    found = {}
    for kind in KINDS.values():
        for key, number, edition in queries.revision_numbers(kind, ids):
            found[key] = _named(kind, number, f" #{edition}")
    return found


REVISIONS = Recorded(
    "revision", Text("修订", "Revision"), acts=queries.OTHER_ACTS, lifecycle=REVISION, named=named_revisions
)

LISTINGS = Capability(
    name="listings",
    topics={"proposal.approve": _follow},
    blueprints=lambda: (files.blueprint(),),
    limits=(Limit(UPLOADS, ("products.edit_step", "scenarios.edit_step"), methods=("POST",)),),
    letters={
        "revision.submit": notify.revision_submitted,
        "revision.return": notify.revision_decided,
        "revision.approve": notify.revision_decided,
    },
    personal=queries.personal,
    letter_groups=(DESK, DECISIONS, notify.OWN_LISTINGS),
    records=(REVISIONS,),
    settings=(REVIEW_DAYS,),
    queues=desk.review_queues,
    duties=desk.duties,
    duty_selects=queries.duty_selects,
    init=_init,
)
