"""Commands: register, confirm, sign in and out, found, load and change an organization, give a post."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import argon2
import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.lifecycle import ORGANIZATION
from marketplace.accounts.models import (
    DUTIES,
    ORGANIZATION_CHECKS,
    Member,
    Organization,
    Post,
    User,
    UserSession,
    normal_email,
    one_line,
)
from marketplace.accounts.policy import IDENTITY_OPEN_STATES
from marketplace.accounts.queries import holder_of_code, is_below, organization_named, token_hash, user_by_email
from marketplace.core import clock
from marketplace.core.actor import PROVINCE, SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import keep_clear_of, next_numbers
from marketplace.foundation.outbox import emit
from marketplace.reference import regions

SESSION_DAYS = 7
CONFIRM_HOURS = 48
# Longer input is not hashed to its end: nobody has such a password.
PASSWORD_CUT = 512

# The fields of an organization that its members write. The identity is fixed once it is submitted.
IDENTITY = ("name", "name_en", "kind", "credit_code", "region", "place", "place_en")
PRIVATE = ("contact_name", "contact_phone", "contact_email")
DESCRIPTION = ("about", "about_en", "website", "segments", "parent_id", *PRIVATE)


# ---- people ---------------------------------------------------------------------------------------------------------


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
    email: str, name: str, password: str, *, administrator: bool = False, language: str = "zh_CN", cheap: bool = False
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


def give_post(user: User, department: Text, region: str, duties: Iterable[str], actor: Actor = SYSTEM) -> Post:
    """Make a user an official.

    Raises:
        FieldError: on "region" or "duties".
    """
    wanted = list(dict.fromkeys(duties))
    unknown = [duty for duty in wanted if duty not in DUTIES]
    if unknown or not wanted:
        raise FieldError("duties", _duties_message())
    if region != PROVINCE and (not region or regions.city_of(region) != region):
        raise FieldError(
            "region", Text("请写省或市的代码，例如 340100", "Give the province's or a city's code, e.g. 340100")
        )
    post = Post(user_id=user.id, department=department.zh, department_en=department.en, region=region, duties=wanted)
    db.session.add(post)
    db.session.flush()
    ledger.record(post, "grant", actor, data={"user": user.id, "region": region, "duties": wanted})
    return post


def _duties_message() -> Text:
    names = ", ".join(DUTIES)
    return Text(f"职责只能取自：{names}", f"Duties are taken from: {names}")


# ---- organizations --------------------------------------------------------------------------------------------------


def found_organization(values: Mapping[str, Any], actor: Actor) -> Organization:
    """Found an organization with the actor as its owner; fields that are not given stay empty.

    Raises:
        Invalid: for values that cannot be; a code that is taken leads to its holder.
    """
    checked = _checked(values, None)
    organization = Organization(number=next_numbers("O", 1)[0], **checked)
    try:
        with db.session.begin_nested():
            db.session.add(organization)
    except IntegrityError as error:  # somebody founded it in this moment
        raise Invalid([_taken()]) from error
    db.session.add(Member(organization_id=organization.id, user_id=actor.user_id, role="owner"))
    ledger.record(organization, "found", actor, organization_id=organization.id)
    dirty.note("organization", organization.id)
    return organization


def load_organization(
    *, number: str = "", compiled: bool = True, demo: bool = False,
    sources: Sequence[str] = (), marks: Sequence[str] = (), actor: Actor = SYSTEM, **values: Any,
) -> Organization:  # fmt: skip
    """Enter an organization that has no members yet as verified: the sample and the importer.

    Args:
        number: the one it had in an earlier export; a new one is given when it is empty.
        compiled: its page says that it comes from public material.

    Raises:
        Invalid: as ``found_organization``.
    """
    checked = _checked(values, None, loaded=True)
    if number:
        keep_clear_of(number)
    organization = Organization(
        number=number or next_numbers("O", 1)[0], compiled=compiled, demo=demo, sources=list(sources),
        marks=list(marks), verified_at=clock.now(), **checked,
    )  # fmt: skip
    db.session.add(organization)
    db.session.flush()
    move(ORGANIZATION, organization, "load", SYSTEM, data={"by": actor.user_id})
    dirty.note("organization", organization.id)
    return organization


def reload_organization(organization: Organization, values: Mapping[str, Any], actor: Actor = SYSTEM) -> bool:
    """Replace values of a loaded organization (fields of IDENTITY and DESCRIPTION, "sources", "marks").

    Returns False when nothing differs.

    Raises:
        Invalid: for values that cannot be.
        Conflict: it has members, who write their own.
    """
    if db.session.scalar(sa.select(Member.id).where(Member.organization_id == organization.id).limit(1)):
        message = Text("%(number)s 已有成员，由成员自己修改", "%(number)s has members, who change it themselves")
        raise Conflict(message % {"number": organization.number}, ledger.latest(organization))
    lists = {key: list(values[key]) for key in ("sources", "marks") if key in values}
    checked = _checked({**_present(organization), **values}, organization, loaded=True)
    return _write(organization, checked | lists, "reload", actor)


def change_organization(
    organization: Organization, values: Mapping[str, Any], actor: Actor, seen: int | None = None
) -> None:
    """Change what members may write; history keeps the difference.

    Raises:
        Invalid: for values that cannot be, or a changed identity once it was submitted.
        Conflict: it is newer than the version ``seen``.
    """
    lock(organization)
    if seen is not None and seen != organization.version:
        raise Conflict(Text("单位信息刚刚被别人改过", "Somebody has just changed this"), ledger.latest(organization))
    checked = _checked({**_present(organization), **values}, organization)
    fixed = [key for key in IDENTITY if getattr(organization, key) != checked[key]]
    if fixed and organization.state not in IDENTITY_OPEN_STATES:
        message = Text("已提交或已核验的单位不能改名称、代码和所在地", "Name, code and place are fixed once submitted")
        raise Invalid([FieldError(fixed[0], message)])
    _write(organization, checked, "edit", actor)


def take_organization_step(organization: Organization, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Take a step of the organization's life; an official acts in the post that gives him the right."""
    post = actor.post_for("verify", organization.region) if not actor.belongs_to(organization.id) else None
    own = organization.id if actor.belongs_to(organization.id) else None
    move(ORGANIZATION, organization, name, actor, reason, post=post, organization_id=own, seen=seen)
    if name == "submit":
        organization.submitted_at = clock.now()
    if name == "verify":
        organization.verified_at = clock.now()
    db.session.flush()
    dirty.note("organization", organization.id)


