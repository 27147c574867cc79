"""Selects of listings, revisions and the queue of an official."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.policy import in_region
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.kind import Kind
from marketplace.listings.models import OPEN, Listing, Revision
from marketplace.listings.policy import can_edit, can_review, visible_to

# Entries of the listing that repeat the revision's own entry of the same moment.
TOLD_BY_REVISION = ("submit", "return", "recall", "publish")


def listing_by_number(kind: Kind, number: str, actor: Actor) -> Listing:
    """The listing if the actor may see it, with its organization.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    model = kind.model
    select = sa.select(model).where(model.number == number, visible_to(actor, model))
    found = db.session.scalar(select.options(joinedload(model.organization)))
    if found is None:
        raise NotFound
    return found


def open_revision(listing: Listing) -> Revision | None:
    """The revision being written or reviewed, read now."""
    return db.session.scalar(
        sa.select(Revision).where(
            Revision.listing_type == listing.subject_type, Revision.listing_id == listing.id, Revision.state.in_(OPEN)
        )
    )


def readable_revision(listing: Listing, actor: Actor) -> Revision | None:
    """The open revision as far as the actor may read it: the owner always, an official once it was submitted."""
    revision = open_revision(listing)
    if revision is None or can_edit(actor, listing):
        return revision
    submitted = revision.state in ("in_review", "returned")
    return revision if submitted and can_review(actor, listing) else None


def revisions(listing: Listing) -> Sequence[Revision]:
    """All revisions, the newest first."""
    mine = (Revision.listing_type == listing.subject_type) & (Revision.listing_id == listing.id)
    return db.session.scalars(sa.select(Revision).where(mine).order_by(Revision.number.desc())).all()


def history(listing: Listing) -> Sequence[LedgerEntry]:
    """What happened to the listing and its revisions, oldest first."""
    of_revisions = sa.select(Revision.id).where(
        Revision.listing_type == listing.subject_type, Revision.listing_id == listing.id
    )
    own = (
        (LedgerEntry.subject_type == listing.subject_type)
        & (LedgerEntry.subject_id == listing.id)
        & LedgerEntry.action.not_in(TOLD_BY_REVISION)
    )
    theirs = (LedgerEntry.subject_type == "revision") & LedgerEntry.subject_id.in_(of_revisions)
    return db.session.scalars(sa.select(LedgerEntry).where(own | theirs).order_by(LedgerEntry.id)).all()


def my_listings(kind: Kind, actor: Actor) -> sa.Select[tuple[Listing]]:
    """The listings of the actor's organizations, the one changed last first."""
    model = kind.model
    mine = model.organization_id.in_(sorted(actor.organization_ids))
    return sa.select(model).where(mine).order_by(model.updated_at.desc(), model.id.desc())


def queue(actor: Actor, listing_type: str) -> sa.Select[tuple[Revision]]:
    """The revisions that wait for the actor's decision, oldest first, never those of his own organizations."""
    posts = [post for post in actor.posts if "review" in post.duties]
    where = sa.or_(sa.false(), *(in_region(post.region, Revision.region) for post in posts))  # type: ignore[arg-type]
    return (
        sa.select(Revision)
        .where(Revision.listing_type == listing_type, Revision.state == "in_review", where)
        .where(Revision.organization_id.not_in(sorted(actor.organization_ids)))
        .options(joinedload(Revision.organization))
        .order_by(Revision.submitted_at, Revision.id)
    )


def listings_of(kind: Kind, revisions_found: Sequence[Revision]) -> dict[int, Listing]:
    """The listings of some revisions, by key."""
    ids = [revision.listing_id for revision in revisions_found]
    rows = db.session.scalars(sa.select(kind.model).where(kind.model.id.in_(ids)))
    return {row.id: row for row in rows}
