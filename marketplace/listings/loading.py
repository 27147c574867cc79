"""Loading many approved listings at once: the sample and the importer. The same rows and history as one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import keep_clear_of, next_numbers
from marketplace.listings.kind import Content, Kind
from marketplace.listings.lifecycle import REVISION
from marketplace.listings.models import Listing, Revision
from marketplace.listings.queries import open_revision
from marketplace.listings.services import content_hash
from marketplace.organizations.models import Organization

PORTION = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    """One listing to load. ``number`` is empty for a new one."""

    organization: Organization
    content: Content
    number: str = ""
    compiled: bool = False


def load(kind: Kind, items: Sequence[Loaded], actor: Actor = SYSTEM) -> list[int]:
    """Load new listings as published, in portions, inside the running transaction; returns their keys in order."""
    ids: list[int] = []
    for start in range(0, len(items), PORTION):
        ids.extend(_load_portion(kind, items[start : start + PORTION], actor))
    return ids


def _load_portion(kind: Kind, items: Sequence[Loaded], actor: Actor) -> list[int]:
    for item in items:
        if item.number:
            keep_clear_of(item.number)
    numbers = iter(next_numbers(kind.letter, sum(1 for item in items if not item.number)))
    published = kind.lifecycle.by_name["load"].target
    rows = [_row(kind, item, item.number or next(numbers), published) for item in items]
    model = kind.model
    db.session.execute(sa.insert(model), rows)
    wanted = [row["number"] for row in rows]
    found = db.session.execute(sa.select(model.number, model.id).where(model.number.in_(wanted))).all()
    by_number = dict(found)
    ids = [by_number[row["number"]] for row in rows]
    db.session.execute(sa.insert(Revision), list(_revisions(kind, rows, ids)))
    hashes = [{"number": 1, "sha256": content_hash(item.content)} for item in items]
    ledger.record_many(kind.name, "load", actor, published, list(zip(ids, hashes, strict=True)))
    dirty.note_all(kind.name, ids)
    return ids


def _row(kind: Kind, item: Loaded, number: str, state: str) -> dict[str, Any]:
    listing = kind.model(
        number=number, organization_id=item.organization.id, region=item.organization.region, content=item.content,
        edition=1, state=state, version=1, compiled=item.compiled, demo=item.organization.demo,
        created_at=clock.now(), updated_at=clock.now(), published_at=clock.now(),
    )  # fmt: skip
    kind.project(listing, item.content)
    return {key: value for key, value in _columns(listing).items() if key != "id"}


def _revisions(kind: Kind, rows: Sequence[dict[str, Any]], ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for row, listing_id in zip(rows, ids, strict=True):
        yield {
            "listing_type": kind.name, "listing_id": listing_id, "number": 1, "content": row["content"],
            "state": "approved", "version": 1, "region": row["region"], "organization_id": row["organization_id"],
            "created_at": row["created_at"], "updated_at": row["created_at"], "submitted_at": None,
            "decided_at": row["created_at"], "remark": "",
        }  # fmt: skip


def replace(kind: Kind, listing: Listing, content: Content, actor: Actor = SYSTEM) -> bool:
    """Publish new content of a loaded listing as its next revision; False when nothing differs.

    Raises:
        Conflict: its owner is writing or has submitted a revision, or it is no longer public.
    """
    if listing.content == content:
        return False
    if listing.state != "published" or open_revision(listing) is not None:
        raise Conflict(
            Text(
                "%(number)s 有未办结的修订或已不公开，不能覆盖",
                "%(number)s has an open revision or is not public; it was not replaced",
            )
            % {"number": listing.number},
            ledger.latest(listing),
        )
    approved = db.session.scalars(
        sa.select(Revision).where(
            Revision.listing_type == kind.name, Revision.listing_id == listing.id, Revision.state == "approved"
        )
    ).one()
    move(REVISION, approved, "supersede", SYSTEM)
    following = {**next(_revisions(kind, [_columns(listing)], [listing.id])), "number": approved.number + 1}
    db.session.execute(sa.insert(Revision), [{**following, "content": content, "decided_at": clock.now()}])
    listing.content, listing.edition, listing.published_at = content, approved.number + 1, clock.now()
    kind.project(listing, content)
    db.session.flush()
    ledger.record(listing, "reload", actor, data={"number": listing.edition, "sha256": content_hash(content)})
    dirty.note(kind.name, listing.id)
    return True


def _columns(listing: Listing) -> dict[str, Any]:
    return {column.key: getattr(listing, column.key) for column in sa.inspect(type(listing)).column_attrs}
