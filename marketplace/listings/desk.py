"""What of listings waits for somebody: the queue of who reviews, and what was returned to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.reasons import in_words
from marketplace.core.text import Text
from marketplace.listings.kind import KINDS, Kind
from marketplace.listings.lifecycle import REVIEW_DAYS
from marketplace.listings.models import Listing, Revision
from marketplace.listings.queries import (
    listings_of,
    my_open,
    returned_before,
    revisions_with,
    waits_for_review,
)
from marketplace.listings.views import plural_label
from marketplace.web.languages import current_language
from marketplace.web.plate import Duty, Queue, Waiting


def review_queues() -> list[Queue]:
    """A queue for each kind of listing."""
    return [review_queue(kind) for kind in KINDS.values()]


def review_queue(kind: Kind) -> Queue:
    """The submitted revisions of one kind."""
    return Queue(
        key=kind.plural,
        label=plural_label(kind),
        verb=Text("审核", "Review"),
        model=Revision,
        held=lambda actor: actor.has_duty("review"),
        waits=partial(waits_for_review, listing_type=kind.name),
        rows=partial(waiting_rows, kind),
        days=REVIEW_DAYS,
        checked=True,
    )


def waiting_rows(kind: Kind, ids: Sequence[int]) -> list[Waiting]:
    """Submitted revisions as rows: four statements, however many."""
    return submissions(kind, revisions_with(ids))


def submissions(kind: Kind, revisions: Sequence[Revision]) -> list[Waiting]:
    """The same of revisions at hand."""
    listings, again = listings_of(kind, revisions), returned_before(revisions)
    return [_submission(kind, listings[each.listing_id], each, each.id in again) for each in revisions]


def _submission(kind: Kind, listing: Listing, revision: Revision, again: bool) -> Waiting:
    round_ = Text("再报", "again") if again else Text("首次", "first time")
    if listing.edition:
        round_ = Text("修订再报", "revision again") if again else Text("修订", "revision")
    title = revision.content.get("title") or listing.title
    return Waiting(
        key=revision.id,
        title=Text(title, revision.content.get("title_en") or listing.label.en or title),
        number=listing.number,
        href=url_for("review.decide", plural=kind.plural, number=listing.number),
        what=Text(f"{kind.lifecycle.label.zh} · {round_.zh}", f"{kind.lifecycle.label.en}, {round_.en}"),
        organization=revision.organization.label,
        at=revision.submitted_at,
        to_mend=len(kind.blocking(revision.content)),
    )


def duties(actor: Actor) -> list[Duty]:
    """Returned listings of the actor's organizations."""
    if not actor.organization_ids:
        return []
    return [
        Duty(
            verb=Text("补正", "Correct"),
            title=listing.label.say(current_language()) or listing.number,
            href=url_for(f"{plural}.edit", number=listing.number),
            why=Text("%(kind)s被退回：%(reason)s", "This %(kind)s was returned: %(reason)s")
            % {"kind": kind.label, "reason": in_words(_first_line(revision.remark))},
            since=revision.decided_at,
        )
        for plural, kind in KINDS.items()
        for listing, revision in my_open(kind, actor, "returned")
    ]


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:80]
