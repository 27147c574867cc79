"""Tables of organizations, of their members, and of the new identities they propose."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base

PROPOSAL_OPEN = ("drafted", "in_review", "returned")


class OrganizationKind(enum.StrEnum):
    """What an organization is (product.md 2)."""

    VENDOR = "vendor"
    STATE_OWNED_FIRM = "state_owned_firm"
    GOVERNMENT = "government"
    PUBLIC_INSTITUTION = "public_institution"
    ENTERPRISE = "enterprise"
    RESEARCH = "research"
    SERVICE = "service"

    @property
    def label(self) -> Text:
        return KIND_LABELS[self]


KIND_LABELS = {
    OrganizationKind.VENDOR: Text("机器人企业", "Robot vendor"),
    OrganizationKind.STATE_OWNED_FIRM: Text("国有企业", "State-owned firm"),
    OrganizationKind.GOVERNMENT: Text("政府部门", "Government body"),
    OrganizationKind.PUBLIC_INSTITUTION: Text("事业单位", "Public institution"),
    OrganizationKind.ENTERPRISE: Text("其他企业", "Other enterprise"),
    OrganizationKind.RESEARCH: Text("高校院所", "University or institute"),
    OrganizationKind.SERVICE: Text("服务机构", "Service provider"),
}


class Organization(Base):
    """A body that supplies, demands or serves. Public once verified; compiled ones come from public material."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.CheckConstraint("state IN ('registered','pending','verified','returned','suspended')", name="state"),
        sa.Index("ix_organization_state_region", "state", "region"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    kind: Mapped[str] = mapped_column(sa.String(24))
    credit_code: Mapped[str] = mapped_column(sa.String(18), unique=True)
    # GB/T 2260 code of the Anhui city or county; empty for organizations elsewhere, whose place is then a text.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    place: Mapped[str] = mapped_column(sa.String(80), default="")
    place_en: Mapped[str] = mapped_column(sa.String(80), default="")
    about: Mapped[str] = mapped_column(sa.Text, default="")
    about_en: Mapped[str] = mapped_column(sa.Text, default="")
    website: Mapped[str] = mapped_column(sa.String(300), default="")
    segments: Mapped[list[Any]] = mapped_column(default=list)
    # 三首 marks and certificates; see marks.py for what one carries.
    marks: Mapped[list[Any]] = mapped_column(default=list)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    # Whether the parent has accepted it: none, asked, accepted (lifecycle.PARENT).
    parent_state: Mapped[str] = mapped_column(sa.String(8), default="none", server_default="none")
    # Its licence as a stored file of its own.
    licence_id: Mapped[int | None]
    contact_name: Mapped[str] = mapped_column(sa.String(60), default="")
    contact_phone: Mapped[str] = mapped_column(sa.String(40), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="registered")
    version: Mapped[int] = mapped_column(default=1)
    compiled: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    sources: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]

    parent: Mapped[Organization | None] = relationship(remote_side=[id])
    members: Mapped[list[Member]] = relationship(back_populates="organization")
    # The new identity that its members propose while the public keeps seeing the verified one.
    open_proposal: Mapped[Proposal | None] = relationship(
        primaryjoin=lambda: sa.and_(
            foreign(Proposal.organization_id) == Organization.id, Proposal.state.in_(PROPOSAL_OPEN)
        ),
        viewonly=True,
        uselist=False,
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "organization"

    @property
    def label(self) -> Text:
        """The name in both languages; without an English one the Chinese stands in both."""
        return Text(self.name, self.name_en or self.name)


class Member(Base):
    """A user in an organization."""

    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "user_id"),
        sa.CheckConstraint("role IN ('owner','editor')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(8))
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)

    organization: Mapped[Organization] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class Proposal(Base):
    """A new identity of a verified organization: content as in services.VOUCHED. At most one is open."""

    __tablename__ = "identity_proposal"
    __table_args__ = (
        sa.CheckConstraint("state IN ('drafted','in_review','returned','approved','discarded')", name="state"),
        sa.Index("uq_identity_proposal_open", "organization_id", unique=True,
                 sqlite_where=sa.text("state IN ('drafted','in_review','returned')"),
                 postgresql_where=sa.text("state IN ('drafted','in_review','returned')")),
        sa.Index("ix_identity_proposal_queue", "state", "region"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    content: Mapped[dict[str, Any]]
    # The proposed region: whose officials will be in charge has to verify it.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="drafted")
    version: Mapped[int] = mapped_column(default=1)
    # What the official wrote who returned it.
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "proposal"
