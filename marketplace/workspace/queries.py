"""What waits for whom: the queues of an official with the time that is left, and what members have to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.listings.kind import KINDS, Kind
from marketplace.listings.models import Listing, Revision
from marketplace.listings.queries import listings_of, queue, returned_before
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import waiting_for_verification
from marketplace.reference.calendar import Overrides, YearUnknown, add_workdays, workdays_between
from marketplace.reference.services import overrides

# Working days in which a submission is answered; what the form promises.
REVIEW_DAYS = 5
ORGANIZATIONS = "organizations"


@dataclass(frozen=True, slots=True)
class Left:
    """The time left for an answer: its last day, and working days until then; negative when it is over."""

    due: date
    days: int

    @property
    def overdue(self) -> bool:
        return self.days < 0


def time_left(submitted_at: datetime | None, known: Overrides) -> Left | None:
    """What is left of the five working days; None while the calendar of the year is not known.

    ``known``: reference.services.overrides(), read once for a page.
    """
    if submitted_at is None:
        return None
    arrived, today = clock.beijing(submitted_at).date(), clock.today()
    try:
        due = add_workdays(arrived, REVIEW_DAYS, known)
        return Left(due, workdays_between(today, due, known))
    except YearUnknown:
        return None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the queue."""

    title: Text
    number: str
    what: Text
    organization: Text
    at: datetime | None
    left: Left | None
    to_mend: int | None = None
    revision: Revision | None = None


def duties_held(actor: Actor) -> list[str]:
    """The tabs of the actor's queue: every kind for who reviews, organizations for who verifies."""
    duties = frozenset().union(*(post.duties for post in actor.posts)) if actor.posts else frozenset()
    kinds = list(KINDS) if "review" in duties else []
    return [*kinds, ORGANIZATIONS] if "verify" in duties else kinds


def waiting_counts(actor: Actor) -> dict[str, int]:
    """How much waits on each tab of the actor's queue."""
    return {tab: _count(_select(actor, tab)) for tab in duties_held(actor)}


def queue_of(actor: Actor, tab: str) -> sa.Select[Any]:
    """What waits on one tab, the oldest, and so the most overdue, first."""
    return _select(actor, tab)


def _select(actor: Actor, tab: str) -> sa.Select[Any]:
    return waiting_for_verification(actor) if tab == ORGANIZATIONS else queue(actor, KINDS[tab].name)


def _count(select: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())) or 0


def submissions(kind: Kind, revisions: Sequence[Revision]) -> list[Waiting]:
    """Submitted revisions as rows: two statements, however many."""
    listings, again, known = listings_of(kind, revisions), returned_before(revisions), overrides()
    return [
        _submission(kind, listings[each.listing_id], each, each.id in again, time_left(each.submitted_at, known))
        for each in revisions
    ]


def _submission(kind: Kind, listing: Listing, revision: Revision, again: bool, left: Left | None) -> Waiting:
    round_ = Text("再报", "again") if again else Text("首次", "first time")
    if listing.edition:
        round_ = Text("修订再报", "revision again") if again else Text("修订", "revision")
    return Waiting(
        title=Text(
            revision.content.get("title") or listing.title, revision.content.get("title_en") or listing.label.en
        ),
        number=listing.number,
        what=round_,
        organization=revision.organization.label,
        at=revision.submitted_at,
        left=left,
        to_mend=len(kind.blocking(revision.content)),
        revision=revision,
    )


def verifications(organizations: Sequence[Organization]) -> list[Waiting]:
    """Organizations that wait to be verified, or with a new identity, as rows."""
    known = overrides()
    return [_verification(each, known) for each in organizations]


def _verification(organization: Organization, known: Overrides) -> Waiting:
    proposal = organization.open_proposal
    proposed = proposal is not None and proposal.state == "in_review"
    at = proposal.submitted_at if proposal is not None and proposed else organization.submitted_at
    return Waiting(
        title=organization.label, number=organization.number, organization=organization.label, at=at,
        what=Text("身份信息变更", "new identity") if proposed else Text("单位核验", "verification"),
        left=time_left(at, known),
    )  # fmt: skip


def rows_of(tab: str, found: Sequence[Any]) -> list[Waiting]:
    """What a tab's select found, as rows."""
    return verifications(found) if tab == ORGANIZATIONS else submissions(KINDS[tab], found)


def head_of_queue(actor: Actor, tab: str, limit: int) -> list[Waiting]:
    """The first rows of one tab."""
    return rows_of(tab, db.session.scalars(_select(actor, tab).limit(limit)).all())
