"""Tables of panels: the panel, its draws, who was drawn, the ties that were hit, and waivers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.experts.models import Expert
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization


class Panel(Base):
    """The experts who judge one subject, whatever it is: ``about_type`` and ``about_id`` say what (``subjects.py``).

    Number, title, owner, region and duty are those of the subject, copied so that lists and queues are one select.
    ``fields``: what the experts were drawn for, as ``ExpertField`` names it.
    """

    __tablename__ = "panel"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','closed','dissolved')", name="state"),
        sa.CheckConstraint("seats > 0", name="seats"),
        # One panel at a time judges one thing.
        sa.Index("uq_panel_open", "about_type", "about_id", unique=True,
                 sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_panel_about", "about_type", "about_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    about_type: Mapped[str] = mapped_column(sa.String(32))
    about_id: Mapped[int]
    about_number: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    duty: Mapped[str] = mapped_column(sa.String(16))
    fields: Mapped[list[Any]]
    seats: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    draws: Mapped[list[Draw]] = relationship(back_populates="panel", order_by="Draw.number")
    assignments: Mapped[list[Assignment]] = relationship(back_populates="panel", order_by="Assignment.place")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "panel"

    @property
    def label(self) -> Text:
        """The title of what is judged, in both languages."""
        return Text(self.title, self.title_en or self.title)


class Draw(Base):
    """One draw for a panel. ``record`` holds all it was made of, so that anybody can draw again (``drawing.py``).

    ``digest``: the SHA-256 of the record as canonical JSON. Later draws bring in more experts when all are used up.
    """

    __tablename__ = "panel_draw"
    __table_args__ = (sa.UniqueConstraint("panel_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panel.id"))
    number: Mapped[int]
    record: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    drawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)

    panel: Mapped[Panel] = relationship(back_populates="draws")


class Assignment(Base):
    """An expert drawn for a panel, at ``place`` in the order of the draw; the first of those who judge has the chair.

    ``answer_by``: the last day, in Beijing, on which he accepts or recuses himself.
    """

    __tablename__ = "panel_assignment"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('reserve','proposed','accepted','scored','recused','lapsed','blocked','void','released')",
            name="state",
        ),
        sa.UniqueConstraint("panel_id", "expert_id"),
        sa.UniqueConstraint("panel_id", "place"),
        sa.Index("ix_panel_assignment_expert", "expert_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(sa.ForeignKey("panel.id"))
    expert_id: Mapped[int] = mapped_column(sa.ForeignKey("expert.id"))
    place: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12), default="reserve")
    version: Mapped[int] = mapped_column(default=1)
    called_at: Mapped[datetime | None]
    answer_by: Mapped[date | None]
    answered_at: Mapped[datetime | None]

    panel: Mapped[Panel] = relationship(back_populates="assignments")
    expert: Mapped[Expert] = relationship()
    hits: Mapped[list[Hit]] = relationship(back_populates="assignment", order_by="Hit.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "assignment"

    @property
    def code(self) -> Text:
        """What everybody calls him who may not know his name."""
        return Text("评审专家 %(place)s", "Expert %(place)s") % {"place": self.place}


class Hit(Base):
    """A tie between an expert and a party of what he was to judge. Never taken away; ``gone_at``: it holds no more.

    ``rule``: a key of ``conflicts.RULES``. ``organization_id``: the party, none when the register itself says no.
    ``via_id``: the organization of the tie, where it is not the party itself. ``key`` is what makes two of them the
    same. Persons named in a declaration are no part of ``tie``: they stand in the declaration alone.
    """

    __tablename__ = "panel_hit"
    __table_args__ = (sa.UniqueConstraint("assignment_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"))
    key: Mapped[str] = mapped_column(sa.String(64))
    rule: Mapped[str] = mapped_column(sa.String(16))
    organization_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    via_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    tie: Mapped[dict[str, Any]]
    found_at: Mapped[datetime] = mapped_column(default=clock.now)
    gone_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(back_populates="hits")
    organization: Mapped[Organization | None] = relationship(foreign_keys=[organization_id])
    via: Mapped[Organization | None] = relationship(foreign_keys=[via_id])
    waiver: Mapped[Waiver | None] = relationship(back_populates="hit", uselist=False)

    @property
    def stands(self) -> bool:
        """Whether it keeps the expert from judging."""
        return self.gone_at is None and self.waiver is None


class Waiver(Base):
    """An official lets an expert judge in spite of one hit, and says why; a later hit is not covered by it."""

    __tablename__ = "panel_waiver"

    hit_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_hit.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(sa.Text)
    waived_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    post: Mapped[str] = mapped_column(sa.String(200), default="")
    waived_at: Mapped[datetime] = mapped_column(default=clock.now)

    hit: Mapped[Hit] = relationship(back_populates="waiver")
