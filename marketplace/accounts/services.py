"""Commands: register, confirm, change password, address and account, reset a password, agree to the notice."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import links, passwords
from marketplace.accounts.models import Attempt, FormerPassword, User, normal_email, one_line
from marketplace.accounts.queries import user_by_email
from marketplace.accounts.sessions import end_sessions
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.outbox import emit

# The privacy notice that people agree to: the day of its last change of substance (templates/site/privacy.html).
PRIVACY_VERSION = "2026-11-28"


def checked_registration(email: str, name: str, password: str, rules: passwords.Rules) -> str:
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
        rules.check(password, email=address, name=name)
    except FieldError as error:
        errors.append(error)
    if errors:
        raise Invalid(errors)
    return address


def register(address: str, name: str, password_hash: str, language: str) -> None:
    """Take a checked registration. The answer never tells whether the address was known: the mail does.

    An address that nobody has confirmed yet belongs to who registers it last: the links sent before stop working,
    so that nobody can prepare an account for another person's address and wait until its owner confirms it.
    Who registers has agreed to the privacy notice; version and time are kept.
    """
    known = user_by_email(address)
    if known is not None and known.confirmed_at is not None:
        emit("user.registered_again", known)
        return
    user = known or User(email=address)
    user.name, user.password_hash, user.language = one_line(name), password_hash, language
    user.password_at = clock.now()
    if known is None:
        try:
            with db.session.begin_nested():
                db.session.add(user)
        except IntegrityError:  # somebody registered the address in this moment
            return register(address, name, password_hash, language)
    _agree(user)
    ledger.record(user, "register", _self(user), data={"privacy": PRIVACY_VERSION})
    emit("user.registered", user)


def send_confirmation(user: User) -> None:
    """Send a new link to a user who has not confirmed his address."""
    emit("user.registered", user)


def confirm(token: str, secret: str) -> User:
    """Confirm an address; a second time changes nothing.

    Raises:
        Refused: the link does not work any more.
    """
    user, _more = links.CONFIRM.user_of(token, secret)
    lock(user)
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
        ledger.record(user, "confirm", _self(user))
    return user


def agree(user: User) -> None:
    """Agree to the privacy notice as it is now; twice changes nothing."""
    if user.consent_version != PRIVACY_VERSION:
        _agree(user)
        ledger.record(user, "agree", _self(user), data={"privacy": PRIVACY_VERSION})


def _agree(user: User) -> None:
    user.consent_version, user.consent_at = PRIVACY_VERSION, clock.now()


def change_password(user: User, password_hash: str, *, everywhere: bool) -> None:
    """Take a checked new password. Every other session ends; with ``everywhere`` this one too."""
    _take_password(user, password_hash)
    end_sessions(user, but=0 if everywhere else user.session_id)
    ledger.record(user, "change_password", _self(user))
    emit("user.password_changed", user, {"how": "changed"})


def ask_reset(attempt: Attempt, user_id: int | None) -> None:
    """Somebody asked for a link to a new password. The same is written whether the address is known or not."""
    emit("attempt.reset", attempt, {"user": user_id})


def reset_password(token: str, secret: str, password_hash: str) -> User:
    """Take a checked new password by a link from a mail; the link is worth nothing afterwards. Every session ends.

    Raises:
        Refused: the link does not work any more.
    """
    user, _more = links.RESET.user_of(token, secret)
    lock(user)
    links.RESET.user_of(token, secret)  # of two who use it at once, the second finds it dead
    _take_password(user, password_hash)
    end_sessions(user)
    ledger.record(user, "reset_password", _self(user))
    emit("user.password_changed", user, {"how": "reset"})
    return user


def renew_hash(user: User, old: str, new: str) -> None:
    """Keep the same password with the parameters of today, unless it was changed meanwhile."""
    mine = (User.id == user.id) & (User.password_hash == old)
    db.session.execute(sa.update(User).where(mine).values(password_hash=new))


def _take_password(user: User, password_hash: str) -> None:
    db.session.add(FormerPassword(user_id=user.id, password_hash=user.password_hash))
    db.session.flush()
    mine = sa.select(FormerPassword.id).where(FormerPassword.user_id == user.id).order_by(FormerPassword.id.desc())
    older = db.session.scalars(mine.offset(passwords.REMEMBERED - 1)).all()
    db.session.execute(sa.delete(FormerPassword).where(FormerPassword.id.in_(older)))
    user.password_hash, user.password_at = password_hash, clock.now()


def ask_new_address(user: User, address: str) -> None:
    """A user wants another address: a link goes to the new one, a warning to the present one.

    The answer does not tell whether the new address has an account already; its holder is told.
    """
    ledger.record(user, "ask_new_address", _self(user))
    emit("user.new_address", user, {"to": address})


def change_address(token: str, secret: str) -> User:
    """Take the new address that the link confirms; the old one is told. Every session ends.

    Raises:
        Refused: the link does not work any more, or somebody registered the address meanwhile.
    """
    user, more = links.NEW_ADDRESS.user_of(token, secret)
    lock(user)
    links.NEW_ADDRESS.user_of(token, secret)
    old, address = user.email, str(more[0])
    try:
        with db.session.begin_nested():
            user.email = address
            db.session.flush()
    except IntegrityError as error:
        db.session.refresh(user)
        raise Refused(
            Text("一个邮箱只能有一个账号", "An address has one account"),
            Text("这个邮箱已经有账号", "This address has an account already"),
            Text("请换用另一个邮箱", "Use another address"),
        ) from error
    end_sessions(user)
    ledger.record(user, "change_address", _self(user))
    emit("user.address_changed", user, {"to": old})
    return user


def change_account(user: User, name: str, language: str) -> None:
    """Change a user's name and the language of his mails. History keeps what changed, never a name."""
    wanted = {"name": one_line(name), "language": language}
    changed = [key for key, value in wanted.items() if getattr(user, key) != value]
    user.name, user.language = wanted["name"], wanted["language"]
    if changed:
        ledger.record(user, "edit", _self(user), data={"changed": changed})


def make_demo_account(
    email: str, name: str, password: str, *, administrator: str = "", language: str = "zh_CN", cheap: bool = False
) -> User:
    """An account of the demonstration: confirmed and marked; all of one password share its hash."""
    user = User(
        email=normal_email(email), name=name, password_hash=_demo_hash(password, cheap), language=language,
        administrator=administrator, demo=True, confirmed_at=clock.now(),
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    ledger.record(user, "load", SYSTEM)
    return user


@cache
def _demo_hash(password: str, cheap: bool) -> str:
    return passwords.hash_password(password, cheap=cheap)


def _self(user: User) -> Actor:
    return Actor(kind="user", user_id=user.id)
