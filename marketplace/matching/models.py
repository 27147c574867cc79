"""Tables of matches: the pairs worth showing, and which versions of both sides they were judged on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.db import Base, BigId


class Match(Base):
    """A product that fails no must-have of a scenario and has something in common with it.

    Only the order is kept here; what a page says of a pair is judged anew from the pair itself.
    """

    __tablename__ = "scenario_match"
    __table_args__ = (
        sa.Index("ix_scenario_match_product", "product_id", "score"),
        sa.Index("ix_scenario_match_scenario", "scenario_id", "score"),
    )

    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    # 0 to 100 with two decimals, as a whole number of hundredths.
    score: Mapped[int]
    # How many must-haves the product leaves unknown.
    open_questions: Mapped[int]


class Matched(Base):
    """The version of a listing that its matches were judged on, by which rules."""

    __tablename__ = "matched_listing"

    kind: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    listing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    rules: Mapped[int]
    # How many verified pilots a product had then: one more is judged anew, though the product is what it was.
    pilots: Mapped[int] = mapped_column(default=0, server_default="0")
    # Counts up over all rows with every change, so that kept pages know when to be drawn anew.
    seq: Mapped[int] = mapped_column(BigId, index=True)
