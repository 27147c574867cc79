"""Selects of people, their sessions and passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import FormerPassword, User, UserSession
from marketplace.core import clock
from marketplace.foundation.db import db

# A session that is in use is noted once in this time, so that reading pages does not write.
NOTED_EVERY = timedelta(minutes=1)


def token_hash(token: str) -> str:
    """What the table keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_session(token: str) -> User | None:
    """The user signed in with this token, or None when the session has ended."""
    found = db.session.scalar(
        sa.select(UserSession)
        .where(UserSession.token_hash == token_hash(token), alive())
        .options(joinedload(UserSession.user))
    )
    if found is None or not found.user.is_active:
        return None
    found.user.session_token, found.user.session_id = token, found.id
    found.user.session_due = clock.now() - found.seen_at >= NOTED_EVERY
    return found.user


def alive() -> sa.ColumnElement[bool]:
    """Sessions that have neither ended nor run out, nor idled too long."""
    now = clock.now()
    return UserSession.ended_at.is_(None) & (UserSession.ends_at > now) & (UserSession.idle_at > now)


def former_hashes(user: User) -> list[str]:
    """The hashes of a user's last passwords, the present one first."""
    select = sa.select(FormerPassword.password_hash).where(FormerPassword.user_id == user.id)
    return [user.password_hash, *db.session.scalars(select.order_by(FormerPassword.id.desc()))]


def user_by_email(email: str) -> User | None:
    """The user of an address, however it is written in upper or lower case."""
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))


def demo_users() -> Sequence[User]:
    """The accounts of the demonstration, for its sign-in page."""
    return db.session.scalars(sa.select(User).where(User.demo, can_sign_in()).order_by(User.id)).all()


def can_sign_in() -> sa.ColumnElement[bool]:
    """``User.is_active`` as a condition on the table."""
    return sa.and_(User.confirmed_at.is_not(None), User.disabled_at.is_(None))


def people(ids: Sequence[int]) -> dict[int, User]:
    """Users by key, for naming who acted."""
    return {user.id: user for user in db.session.scalars(sa.select(User).where(User.id.in_(ids)))}
