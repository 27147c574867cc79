"""The table of claims to organizations that nobody here speaks for yet."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization

MESSAGE_LIMIT = 500


class Takeover(Base):
    """A person asks to speak for an organization, with its licence and its real credit code as evidence."""

    __tablename__ = "takeover"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','approved','declined','withdrawn','lapsed')", name="state"),
        sa.Index("uq_takeover_open", "organization_id", "user_id", unique=True,
                 sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_takeover_queue", "state", "region"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    # Where the organization lies: whose officials decide. "" outside Anhui, for the province.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    credit_code: Mapped[str] = mapped_column(sa.String(18))
    message: Mapped[str] = mapped_column(sa.String(MESSAGE_LIMIT))
    # The licence: a file of the claim, which becomes the organization's own with the approval.
    licence_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    user: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "takeover"
