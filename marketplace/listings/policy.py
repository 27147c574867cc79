"""Who may see, write and decide on a listing: each rule once for one object and once as SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.listings.models import Listing
from marketplace.organizations.models import Organization
from marketplace.posts.policy import in_charge

# Ended listings keep their page, which says when and why; what was suspended or withdrawn is nowhere.
PUBLIC_STATES = ("published", "expired", "fulfilled", "closed")


def can_view(actor: Actor, listing: Listing) -> bool:
    """Everybody what is public, members theirs, officials in charge all that was ever submitted."""
    return (
        listing.state in PUBLIC_STATES
        or actor.is_system
        or actor.belongs_to(listing.organization_id)
        or (listing.state != "draft" and actor.post_for("review", listing.region) is not None)
    )


def visible_to(actor: Actor, model: type[Listing]) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table of ``model``."""
    if actor.is_system:
        return sa.true()
    # Written so that no index serves it: nearly every row is public, and SQLite, which does not know that, would read
    # all of them by their state instead of the twenty whose keys it was given.
    seen = [(model.state + "").in_(PUBLIC_STATES)]
    if actor.organization_ids:
        seen.append(model.organization_id.in_(sorted(actor.organization_ids)))
    if actor.posts:
        seen.append((model.state != "draft") & in_charge(actor, "review", model.region))  # type: ignore[arg-type]
    return sa.or_(*seen)


def can_edit(actor: Actor, subject: Any) -> bool:
    """Members of the owner (``subject``: a listing or a revision)."""
    return actor.belongs_to(subject.organization_id)


def can_review(actor: Actor, subject: Any) -> bool:
    """An official in charge of the owner's region; nobody decides on what his own organization, or its line, filed."""
    return actor.post_to_decide("review", subject.region, subject.organization_id) is not None


def can_see_contact(actor: Actor, listing: Listing) -> bool:
    """Contact data: the owner and the officials in charge. Acceptance of an enquiry opens it later."""
    return can_edit(actor, listing) or actor.post_for("review", listing.region) is not None


def can_file(actor: Actor, organization: Organization) -> bool:
    """A draft may be begun before the organization is verified; submitting waits for it."""
    return actor.belongs_to(organization.id) and organization.state != "suspended"
