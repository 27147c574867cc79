"""Commands on products that no listing of another kind has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.listings.lifecycle import REVISION
from marketplace.listings.models import Revision
from marketplace.listings.queries import open_revision, revisions
from marketplace.listings.services import content_hash, publish_content
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product


def prove(product: Product, specs: Collection[str], proof: str, edition: int, actor: Actor) -> list[str]:
    """Mark claims as proven here by the pilot with the number ``proof``; returns those that were.

    A claim is left as it is when its value is another one today than in the revision ``edition`` that was tried, or
    when it was proven before. What the owner is writing meanwhile keeps the mark where it keeps the value.
    """
    lock(product)
    tried = next((each.content.get("specs") or {} for each in revisions(product) if each.number == edition), {})
    now = product.content.get("specs") or {}
    proven = [key for key in specs if _same(now.get(key), tried.get(key)) and now[key].get("evidence") != "proven"]
    if not proven or not product.edition:
        return []
    marked = {**product.content, "specs": _marked(now, proven, proof)}
    draft = open_revision(product)
    if draft is not None:
        lock(draft)
        own = draft.content.get("specs") or {}
        kept = [key for key in proven if _same(own.get(key), now[key])]
        draft.content = {**draft.content, "specs": _marked(own, kept, proof)}
    _replace_approved(product, marked, actor, {"proven": proven, "pilot": proof})
    return proven


def _same(claim: Any, other: Any) -> bool:
    return bool(claim) and bool(other) and claim.get("value") == other.get("value")


def _marked(claims: Any, keys: Collection[str], proof: str) -> dict[str, Any]:
    mark = {"evidence": "proven", "source": proof, "file": None}
    return {key: {**claim, **mark} if key in keys else claim for key, claim in claims.items()}


def _replace_approved(product: Product, content: dict[str, Any], actor: Actor, data: dict[str, Any]) -> None:
    """A revision that nobody wrote: approved at once, because an official has just verified what it says."""
    of_product = (Revision.listing_type == product.subject_type) & (Revision.listing_id == product.id)
    numbers = db.session.scalars(sa.select(Revision.number).where(of_product)).all()
    approved = db.session.scalar(sa.select(Revision).where(of_product, Revision.state == "approved"))
    if approved is not None:
        move(REVISION, approved, "supersede", SYSTEM)
    made = Revision(
        listing_type=product.subject_type, listing_id=product.id, number=max(numbers, default=0) + 1, content=content,
        state="approved", region=product.region, organization_id=product.organization_id, decided_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    ledger.record(product, "prove", actor, data={**data, "number": made.number, "sha256": content_hash(content)})
    publish_content(PRODUCT, product, made)
    dirty.note(PRODUCT.name, product.id)
