"""The table of scenarios: columns for lists, the rest is the content."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.listings.models import Listing


class Scenario(Listing):
    """A need of an organization."""

    __tablename__ = "scenario"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft','in_review','returned','published','suspended','withdrawn','expired',"
            "'fulfilled','closed')",
            name="state",
        ),
        sa.Index("ix_scenario_state_published", "state", "published_at"),
        sa.Index("ix_scenario_similar", "domain", "subscenario", "state", "published_at"),
        sa.Index("ix_scenario_domain_published", "domain", "state", "published_at"),
    )

    domain: Mapped[str] = mapped_column(sa.String(40), default="")
    subscenario: Mapped[str] = mapped_column(sa.String(60), default="")
    # Where the work is to be done: GB/T 2260 code of an Anhui city or county, or empty.
    site_region: Mapped[str] = mapped_column(sa.String(6), default="", index=True)
