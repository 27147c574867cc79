"""Tables of the cultivation library: where a need stands, what helped it, and what it was copied from."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.scenarios.models import Scenario

TIERS = ("innovative", "demonstration", "mature")
RESOURCES = {
    "dataset": Text("开放数据集", "Open data set"),
    "laboratory": Text("场景实验室", "Scenario laboratory"),
    "training_ground": Text("实景测试训练场", "Real-scene training ground"),
    "shop": Text("机器人 4S 店", "Robot 4S shop"),
    "other": Text("其他设施", "Another facility"),
}
LIMITS = {"name": 100, "name_en": 200, "holder": 100, "link": 300}


class LibraryEntry(Base):
    """A need that is or was in the library. ``tier`` is moved by its life cycle alone; "none": it was taken out."""

    __tablename__ = "library_entry"
    __table_args__ = (
        sa.CheckConstraint("tier IN ('none','innovative','demonstration','mature')", name="tier"),
        sa.Index("ix_library_entry_tier", "tier", "moved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), unique=True)
    tier: Mapped[str] = mapped_column(sa.String(16), default="none")
    version: Mapped[int] = mapped_column(default=1)
    # When it came to the tier in which it stands.
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)

    scenario: Mapped[Scenario] = relationship()
    resources: Mapped[list[Resource]] = relationship(back_populates="entry", order_by="Resource.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "library_entry"


class Resource(Base):
    """A data set or facility that helped a need of the library, and who holds it."""

    __tablename__ = "library_resource"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('dataset','laboratory','training_ground','shop','other')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("library_entry.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(LIMITS["name"]))
    name_en: Mapped[str] = mapped_column(sa.String(LIMITS["name_en"]), default="")
    holder: Mapped[str] = mapped_column(sa.String(LIMITS["holder"]))
    link: Mapped[str] = mapped_column(sa.String(LIMITS["link"]), default="")
    added_at: Mapped[datetime] = mapped_column(default=clock.now)

    entry: Mapped[LibraryEntry] = relationship(back_populates="resources")

    @property
    def label(self) -> Text:
        """The name in both languages."""
        return Text(self.name, self.name_en or self.name)


class ScenarioCopy(Base):
    """That a need was copied from another one, for another place.

    ``root_id`` is where the line of copies begins: all of them are one chain, named after that need.
    ``origin_edition``: the revision of the origin that was copied.
    """

    __tablename__ = "scenario_copy"
    __table_args__ = (sa.CheckConstraint("scenario_id <> origin_id", name="elsewhere"),)

    scenario_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), primary_key=True, autoincrement=False)
    origin_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    root_id: Mapped[int] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    origin_edition: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    scenario: Mapped[Scenario] = relationship(foreign_keys=scenario_id)
    origin: Mapped[Scenario] = relationship(foreign_keys=origin_id)
