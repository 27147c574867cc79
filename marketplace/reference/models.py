"""The table of working days that an administrator keeps for a year the library does not know yet."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.db import Base


class WorkdayOverride(Base):
    """One day that differs from Monday to Friday: a holiday, or a make-up working day."""

    __tablename__ = "workday_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    workday: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(80), default="")

    @property
    def subject_type(self) -> str:
        return "workday"

    @property
    def id(self) -> int:
        """The day as a number (20270101), for history."""
        return int(self.day.strftime("%Y%m%d"))
