"""Topic → who is told what: addresses, confirmations, and what happened to an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marketplace.accounts import links
from marketplace.accounts.models import User
from marketplace.accounts.queries import user_by_email
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.letters import SECURITY, Letter, LetterGroup, Link
from marketplace.foundation.outbox import Message


def registered(message: Message, config: Config) -> Iterator[Letter]:
    """The link that confirms an address; nothing when that has happened meanwhile."""
    user = db.session.get_one(User, message.subject_id)
    if user.confirmed_at is None:
        link = f"{config.base_url}/account/confirm/{links.CONFIRM.token(user, config.secret_key)}"
        yield letter(user, "accounts/confirm", link=link, hours=links.CONFIRM_HOURS)


def registered_again(message: Message, config: Config) -> Iterator[Letter]:
    """Somebody registered with the address of a user: he alone is told."""
    user = db.session.get_one(User, message.subject_id)
    if user.disabled_at is None:
        yield letter(user, "accounts/registered_again", SECURITY, link=f"{config.base_url}/account/sign-in")


def reset(message: Message, config: Config) -> Iterator[Letter]:
    """The link to a new password, if the address is that of a user; who never confirmed it gets that link first."""
    user = db.session.get(User, message.payload["user"]) if message.payload["user"] else None
    if user is None or user.disabled_at is not None:
        return
    if user.confirmed_at is None:
        link = f"{config.base_url}/account/confirm/{links.CONFIRM.token(user, config.secret_key)}"
        yield letter(user, "accounts/confirm", link=link, hours=links.CONFIRM_HOURS)
        return
    link = f"{config.base_url}/account/reset/{links.RESET.token(user, config.secret_key)}"
    yield letter(user, "accounts/reset", link=link, minutes=links.RESET_MINUTES)


def password_changed(message: Message, config: Config) -> Iterator[Letter]:
    """The owner is told that his password was changed or reset."""
    yield from _happened(message, config, "accounts/password_changed", how=message.payload["how"])


def second_factor(message: Message, config: Config) -> Iterator[Letter]:
    """The owner is told what happened to his second factor."""
    yield from _happened(message, config, "accounts/second_factor", what=message.payload["what"])


def new_address(message: Message, config: Config) -> Iterator[Letter]:
    """The link goes to the new address, a warning to the present one; who holds the new one already is told that."""
    user = db.session.get_one(User, message.subject_id)
    address, holder = message.payload["to"], user_by_email(message.payload["to"])
    yield from _happened(message, config, "accounts/address_asked")
    if holder is not None:
        yield letter(holder, "accounts/address_taken", SECURITY)
        return
    link = f"{config.base_url}/account/address/{links.NEW_ADDRESS.token(user, config.secret_key, address)}"
    context = {"name": user.name, "link": link, "hours": links.ADDRESS_HOURS}
    yield Letter(address, user.language, "accounts/new_address.txt", context)


def address_changed(message: Message, config: Config) -> Iterator[Letter]:
    """The old address is told that it is no longer the one."""
    user = db.session.get_one(User, message.subject_id)
    yield Letter(message.payload["to"], user.language, "accounts/address_changed.txt", {"name": user.name})


def left(message: Message, config: Config) -> Iterator[Letter]:
    """A last letter: the account is deleted. Its address is forgotten afterwards."""
    given = message.payload
    if given:
        yield Letter(given["to"], given["language"], "accounts/left.txt", {"name": given["name"]})


def _happened(message: Message, config: Config, template: str, **context: Any) -> Iterator[Letter]:
    """What is told to the owner, in his inbox too."""
    user = db.session.get_one(User, message.subject_id)
    if user.disabled_at is None:
        link = f"{config.base_url}/account/security"
        forgotten = Link(f"{config.base_url}/account/forgotten")
        yield letter(user, template, SECURITY, link=link, forgotten=forgotten, **context)


def letter(user: User, template: str, group: LetterGroup | None = None, **context: Any) -> Letter:
    """A letter to a user; ``template`` lies below templates/mail/, without its ending. A token goes without group."""
    return Letter(user.email, user.language, f"{template}.txt", {"name": user.name, **context}, group)
