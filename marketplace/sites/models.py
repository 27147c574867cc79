"""Tables of sites: applications with what they stand on, visits and sheets, what operators state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization
from marketplace.panels.models import Assignment
from marketplace.pilots.models import Pilot
from marketplace.scenarios.models import Scenario

STATES = (
    "draft", "submitted", "recommended", "returned", "under_evaluation", "notice", "refused", "withdrawn",
    "designated", "rechecked", "rectifying", "warned", "expired", "revoked",
)  # fmt: skip


class Site(Base):
    """A demonstration site from its draft to its end.

    ``content`` is what its applicant writes (content.py); ``filed`` is that with the results of its pilots as they
    stood at submission, and ``filed_sha256`` says what it was. Title, kind, region, domain and place are taken from
    the content. ``plate`` is given out with the designation and never to another site. ``turn`` says for whom it
    waits, ``submitted_at`` since when an official.
    """

    __tablename__ = "site"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(repr(each) for each in STATES)})", name="state"),
        sa.CheckConstraint("kind IN ('place','street','industry')", name="kind"),
        sa.CheckConstraint("level IN ('','province','national')", name="level"),
        sa.CheckConstraint("turn IN ('','applicant','city','province')", name="turn"),
        # What is or was designated has a plate, a day and an end; nothing else has.
        sa.CheckConstraint("(plate IS NULL) = (designated_on IS NULL)", name="plate"),
        sa.CheckConstraint("(plate IS NULL) = (valid_until IS NULL)", name="validity"),
        sa.CheckConstraint("(filed_at IS NULL) = (filed_sha256 = '')", name="filed"),
        sa.Index("ix_site_state_region", "state", "region"),
        sa.Index("ix_site_turn", "turn", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    scenario_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    # GB/T 2260 code of the city or county where it lies: which officials are in charge.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    domain: Mapped[str] = mapped_column(sa.String(32), default="")
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    # Degrees east and north; mapping.py puts them into the frame of the map.
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    content: Mapped[dict[str, Any]]
    filed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    filed_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    filed_at: Mapped[datetime | None]
    # Counts evaluations: sheets of an earlier one do not count in the next.
    round: Mapped[int] = mapped_column(default=0)
    plate: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    designated_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    level: Mapped[str] = mapped_column(sa.String(8), default="")
    # The document that a level rests on: {"title", "number", "issuer", "day"}.
    level_basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The last day for the next yearly report, for a rectification, for a reply before a revocation.
    report_due: Mapped[date | None]
    rectify_until: Mapped[date | None]
    reply_until: Mapped[date | None]
    # Since when what its operator states belongs to the next check of it.
    checked_at: Mapped[datetime | None]
    # The deadline of which its operator was reminded last.
    reminded_of: Mapped[date | None]
    # Why it came back, must be put right or has lost its plate: what the applicant reads on his page.
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    ended_on: Mapped[date | None]
    turn: Mapped[str] = mapped_column(sa.String(9), default="applicant")
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    scenario: Mapped[Scenario | None] = relationship()
    pilots: Mapped[list[Pilot]] = relationship(secondary="site_pilot", order_by="Pilot.id", viewonly=True)
    parties: Mapped[list[SiteParty]] = relationship(order_by="SiteParty.organization_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "site"

    @property
    def label(self) -> Text:
        """The title in both languages; without an English one the Chinese stands in both."""
        return Text(self.title, self.title_en or self.title)


class SitePilot(Base):
    """A verified pilot that a site stands on."""

    __tablename__ = "site_pilot"

    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"), primary_key=True, index=True)


class SiteParty(Base):
    """An organization that a site concerns beside its applicant: it operates it, or its robots come from it."""

    __tablename__ = "site_party"
    __table_args__ = (sa.CheckConstraint("role IN ('operator','vendor')", name="role"),)

    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(sa.String(8), primary_key=True)

    organization: Mapped[Organization] = relationship()


class SiteVisit(Base):
    """A visit to the place: before the decision, or when it is checked again."""

    __tablename__ = "site_visit"
    __table_args__ = (sa.CheckConstraint("occasion IN ('evaluation','recheck')", name="occasion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    occasion: Mapped[str] = mapped_column(sa.String(10))
    round: Mapped[int]
    day: Mapped[date]
    visitors: Mapped[str] = mapped_column(sa.String(200))
    findings: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    site: Mapped[Site] = relationship()

    @property
    def subject_type(self) -> str:
        return "site_visit"


class SiteSheet(Base):
    """What one expert thinks of a site: marks by criterion with reasons; handed in once and for all.

    ``marks``: {criterion: {"marks": "18", "reason": "…"}}; ``total`` of 100, set when it is handed in.
    """

    __tablename__ = "site_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Who was drawn: the sheet counts as long as his seat does.
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"), unique=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    round: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    marks: Mapped[dict[str, Any]]
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    total: Mapped[float | None]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    site: Mapped[Site] = relationship()
    assignment: Mapped[Assignment] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "site_sheet"


class SiteStatement(Base):
    """What the operator of a designated site states: the report of a year, what was put right, a reply, a renewal.

    ``period``: the year of the report, counted from 1; 0 for the other kinds.
    """

    __tablename__ = "site_statement"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('yearly','rectification','reply','renewal')", name="kind"),
        sa.Index("ix_site_statement_site", "site_id", "id"),
        sa.Index("uq_site_statement_year", "site_id", "period", unique=True,
                 sqlite_where=sa.text("kind = 'yearly'"), postgresql_where=sa.text("kind = 'yearly'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    period: Mapped[int] = mapped_column(default=0)
    content: Mapped[dict[str, Any]]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    site: Mapped[Site] = relationship()

    @property
    def subject_type(self) -> str:
        return "site_statement"
