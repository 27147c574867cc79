"""Commands: register, confirm, sign in and out, change an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import cache

import argon2
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import User, UserSession, normal_email, one_line
from marketplace.accounts.queries import token_hash, user_by_email
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.outbox import emit

SESSION_DAYS = 7


CONFIRM_HOURS = 48


# Longer input is not hashed to its end: nobody has such a password.
PASSWORD_CUT = 512


@cache
def hasher(cheap: bool = False) -> argon2.PasswordHasher:
    """argon2id with the library's defaults (RFC 9106, low memory); tests take the cheapest profile."""
    return argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST) if cheap else argon2.PasswordHasher()


def hash_password(password: str, *, cheap: bool = False) -> str:
    """The password as stored. Slow by design: call it before the transaction begins."""
    return hasher(cheap).hash(password)


def register(address: str, name: str, password_hash: str, language: str) -> None:
    """Take a checked registration. The answer never tells whether the address was known: the mail does.

    An address that nobody has confirmed yet belongs to who registers it last: the links sent before stop working,
    so that nobody can prepare an account for another person's address and wait until its owner confirms it.
    """
    known = user_by_email(address)
    if known is not None and known.confirmed_at is not None:
        emit("user.registered_again", known)
        return
    user = known or User(email=address)
    user.name, user.password_hash, user.language = one_line(name), password_hash, language
    if known is None:
        try:
            with db.session.begin_nested():
                db.session.add(user)
        except IntegrityError:  # somebody registered the address in this moment
            return register(address, name, password_hash, language)
    ledger.record(user, "register", Actor(kind="user", user_id=user.id))
    emit("user.registered", user)


def send_confirmation(user: User) -> None:
    """Send a new link to a user who has not confirmed his address."""
    emit("user.registered", user)


def confirmation_token(user: User, secret: str) -> str:
    """What the mail's link carries: signed, for 48 hours, for this registration of this address."""
    return _signer(secret).dumps([user.id, _registration(user)])


def user_of_confirmation(token: str, secret: str) -> User:
    """Whose address the link confirms.

    Raises:
        Refused: the link is not ours, is too old, or belongs to an earlier registration.
    """
    try:
        user_id, registration = _signer(secret).loads(token, max_age=CONFIRM_HOURS * 3600)
    except BadSignature as error:
        raise _dead_link() from error
    user = db.session.get(User, user_id)
    if user is None or registration != _registration(user):
        raise _dead_link()
    return user


def confirm(token: str, secret: str) -> User:
    """Confirm an address; a second time changes nothing.

    Raises:
        Refused: as ``user_of_confirmation``.
    """
    user = user_of_confirmation(token, secret)
    lock(user)
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
        ledger.record(user, "confirm", Actor(kind="user", user_id=user.id))
    return user


def _dead_link() -> Refused:
    return Refused(
        Text("确认链接 48 小时内有效，以最新一封邮件为准", "A link works for 48 hours; only the newest one counts"),
        Text("这个链接已失效或不完整", "This link has expired or is incomplete"),
        Text("请用同一邮箱再注册一次，会收到新的链接", "Register again with the same address to get a new link"),
    )


def _registration(user: User) -> str:
    """A fingerprint of address and password hash (which is salted): another one for each registration."""
    return hashlib.sha256(f"{user.email}\n{user.password_hash}".encode()).hexdigest()[:16]


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="confirm-address")


def password_matches(user: User | None, password: str, *, cheap: bool = False) -> bool:
    """Compare a password. An unknown user costs the same time as a known one."""
    stored = user.password_hash if user else _nobody(cheap)
    try:
        hasher(cheap).verify(stored, password[:PASSWORD_CUT])
    except argon2.exceptions.VerificationError:
        return False
    return user is not None


@cache
def _nobody(cheap: bool) -> str:
    return hash_password(secrets.token_hex(16), cheap=cheap)


def open_session(user: User, address: str, agent: str) -> str:
    """Begin a session and return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            user_id=user.id,
            token_hash=token_hash(token),
            ends_at=clock.now() + timedelta(days=SESSION_DAYS),
            address=address[:64],
            agent=agent[:300],
        )
    )
    ledger.record(user, "sign_in", Actor(kind="user", user_id=user.id))
    user.session_token = token
    return token


def end_session(user: User) -> None:
    """End the session that the user is signed in with."""
    for found in db.session.query(UserSession).filter_by(token_hash=token_hash(user.session_token), ended_at=None):
        found.ended_at = clock.now()
    ledger.record(user, "sign_out", Actor(kind="user", user_id=user.id))


def change_account(user: User, name: str, language: str) -> None:
    """Change a user's name and the language of his mails. History keeps what changed, never a name."""
    wanted = {"name": one_line(name), "language": language}
    changed = [key for key, value in wanted.items() if getattr(user, key) != value]
    user.name, user.language = wanted["name"], wanted["language"]
    if changed:
        ledger.record(user, "edit", Actor(kind="user", user_id=user.id), data={"changed": changed})


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
    return hash_password(password, cheap=cheap)
