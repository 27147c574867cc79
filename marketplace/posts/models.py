"""Posts: what makes a user an official."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base

DUTIES: dict[str, Text] = {
    "verify": Text("单位核验", "Verify organizations"),
    "review": Text("清单审核", "Review listings"),
    "challenge": Text("揭榜挂帅", "Run challenges"),
    "demonstrate": Text("示范认定", "Approve demonstrations"),
    "assess": Text("考核", "Assess"),
}


class Post(Base):
    """What makes a user an official: a department, a region and duties, for a time."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    department: Mapped[str] = mapped_column(sa.String(120))
    department_en: Mapped[str] = mapped_column(sa.String(200), default="")
    region: Mapped[str] = mapped_column(sa.String(6))
    duties: Mapped[list[Any]]
    since: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    user: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "post"

    @property
    def label(self) -> Text:
        """The department in both languages."""
        return Text(self.department, self.department_en or self.department)

    @property
    def duty_labels(self) -> list[Text]:
        return [DUTIES[duty] for duty in self.duties]


class Delegation(Base):
    """Duties of a post, handed to a colleague of the same department from one day to another. Ends by itself."""

    __tablename__ = "delegation"
    __table_args__ = (
        sa.CheckConstraint("state IN ('given','revoked','over')", name="state"),
        sa.CheckConstraint("since < until", name="period"),
        sa.Index("ix_delegation_due", "state", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    duties: Mapped[list[Any]]
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[str] = mapped_column(sa.String(8), default="given")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    post: Mapped[Post] = relationship()
    user: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "delegation"

    @property
    def duty_labels(self) -> list[Text]:
        return [DUTIES[duty] for duty in self.duties]
