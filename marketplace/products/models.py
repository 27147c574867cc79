"""The table of products: columns for lists, the rest is the content."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.listings.models import Listing


class Product(Listing):
    """An offer of a vendor."""

    __tablename__ = "product"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft','in_review','returned','published','suspended','withdrawn','expired')", name="state"
        ),
        sa.Index("ix_product_state_published", "state", "published_at"),
    )

    model: Mapped[str] = mapped_column(sa.String(80), default="")
    category: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
    domains: Mapped[list[Any]] = mapped_column(default=list)
