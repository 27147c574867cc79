"""Selects of people and their sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User, UserSession
from marketplace.core import clock
from marketplace.foundation.db import db


def token_hash(token: str) -> str:
    """What the table keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_session(token: str) -> User | None:
    """The user signed in with this token, or None when the session has ended."""
    found = db.session.scalar(
        sa.select(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .where(UserSession.ends_at > clock.now())
        .options(joinedload(UserSession.user))
    )
    if found is None or not found.user.is_active:
        return None
    found.user.session_token = token
    return found.user


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
