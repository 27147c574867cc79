"""Tables of organizations and their members, and what their values can be."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from marketplace.accounts.models import User, normal_email, one_line
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.reference import catalogue, regions


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
    user: Mapped[User] = relationship()


def checked_credit_code(code: str) -> str:
    """A unified social credit code in its normal form (GB 32100-2015: check digit, letters, length).

    Raises:
        FieldError: on "credit_code".
    """
    wide = str.maketrans({chr(0xFF01 + i): chr(0x21 + i) for i in range(94)})
    try:
        return str(uscc.validate(code.translate(wide).strip().upper()))
    except ValidationError as error:
        message = Text(
            "统一社会信用代码不对：应为 18 位数字和大写字母，末位是校验码，请照营业执照核对",
            "Not a unified social credit code: 18 digits and capitals with a check digit; compare it with the licence",
        )
        raise FieldError("credit_code", message) from error


def _name(value: str) -> str:
    if not value:
        raise FieldError("name", Text("请填写单位全称", "Give the full name of the organization"))
    return value


def _kind(value: str) -> str:
    if value not in set(OrganizationKind):
        raise FieldError("kind", Text("请选择单位类型", "Choose the kind of organization"))
    return value


def _region(value: str) -> str:
    if value and not regions.known(value):
        raise FieldError("region", Text("请选择所在市或县（区）", "Choose the city or county"))
    return value


def _website(value: str) -> str:
    message = Text("网址要以 https:// 或 http:// 开头", "An address begins with https:// or http://")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise FieldError("website", message) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise FieldError("website", message)
    return value


def _phone(value: str) -> str:
    """A number as people write it here, with or without area code and extension (转)."""
    if not value:
        return ""
    message = Text("电话号码不对，例如 0551-62600000 或 13800000000", "Not a telephone number; e.g. 0551-62600000")
    try:
        number = phonenumbers.parse(value.replace("转", " ext. "), "CN")
    except phonenumbers.NumberParseException as error:
        raise FieldError("contact_phone", message) from error
    if not phonenumbers.is_possible_number(number):
        raise FieldError("contact_phone", message)
    return value


def _segments(value: Any) -> list[str]:
    wanted = list(dict.fromkeys(value or ()))
    known = [each.code for each in catalogue.segments()]
    if not set(wanted) <= set(known):
        raise FieldError("segments", Text("请从产业链环节中选择", "Choose among the links of the value chain"))
    return [code for code in known if code in wanted]


def _text(key: str, check: Callable[[str], str] = str, lines: bool = False) -> Callable[[Any], str]:
    """The check of a text column: its length, then its own."""
    column = Organization.__table__.c[key].type
    longest = getattr(column, "length", None) or 5000

    def checked(value: Any) -> str:
        text = str(value or "").strip() if lines else one_line(str(value or ""))
        if len(text) > longest:
            message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": longest}
            raise FieldError(key, message)
        return check(text)

    return checked


# Field of an organization → what makes its stored value of a given one (None reads as empty); raises FieldError.
ORGANIZATION_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text("name", _name),
    "name_en": _text("name_en"),
    "kind": _text("kind", _kind),
    "credit_code": lambda value: checked_credit_code(str(value or "")),
    "region": _text("region", _region),
    "place": _text("place"),
    "place_en": _text("place_en"),
    "about": _text("about", lines=True),
    "about_en": _text("about_en", lines=True),
    "website": _text("website", _website),
    "segments": _segments,
    "contact_name": _text("contact_name"),
    "contact_phone": _text("contact_phone", _phone),
    "contact_email": _text("contact_email", lambda value: normal_email(value, "contact_email") if value else ""),
}
