"""Tables of pilots: the pilot with its plan, the frozen targets, and everything measured and noted while it runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base, BigId
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario

ONCE = sa.text("state <> 'aborted' AND origin <> 'direct'")
SIDES = "side IN ('supplier','demander')"


class Pilot(Base):
    """A product of the supplier tried at a site of the demander.

    ``plan`` is what both agree on (plan.py); from ``frozen_at`` on it never changes again, ``plan_sha256`` says what
    it was, and its targets stand as rows. ``report`` is what both sign at the end. ``submitted_at`` says since when it
    waits for an official, and is empty when it does not.
    """

    __tablename__ = "pilot"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('planned','agreed','running','paused','reporting','verified','not_verified','aborted')",
            name="state",
        ),
        sa.CheckConstraint("supplier_id <> demander_id", name="sides"),
        sa.CheckConstraint("(frozen_at IS NULL) = (plan_sha256 = '')", name="frozen"),
        sa.Index("ix_pilot_state_region", "state", "region"),
        # What was agreed once is tried once, unless the plan was given up.
        sa.Index("uq_pilot_origin", "origin", "origin_number", "product_id", unique=True,
                 sqlite_where=ONCE, postgresql_where=ONCE),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), index=True)
    # The approved revision of the product that is tried.
    product_edition: Mapped[int]
    scenario_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    demander_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    # Region of the demander: which officials are in charge.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    # What it came from: "direct", "enquiry" or "challenge", with the number of that object.
    origin: Mapped[str] = mapped_column(sa.String(10), default="direct")
    origin_number: Mapped[str] = mapped_column(sa.String(20), default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    plan: Mapped[dict[str, Any]]
    plan_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    frozen_at: Mapped[datetime | None]
    # Days of the formal run, in Beijing; the last one stands when it is over.
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    # What both sides agree on next carries this number: a new pause needs a new consent to go on.
    pauses: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The readings as they stood when the run ended.
    data_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    visit: Mapped[dict[str, Any]] = mapped_column(default=dict)
    valid_until: Mapped[date | None]
    # Whose turn it is (waiting.py): "supplier", "demander", "both", or nobody's.
    awaits: Mapped[str] = mapped_column(sa.String(8), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="planned")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship()
    scenario: Mapped[Scenario | None] = relationship()
    supplier: Mapped[Organization] = relationship(foreign_keys=supplier_id)
    demander: Mapped[Organization] = relationship(foreign_keys=demander_id)
    targets: Mapped[list[Target]] = relationship(order_by="Target.place")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "pilot"

    @property
    def label(self) -> Text:
        """The title in both languages; without an English one the Chinese stands in both."""
        return Text(self.title, self.title_en or self.title)


class Target(Base):
    """One target as it was frozen. ``place`` counts from 1 and names it in files and in the interface: T1, T2, …"""

    __tablename__ = "pilot_target"
    __table_args__ = (
        sa.UniqueConstraint("pilot_id", "place"),
        sa.CheckConstraint("kind IN ('proportion','mean','rate','time_to_failure')", name="kind"),
        sa.CheckConstraint("direction IN ('up','down')", name="direction"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(120), default="")
    kind: Mapped[str] = mapped_column(sa.String(16))
    unit: Mapped[str] = mapped_column(sa.String(40), default="")
    direction: Mapped[str] = mapped_column(sa.String(4))
    baseline: Mapped[float | None]
    goal: Mapped[float]
    stop: Mapped[float | None]
    # Trials, readings, exposure in units, or hours run, after its kind.
    least: Mapped[float]
    # The spec of the product that a met target proves; empty for none.
    spec: Mapped[str] = mapped_column(sa.String(40), default="")

    @property
    def code(self) -> str:
        """How files and programs name it."""
        return f"T{self.place}"

    @property
    def label(self) -> Text:
        """The name in both languages."""
        return Text(self.name, self.name_en or self.name)


class Consent(Base):
    """One side's yes to one thing: ``digest`` names the very version of the plan, pause or report."""

    __tablename__ = "pilot_consent"
    __table_args__ = (
        sa.UniqueConstraint("pilot_id", "what", "digest", "side"),
        sa.CheckConstraint("what IN ('plan','resume','report')", name="what"),
        sa.CheckConstraint(SIDES, name="side"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"))
    what: Mapped[str] = mapped_column(sa.String(8))
    digest: Mapped[str] = mapped_column(sa.String(64))
    side: Mapped[str] = mapped_column(sa.String(8))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Batch(Base):
    """Readings that came together: a form, a file or a call. ``key`` is the caller's Idempotency-Key."""

    __tablename__ = "pilot_batch"
    __table_args__ = (
        sa.Index("uq_pilot_batch_key", "pilot_id", "side", "key", unique=True,
                 sqlite_where=sa.text("key <> ''"), postgresql_where=sa.text("key <> ''")),
        sa.CheckConstraint(SIDES, name="side"),
        sa.CheckConstraint("source IN ('form','file','api')", name="source"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"))
    side: Mapped[str] = mapped_column(sa.String(8))
    source: Mapped[str] = mapped_column(sa.String(4))
    file_name: Mapped[str] = mapped_column(sa.String(200), default="")
    count: Mapped[int]
    # What came, as it came: the same key with another body is refused.
    sha256: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(80), default="")
    token_id: Mapped[int | None] = mapped_column(sa.ForeignKey("api_token.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Reading(Base):
    """One measured value. Never changed; a correction is another row that names it in ``corrects_id``.

    ``value`` and ``base`` by the kind of the target: see ``estimates.Sums``. ``day``: the Beijing day of ``at``.
    """

    __tablename__ = "pilot_reading"
    __table_args__ = (
        sa.CheckConstraint("standing IN ('pending','confirmed','disputed','replaced')", name="standing"),
        sa.CheckConstraint(SIDES, name="side"),
        sa.Index("ix_pilot_reading_day", "target_id", "day"),
        sa.Index("uq_pilot_reading_moment", "target_id", "device", "at", unique=True,
                 sqlite_where=sa.text("corrects_id IS NULL"), postgresql_where=sa.text("corrects_id IS NULL")),
        sa.Index("uq_pilot_reading_correction", "corrects_id", unique=True,
                 sqlite_where=sa.text("corrects_id IS NOT NULL"),
                 postgresql_where=sa.text("corrects_id IS NOT NULL")),
        sa.Index("ix_pilot_reading_waiting", "pilot_id", "standing", "side"),
        sa.Index("ix_pilot_reading_newest", "pilot_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"))
    target_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot_target.id"))
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot_batch.id"))
    side: Mapped[str] = mapped_column(sa.String(8))
    at: Mapped[datetime]
    day: Mapped[date]
    value: Mapped[float]
    base: Mapped[float] = mapped_column(default=1.0)
    device: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    corrects_id: Mapped[int | None] = mapped_column(BigId, sa.ForeignKey("pilot_reading.id"))
    # Whether the other side has confirmed it: no life of its own, decided on by the thousand.
    standing: Mapped[str] = mapped_column(sa.String(9), default="pending")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    # Why the other side disputes it.
    objection: Mapped[str] = mapped_column(sa.String(300), default="")

    target: Mapped[Target] = relationship()
    batch: Mapped[Batch] = relationship()


class Tally(Base):
    """What the readings of one target, day and standing add up to: pages read these rows and never the readings."""

    __tablename__ = "pilot_tally"

    target_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot_target.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    standing: Mapped[str] = mapped_column(sa.String(9), primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"), index=True)
    count: Mapped[int]
    base: Mapped[float]
    value: Mapped[float]
    square: Mapped[float]


class Incident(Base):
    """Something that happened, or a hand that had to help."""

    __tablename__ = "pilot_incident"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('incident','near_miss','intervention','fault')", name="kind"),
        sa.CheckConstraint("severity IN (1,2,3)", name="severity"),
        sa.CheckConstraint(SIDES, name="side"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    severity: Mapped[int]
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(1000))
    done: Mapped[str] = mapped_column(sa.String(1000), default="")
    side: Mapped[str] = mapped_column(sa.String(8))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExcludedDay(Base):
    """A day that shall not count. It counts until the other side agrees as well."""

    __tablename__ = "pilot_excluded_day"
    __table_args__ = (
        sa.UniqueConstraint("pilot_id", "day"),
        sa.CheckConstraint(SIDES, name="side"),
        sa.CheckConstraint("answer IN ('','agreed','declined')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pilot_id: Mapped[int] = mapped_column(sa.ForeignKey("pilot.id"))
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(300))
    side: Mapped[str] = mapped_column(sa.String(8))
    # What the other side said; empty until it has.
    answer: Mapped[str] = mapped_column(sa.String(8), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
