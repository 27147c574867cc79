"""Tables of those who ask to join, of those who are invited, and of those who have left."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization

MESSAGE_LIMIT = 500
ROLES = {"owner": Text("所有者", "Owner"), "editor": Text("编辑", "Editor")}


class JoinRequest(Base):
    """A person asks an organization to take him in. The database holds at most one open one of each pair."""

    __tablename__ = "join_request"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','accepted','declined','withdrawn','expired')", name="state"),
        sa.Index("uq_join_request_open", "organization_id", "user_id", unique=True,
                 sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_join_request_due", "state", "expires_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    message: Mapped[str] = mapped_column(sa.String(MESSAGE_LIMIT), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    user: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "join_request"


class Invitation(Base):
    """An organization invites an address. The link of the mail counts once, and only for who owns the address."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','accepted','declined','revoked','expired')", name="state"),
        sa.CheckConstraint("role IN ('owner','editor')", name="role"),
        sa.Index("uq_invitation_open", "organization_id", "email", unique=True,
                 sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.Index("ix_invitation_due", "state", "expires_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    role: Mapped[str] = mapped_column(sa.String(8))
    language: Mapped[str] = mapped_column(sa.String(8), default="zh_CN")
    invited_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    # Who owns the address now: nobody before he registers.
    addressee: Mapped[User | None] = relationship(
        primaryjoin=lambda: foreign(Invitation.email) == User.email, viewonly=True, uselist=False
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "invitation"


class FormerMember(Base):
    """A membership that has ended, and whether the person was removed."""

    __tablename__ = "former_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(8))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime] = mapped_column(default=clock.now)
    removed: Mapped[bool] = mapped_column(default=False)