def parent_named(text: str, actor: Actor) -> int | None:
    """The key of the parent that a form names by its number or credit code; None for an empty text.

    Raises:
        FieldError: on "parent".
    """
    if not text.strip():
        return None
    found = organization_named(text, actor)
    if found is None:
        raise FieldError("parent", Text("没有这个编号或信用代码的单位", "No organization has this number or code"))
    return found.id


def _write(organization: Organization, wanted: Mapping[str, Any], action: str, actor: Actor) -> bool:
    changed = {key: value for key, value in wanted.items() if getattr(organization, key) != value}
    if not changed:
        return False
    data = {key: ["…", "…"] if key in PRIVATE else [getattr(organization, key), changed[key]] for key in changed}
    for key, value in changed.items():
        setattr(organization, key, value)
    db.session.flush()
    own = organization.id if actor.belongs_to(organization.id) else None
    ledger.record(organization, action, actor, organization_id=own, data={"changed": data})
    dirty.note("organization", organization.id)
    return True


def _present(organization: Organization) -> dict[str, Any]:
    return {key: getattr(organization, key) for key in (*IDENTITY, *DESCRIPTION)}


def _checked(values: Mapping[str, Any], organization: Organization | None, *, loaded: bool = False) -> dict[str, Any]:
    """Stored values of given ones. Public material does not always say where an organization is (``loaded``)."""
    errors: list[FieldError] = []
    checked: dict[str, Any] = {"parent_id": values.get("parent_id")}
    for key, check in ORGANIZATION_CHECKS.items():
        try:
            checked[key] = check(values.get(key))
        except FieldError as error:
            errors.append(error)
    if checked.get("region") == "" and not checked.get("place") and not loaded:
        errors.append(FieldError("place", Text("安徽省外的单位请写所在省市", "Give the place of one outside Anhui")))
    holder = holder_of_code(checked.get("credit_code", ""))
    if holder is not None and (organization is None or holder.id != organization.id):
        errors.append(_taken())
    if organization is not None and is_below(checked["parent_id"], organization):
        errors.append(FieldError("parent", Text("上级单位不能是自己或自己的下级", "It cannot be its own parent")))
    if errors:
        raise Invalid(errors)
    return checked


def _taken() -> FieldError:
    message = Text(
        "这个信用代码已有单位登记，请向该单位的所有者申请加入",
        "An organization with this code is registered; ask its owner to let you join",
    )
    return FieldError("credit_code", message)
