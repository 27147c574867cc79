"""What a form has begun: sent again, it leads there and begins nothing else. History is the memory."""

from __future__ import annotations

import hashlib
import re
import secrets

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry

KEY = re.compile(r"[A-Za-z0-9_-]{22}")
# Under this name the entry that something was begun keeps the key of its form.
NOTED = "form"


def new_key() -> str:
    """The name of a form that is about to be shown: 128 random bits."""
    return secrets.token_urlsafe(16)


def noted(key: str) -> dict[str, str]:
    """What the entry keeps that something was begun with this form; nothing without a name."""
    return {NOTED: key} if key else {}


def is_key(text: str) -> bool:
    """Whether a text can be such a name."""
    return KEY.fullmatch(text) is not None


def begun_with(key: str, actor: Actor, subject_type: str) -> int | None:
    """Which subject the actor has begun with this form; None for none, without a name, and for somebody else's form.

    Who sends the same form meanwhile waits until this transaction has ended. On SQLite whoever writes is alone anyway.
    """
    if not is_key(key):
        return None
    if db.engine.dialect.name == "postgresql":
        place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(place)))
    found: int | None = db.session.scalar(
        sa.select(LedgerEntry.subject_id)
        .where(
            LedgerEntry.actor_id == actor.user_id,
            LedgerEntry.subject_type == subject_type,
            LedgerEntry.data[NOTED].as_string() == key,
        )
        .order_by(LedgerEntry.id)
        .limit(1)
    )
    return found
