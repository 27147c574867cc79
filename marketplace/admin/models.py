"""Checks of the whole history, asked for on a page and done by the worker; the pulse of the leading worker."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.foundation.db import Base
from marketplace.foundation.ledger import FIRST


class HistoryCheck(Base):
    """One check of the chain from its first entry on. How far it came is kept, so that it goes on after a crash."""

    __tablename__ = "history_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    requested_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    # Entries there were when it was asked for, and how many of them hold so far.
    total: Mapped[int]
    entries: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(sa.String(64), default=FIRST)
    finished_at: Mapped[datetime | None]
    broken: Mapped[int | None]
    fault: Mapped[str] = mapped_column(sa.String(16), default="")

    user: Mapped[User] = relationship()

    @property
    def subject_type(self) -> str:
        return "history_check"


class BackupMade(Base):
    """A backup that was written to its end: ``size`` in bytes, ``digest`` the SHA-256 of the archive."""

    __tablename__ = "backup_made"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    digest: Mapped[str] = mapped_column(sa.String(64))


class Pulse(Base):
    """When the leading worker was last seen at work. One row."""

    __tablename__ = "pulse"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
