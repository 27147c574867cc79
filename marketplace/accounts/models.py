"""Tables of people and their sessions, and what their values can be."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation.db import Base

PASSWORD_LEAST = 10


PASSWORD_MOST = 128


# The kinds of administrator, kept apart (三员分立): who runs the site, who grants rights, who looks at what both do.
ADMINISTRATIONS: dict[str, Text] = {
    "system": Text("系统管理员", "System administrator"),
    "security": Text("安全管理员", "Security administrator"),
    "audit": Text("审计管理员", "Audit administrator"),
}


class User(Base, UserMixin):
    """A person. The address is stored in lower case; the password as an argon2id hash."""

    __tablename__ = "user_account"
    # One column for the kind: nobody can hold two.
    __table_args__ = (sa.CheckConstraint("administrator IN ('','system','security','audit')", name="administrator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(60))
    language: Mapped[str] = mapped_column(sa.String(8), default="zh_CN")
    administrator: Mapped[str] = mapped_column(sa.String(8), default="")
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

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


def one_line(text: str) -> str:
    """Text of one line: every run of blanks and line ends is one space."""
    return " ".join(text.split())


def check_password(password: str, email: str) -> None:
    """Length and not the address itself; longer is better, kinds of characters are not asked (NIST SP 800-63B).

    Raises:
        FieldError: on "password".
    """
    if len(password) < PASSWORD_LEAST or len(password) > PASSWORD_MOST:
        raise FieldError("password", Text("密码需要 10 到 128 个字符", "A password has 10 to 128 characters"))
    if password.casefold() in (email.casefold(), email.partition("@")[0].casefold()) or len(set(password)) < 4:
        raise FieldError(
            "password", Text("密码太容易猜到，请换一个", "This password is too easy to guess; choose another one")
        )


def normal_email(email: str, field: str = "email") -> str:
    """The address as stored.

    Raises:
        FieldError: on ``field``, when it is not an address.
    """
    message = Text("邮箱格式不对，例如 name@example.cn", "Not an e-mail address; write it like name@example.cn")
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise FieldError(field, message) from error
    return checked.normalized.lower()


def checked_registration(email: str, password: str) -> str:
    """Check a registration before anything slow happens; returns the address as stored.

    Raises:
        Invalid: naming "email" and "password".
    """
    errors: list[FieldError] = []
    address = email
    try:
        address = normal_email(email)
    except FieldError as error:
        errors.append(error)
    try:
        check_password(password, address)
    except FieldError as error:
        errors.append(error)
    if errors:
        raise Invalid(errors)
    return address
