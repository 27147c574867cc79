"""Tables of people, their sessions, second factors and attempts, and what their values can be."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.core.text import one_line as one_line
from marketplace.foundation.db import Base, BigId

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
    password_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Since when a second factor is asked for at sign-in; None: it is not.
    second_factor_at: Mapped[datetime | None]
    # Which version of the privacy notice was agreed to, and when; "" for accounts older than the question.
    consent_version: Mapped[str] = mapped_column(sa.String(16), default="")
    consent_at: Mapped[datetime | None]
    # When the account was deleted: name and address are made-up ones since then.
    deleted_at: Mapped[datetime | None]

    # The token of the session this object was loaded for; what Flask-Login keeps in the cookie instead of a key.
    session_token: str = ""
    session_id: int = 0
    # Whether it is time to note that this session is in use.
    session_due: bool = False

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
    # It ends earlier when nothing is asked for: moved on with every use (at most once a minute).
    idle_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    agent: Mapped[str] = mapped_column(sa.String(300), default="")

    user: Mapped[User] = relationship()


class Attempt(Base):
    """One try at something that can be guessed or overused: what the throttle counts, and the record of it.

    An address is kept as a keyed digest, because people type passwords into the wrong field.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        sa.Index("ix_attempt_who", "kind", "who", "id"),
        sa.Index("ix_attempt_network", "kind", "network", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    outcome: Mapped[str] = mapped_column(sa.String(8))
    who: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    # The address asked from; ``network`` is what is counted: the same, of IPv6 the first 64 bits.
    address: Mapped[str] = mapped_column(sa.String(64))
    network: Mapped[str] = mapped_column(sa.String(64))

    @property
    def subject_type(self) -> str:
        return "attempt"


class FormerPassword(Base):
    """The hash of a password that was changed: the last ones cannot be taken again."""

    __tablename__ = "former_password"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[datetime] = mapped_column(default=clock.now)


class SecondFactor(Base):
    """The secret that a person's device shares with the site (TOTP, RFC 6238), encrypted.

    One that is not confirmed yet is only being set up, beside the one in force.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    secret: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    # The 30-second step of the code taken last: neither that one nor an earlier one counts again.
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class RecoveryCode(Base):
    """A code that replaces the device once, as a keyed digest."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None]


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
