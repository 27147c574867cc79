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

    user: Mapped[User] = relationship()

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
