"""Tables: what a person was told, the mails that carry it, and in which way he wants to be told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base, BigId
from marketplace.foundation.letters import Way

WAYS: dict[Way, Text] = {
    "at_once": Text("立即发邮件", "E-mail at once"),
    "daily": Text("每日汇总邮件", "Daily e-mail"),
    "inbox": Text("只在站内", "On this site only"),
}
# What an unsubscribing link calls all that comes with the daily mail.
DAILY = "daily"


class Notification(Base):
    """What one user was told of one outbox message: the letter and what it says, drawn in the language of the day."""

    __tablename__ = "notification"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "user_id"),
        sa.Index("ix_notification_user", "user_id", "id"),
        sa.Index("ix_notification_unread", "user_id", sqlite_where=sa.text("read_at IS NULL"),
                 postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_notification_awaits", "created_at", sqlite_where=sa.text("awaits_digest"),
                 postgresql_where=sa.text("awaits_digest")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.BigInteger)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    group_key: Mapped[str] = mapped_column(sa.String(40))
    template: Mapped[str] = mapped_column(sa.String(120))
    context: Mapped[dict[str, Any]]
    # A page of this site, "/products/P-2026-000001"; "" where there is none.
    link: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    # Whether the next daily mail shall name it, and the one that did.
    awaits_digest: Mapped[bool] = mapped_column(default=False)
    digest_id: Mapped[int | None] = mapped_column(BigId, sa.ForeignKey("delivery.id", ondelete="SET NULL"), index=True)


class Delivery(Base):
    """One mail to one person: a letter (``message_id``), or the daily mail of a day (``digest_of``)."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "address"),
        sa.UniqueConstraint("user_id", "digest_of"),
        sa.Index("ix_delivery_failed", "failed_at", sqlite_where=sa.text("failed_at IS NOT NULL"),
                 postgresql_where=sa.text("failed_at IS NOT NULL")),
        sa.Index("ix_delivery_created", "created_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    digest_of: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    address: Mapped[str] = mapped_column(sa.String(254))
    group_key: Mapped[str] = mapped_column(sa.String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    # There was nothing to say any more when its turn came, or its reader had switched it off.
    dropped_at: Mapped[datetime | None]
    # Given up: refused for good, or tried to the end. ``error`` is the server's answer, or what kept us from it.
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")
    # The server said that it takes nothing for this address.
    dead_address: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User | None] = relationship()

    @property
    def subject_type(self) -> str:
        return "delivery"

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do for it."""
        return any((self.sent_at, self.dropped_at, self.failed_at))

    @property
    def key(self) -> str:
        """What its Message-ID is made of; another one for the row that takes its number after a backup is restored."""
        return f"{self.id}-{int(self.created_at.timestamp())}"


class Choice(Base):
    """In which way a user wants the letters of a group. Without a row the group's own way counts."""

    __tablename__ = "notification_choice"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    group_key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    way: Mapped[str] = mapped_column(sa.String(16))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    __table_args__ = (sa.CheckConstraint("way IN (" + ", ".join(f"'{way}'" for way in WAYS) + ")", name="way"),)
