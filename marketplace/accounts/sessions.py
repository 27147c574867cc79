"""Sessions: opened at sign-in, noted at most once a minute, ended by time, their owner or a change of password."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.accounts import figures
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.queries import alive, token_hash
from marketplace.accounts.throttle import Origin
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.settings import queries as settings


def open_session(user: User, origin: Origin, *, strict: bool = False, by: str = "password") -> str:
    """Begin a session and return the token for the cookie.

    ``strict``: with the shorter times of officials, experts and administrators. ``by``: what showed who it is
    ("password", "code", "recovery"), for history.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    idle, longest = _times(strict)
    opened = UserSession(
        user_id=user.id, token_hash=token_hash(token), created_at=now, seen_at=now, idle_at=now + idle,
        ends_at=now + longest, address=origin.address[:64], agent=origin.agent[:300],
    )  # fmt: skip
    db.session.add(opened)
    db.session.flush()
    ledger.record(user, "sign_in", _self(user), data={"by": by, "session": opened.id})
    user.session_token, user.session_id = token, opened.id
    return token


def note_use(session_id: int, *, strict: bool) -> None:
    """A session is in use: its idle time begins anew, with the figures and for the kind of account of this moment."""
    now = clock.now()
    idle, longest = _times(strict)
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(seen_at=now, idle_at=now + idle)
    )
    # A shorter limit set meanwhile, or a post given to its owner, counts for running sessions too.
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.created_at <= now - longest, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def sessions_of(user: User) -> Sequence[UserSession]:
    """The running sessions of a user, the one used last before."""
    select = sa.select(UserSession).where(UserSession.user_id == user.id, alive())
    return db.session.scalars(select.order_by(UserSession.seen_at.desc(), UserSession.id.desc())).all()


def end_session(user: User) -> None:
    """End the session that the user is signed in with."""
    _end(UserSession.token_hash == token_hash(user.session_token))
    ledger.record(user, "sign_out", _self(user))


def revoke_session(user: User, session_id: int) -> None:
    """End one session of a user, wherever it runs.

    Raises:
        NotFound: it is not his, or has ended.
    """
    if not _end((UserSession.user_id == user.id) & (UserSession.id == session_id)):
        raise NotFound
    ledger.record(user, "session_ended", _self(user), data={"session": session_id})


def revoke_others(user: User) -> int:
    """End every session of a user but this one; how many there were."""
    ended = end_sessions(user, but=user.session_id)
    ledger.record(user, "sessions_ended", _self(user), data={"count": ended})
    return ended


def end_sessions(user: User, *, but: int = 0) -> int:
    """End every session of a user except the one with the key ``but``; how many there were."""
    return _end((UserSession.user_id == user.id) & (UserSession.id != but))


def forget_old(before: datetime) -> None:
    """Delete sessions that ended before an instant."""
    over = (UserSession.ends_at < before) | (UserSession.ended_at < before)
    db.session.execute(sa.delete(UserSession).where(over))


def _end(which: sa.ColumnElement[bool]) -> int:
    running = db.session.scalars(sa.select(UserSession.id).where(which, alive())).all()
    ending = sa.update(UserSession).where(UserSession.id.in_(running)).values(ended_at=clock.now())
    db.session.execute(ending)
    return len(running)


def _times(strict: bool) -> tuple[timedelta, timedelta]:
    """How long a session may idle, and how long it may last."""
    idle = figures.IDLE_MINUTES_STRICT if strict else figures.IDLE_MINUTES
    longest = figures.SESSION_HOURS_STRICT if strict else figures.SESSION_HOURS
    given = settings.values((idle, longest))
    return timedelta(minutes=given[idle.key]), timedelta(hours=given[longest.key])


def _self(user: User) -> Actor:
    return Actor(kind="user", user_id=user.id)
