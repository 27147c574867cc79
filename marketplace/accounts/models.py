"""Tables of people, their sessions, organizations, memberships and posts."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base


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

DUTIES: dict[str, Text] = {
    "verify": Text("单位核验", "Verify organizations"),
    "review": Text("清单审核", "Review listings"),
    "challenge": Text("揭榜挂帅", "Run challenges"),
    "demonstrate": Text("示范认定", "Approve demonstrations"),
    "assess": Text("考核", "Assess"),
}


class User(Base, UserMixin):
    """A person. The address is stored in lower case; the password as an argon2id hash."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(60))
    language: Mapped[str] = mapped_column(sa.String(8), default="zh_CN")
    administrator: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    members: Mapped[list[Member]] = relationship(back_populates="user")
    posts: Mapped[list[Post]] = relationship(back_populates="user")

    # The token of the session this object was loaded for; what Flask-Login keeps in the cookie instead of a key.
    session_token: str = ""

    @property
    def subject_type(self) -> str:
        return "user"

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.disabled_at is None

    def get_id(self) -> str:
        """What the cookie carries: a random token that can be revoked, never the user's key."""
        return self.session_token


class UserSession(Base):
    """A sign-in. The cookie holds the token, the table its SHA-256: who reads the table cannot sign in."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    agent: Mapped[str] = mapped_column(sa.String(300), default="")

    user: Mapped[User] = relationship()


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
    marks: Mapped[list[Any]] = mapped_column(default=list)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
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
    user: Mapped[User] = relationship(back_populates="members")


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

    user: Mapped[User] = relationship(back_populates="posts")

    @property
    def subject_type(self) -> str:
        return "post"
