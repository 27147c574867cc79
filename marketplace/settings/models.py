"""The table of settings that were changed; what was never changed has its default and no row."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.foundation.db import Base


class SettingValue(Base):
    """The present value of one setting, as ``Setting.read`` takes it."""

    __tablename__ = "setting_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    value: Mapped[str] = mapped_column(sa.String(500))
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "setting"
