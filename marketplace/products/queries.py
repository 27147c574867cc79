"""Selects of products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.products.models import Product

# Products of one organization whose claims are counted for its page.
MOST_COUNTED = 500


def was_public_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Those that the actor may see and that were public once."""
    return (Product.edition > 0) & visible_to(actor, Product)


def products_by_number(numbers: Sequence[str], actor: Actor) -> list[Product]:
    """The products with these numbers that the actor may see and that were public once, in the order given."""
    select = sa.select(Product).where(Product.number.in_(numbers), was_public_to(actor))
    found = {row.number: row for row in db.session.scalars(select.options(joinedload(Product.organization)))}
    return [found[number] for number in numbers if number in found]


def products_by_id(ids: Sequence[int], actor: Actor) -> list[Product]:
    """The products with these keys that the actor may see and that were public once, in the order given."""
    if not ids:
        return []
    select = sa.select(Product).where(Product.id.in_(ids), was_public_to(actor))
    found = {row.id: row for row in db.session.scalars(select.options(joinedload(Product.organization)))}
    return [found[each] for each in ids if each in found]


def evidence_of(organization_id: int) -> Counter[str]:
    """How many claims of an organization's published products are proved how well: level → count."""
    theirs = (Product.organization_id == organization_id) & (Product.state == "published")
    contents = db.session.scalars(sa.select(Product.content).where(theirs).limit(MOST_COUNTED))
    claims = (claim for content in contents for claim in (content.get("specs") or {}).values())
    return Counter(claim.get("evidence") or "declared" for claim in claims)


def public_ids() -> Sequence[int]:
    """The keys of all that everybody may see."""
    return db.session.scalars(sa.select(Product.id).where(_public()).order_by(Product.id)).all()


def public_versions() -> dict[int, int]:
    """Key → version of all that everybody may see."""
    return dict(db.session.execute(sa.select(Product.id, Product.version).where(_public())).all())


def _public() -> sa.ColumnElement[bool]:
    return Product.state.in_(PUBLIC_STATES)
