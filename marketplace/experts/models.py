"""Tables of the register: experts, every declaration they ever made, and the fields they were approved for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.foundation.db import Base


class Expert(Base):
    """A person of the register, one for each user.

    ``content`` is what he is writing; what he declared stands in ``Declaration``, and ``name``, ``title`` and
    ``region`` are taken from the last one. ``vouched`` is the number of the declaration an official approved last;
    ``submitted_at`` says since when something waits for an official, and is empty when nothing does.
    """

    __tablename__ = "expert"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft','in_review','returned','approved','suspended','expired','withdrawn')", name="state"
        ),
        sa.Index("ix_expert_state_region", "state", "region"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    title: Mapped[str] = mapped_column(sa.String(60), default="")
    # GB/T 2260 code of a city of Anhui; empty for experts elsewhere.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    content: Mapped[dict[str, Any]]
    declared: Mapped[int] = mapped_column(default=0)
    vouched: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    # The last day on which he may be drawn, in Beijing.
    valid_until: Mapped[date | None]
    renewal_asked_at: Mapped[datetime | None]
    # How many reminders of this year's renewal were sent.
    reminded: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "expert"


class Declaration(Base):
    """What an expert declared at one moment. Never changed and never taken away: conflicts are judged by all of them.

    History keeps ``digest``, the SHA-256 of the content as sorted JSON, and nothing of the content.
    """

    __tablename__ = "expert_declaration"
    __table_args__ = (sa.UniqueConstraint("expert_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(sa.ForeignKey("expert.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExpertField(Base):
    """A field for which an official approved an expert: "domain.industrial" or "category.quadruped"."""

    __tablename__ = "expert_field"

    expert_id: Mapped[int] = mapped_column(sa.ForeignKey("expert.id"), primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(sa.String(60), primary_key=True, index=True)
