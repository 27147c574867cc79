"""Topic → who is told what: addresses and confirmations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.services import CONFIRM_HOURS, confirmation_token
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.letters import SECURITY, Letter, LetterGroup
from marketplace.foundation.outbox import Message


def registered(message: Message, config: Config) -> Iterator[Letter]:
    """The link that confirms an address; nothing when that has happened meanwhile."""
    user = db.session.get_one(User, message.subject_id)
    if user.confirmed_at is None:
        link = f"{config.base_url}/account/confirm/{confirmation_token(user, config.secret_key)}"
        yield letter(user, "accounts/confirm", link=link, hours=CONFIRM_HOURS)


def registered_again(message: Message, config: Config) -> Iterator[Letter]:
    """Somebody registered with the address of a user: he alone is told."""
    user = db.session.get_one(User, message.subject_id)
    if user.disabled_at is None:
        yield letter(user, "accounts/registered_again", SECURITY, link=f"{config.base_url}/account/sign-in")


def letter(user: User, template: str, group: LetterGroup | None = None, **context: Any) -> Letter:
    """A letter to a user; ``template`` lies below templates/mail/, without its ending. A token goes without group."""
    return Letter(user.email, user.language, f"{template}.txt", {"name": user.name, **context}, group)
