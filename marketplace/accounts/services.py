"""Commands: register, confirm, sign in and out, found and change an organization, give a post."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import argon2
from email_validator import EmailNotValidError, validate_email
from itsdangerous import BadSignature, URLSafeTimedSerializer
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from marketplace.accounts.lifecycle import ORGANIZATION
from marketplace.accounts.models import DUTIES, Member, Organization, OrganizationKind, Post, User, UserSession
from marketplace.accounts.queries import token_hash, user_by_email
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.foundation.outbox import emit
from marketplace.reference import regions

SESSION_DAYS = 7
CONFIRM_HOURS = 48
PASSWORD_LEAST = 10
PASSWORD_MOST = 128

# The fields of an organization that its members write. Name and code are fixed once verified.
IDENTITY = ("name", "name_en", "kind", "credit_code", "region", "place", "place_en")
DESCRIPTION = ("about", "about_en", "website", "segments", "contact_name", "contact_phone", "contact_email")


@cache
def hasher(cheap: bool = False) -> argon2.PasswordHasher:
    """argon2id with the library's defaults (RFC 9106, low memory); tests take the cheapest profile."""
    return argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST) if cheap else argon2.PasswordHasher()


def check_password(password: str, email: str) -> None:
    """Length and not the address itself; longer is better, kinds of characters are not asked (NIST SP 800-63B).

    Raises:
        FieldError: on "password".
    """
    if len(password) < PASSWORD_LEAST or len(password) > PASSWORD_MOST:
        raise FieldError("password", Text("密码需要 10 到 128 个字符", "A password has 10 to 128 characters"))
    if password.casefold() in (email.casefold(), email.partition("@")[0].casefold()) or len(set(password)) < 4:
        raise FieldError(
            "password", Text("密码太容易猜到，请换一个", "This password is too easy to guess; choose another one")
        )


def normal_email(email: str) -> str:
    """The address as stored.

    Raises:
        FieldError: on "email", when it is not an address.
    """
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        message = Text("邮箱格式不对，例如 name@example.cn", "Not an e-mail address; write it like name@example.cn")
        raise FieldError("email", message) from error
    return checked.normalized.lower()


def register(email: str, name: str, password: str, language: str, *, cheap: bool = False) -> None:
    """Take a registration. The answer never tells whether the address was known: the mail does.

    Raises:
        FieldError: for a bad address or password.
    """
    address = normal_email(email)
    check_password(password, address)
    known = user_by_email(address)
    if known is not None:
        emit("user.registered_again" if known.confirmed_at else "user.registered", known)
        return
    user = User(email=address, name=name, password_hash=hasher(cheap).hash(password), language=language)
    db.session.add(user)
    db.session.flush()
    ledger.record(user, "register", Actor(kind="user", user_id=user.id))
    emit("user.registered", user)


def confirmation_token(user: User, secret: str) -> str:
    """What the mail's link carries: signed, for 48 hours, for this user and this address."""
    return _signer(secret).dumps([user.id, user.email])


def confirm(token: str, secret: str) -> User:
    """Confirm an address.

    Raises:
        Refused: the link is not ours or is too old.
    """
    refusal = Refused(
        Text("确认链接 48 小时内有效", "A confirmation link works for 48 hours"),
        Text("这个链接已失效或不完整", "This link has expired or is incomplete"),
        Text("请用同一邮箱再注册一次，会收到新的链接", "Register again with the same address to get a new link"),
    )
    try:
        user_id, email = _signer(secret).loads(token, max_age=CONFIRM_HOURS * 3600)
    except BadSignature as error:
        raise refusal from error
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.email != email:
        raise refusal
    if user.confirmed_at is None:
        user.confirmed_at = clock.now()
        ledger.record(user, "confirm", Actor(kind="user", user_id=user.id))
    return user


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="confirm-address")


def password_matches(user: User | None, password: str, *, cheap: bool = False) -> bool:
    """Compare a password. An unknown user costs the same time as a known one."""
    stored = user.password_hash if user else _nobody(cheap)
    try:
        hasher(cheap).verify(stored, password[: PASSWORD_MOST * 4])
    except argon2.exceptions.VerificationError:
        return False
    return user is not None


@cache
def _nobody(cheap: bool) -> str:
    return hasher(cheap).hash(secrets.token_hex(16))


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


def checked_credit_code(code: str) -> str:
    """A unified social credit code in its normal form (GB 32100-2015: check digit, letters, length).

    Raises:
        FieldError: on "credit_code".
    """
    wide = str.maketrans({chr(0xFF01 + i): chr(0x21 + i) for i in range(94)})
    try:
        return str(uscc.validate(code.translate(wide).strip()))
    except ValidationError as error:
        message = Text(
            "统一社会信用代码不对：应为 18 位数字和大写字母，末位是校验码，请照营业执照核对",
            "Not a unified social credit code: 18 digits and capitals with a check digit; compare it with the licence",
        )
        raise FieldError("credit_code", message) from error


def found_organization(values: Mapping[str, Any], actor: Actor) -> Organization:
    """Found an organization with the actor as its owner.

    Raises:
        Invalid: for values that cannot be; a code that is taken leads to its holder.
    """
    organization = Organization(number="", **_checked(values, None))
    organization.number = next_number("O")
    db.session.add(organization)
    db.session.flush()
    db.session.add(Member(organization_id=organization.id, user_id=actor.user_id, role="owner"))
    ledger.record(organization, "found", actor, organization_id=organization.id)
    dirty.note("organization", organization.id)
    return organization


def change_organization(organization: Organization, values: Mapping[str, Any], actor: Actor) -> None:
    """Change what members may write; history keeps the difference.

    Raises:
        Invalid: for values that cannot be, or a new name or code of a verified organization.
    """
    checked = _checked({**_present(organization), **values}, organization)
    changed = {key: value for key, value in checked.items() if getattr(organization, key) != value}
    if organization.state in ("verified", "suspended", "pending") and any(key in IDENTITY for key in changed):
        message = Text("已提交或已核验的单位不能改名称、代码和所在地", "Name, code and place are fixed once submitted")
        raise Invalid([FieldError(next(key for key in changed if key in IDENTITY), message)])
    if not changed:
        return
    before = {key: getattr(organization, key) for key in changed}
    for key, value in changed.items():
        setattr(organization, key, value)
    db.session.flush()
    private = ("contact_name", "contact_phone", "contact_email")
    data = {key: ["…", "…"] if key in private else [before[key], value] for key, value in changed.items()}
    ledger.record(organization, "edit", actor, organization_id=organization.id, data={"changed": data})
    dirty.note("organization", organization.id)


def take_organization_step(organization: Organization, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Take a step of the organization's life; an official acts in the post that gives him the right."""
    post = actor.post_for("verify", organization.region) if not actor.belongs_to(organization.id) else None
    own = organization.id if actor.belongs_to(organization.id) else None
    move(ORGANIZATION, organization, name, actor, reason, post=post, organization_id=own, seen=seen)
    if name == "submit":
        organization.submitted_at = clock.now()
    if name == "verify":
        organization.verified_at = clock.now()
    dirty.note("organization", organization.id)


def give_post(user: User, department: Text, region: str, duties: Iterable[str], actor: Actor = SYSTEM) -> Post:
    """Make a user an official.

    Raises:
        FieldError: on "region" or "duties".
    """
    wanted = list(dict.fromkeys(duties))
    unknown = [duty for duty in wanted if duty not in DUTIES]
    if unknown or not wanted:
        raise FieldError("duties", _duties_message())
    if region != "340000" and (regions.region(region) is None or not region.endswith("00")):
        raise FieldError("region", Text("请写省或市的代码，例如 340100", "Give the code of the province or a city, e.g. 340100"))
    post = Post(user_id=user.id, department=department.zh, department_en=department.en, region=region, duties=wanted)
    db.session.add(post)
    db.session.flush()
    ledger.record(post, "grant", actor, data={"user": user.id, "region": region, "duties": wanted})
    return post


def _duties_message() -> Text:
    names = ", ".join(DUTIES)
    return Text(f"职责只能取自：{names}", f"Duties are taken from: {names}")


def _present(organization: Organization) -> dict[str, Any]:
    return {key: getattr(organization, key) for key in (*IDENTITY, *DESCRIPTION)}


def _checked(values: Mapping[str, Any], organization: Organization | None) -> dict[str, Any]:
    errors: list[FieldError] = []
    checked = {key: values[key] for key in (*IDENTITY, *DESCRIPTION) if key in values}
    if not str(checked.get("name", "")).strip():
        errors.append(FieldError("name", Text("请填写单位全称", "Give the full name of the organization")))
    if checked.get("kind") not in set(OrganizationKind):
        errors.append(FieldError("kind", Text("请选择单位类型", "Choose the kind of organization")))
    if checked.get("region") and regions.region(checked["region"]) is None:
        errors.append(FieldError("region", Text("请选择所在市或县（区）", "Choose the city or county")))
    try:
        checked["credit_code"] = checked_credit_code(str(checked.get("credit_code", "")))
        _refuse_taken(checked["credit_code"], organization)
    except FieldError as error:
        errors.append(error)
    if errors:
        raise Invalid(errors)
    return checked


def _refuse_taken(code: str, organization: Organization | None) -> None:
    holder = db.session.query(Organization).filter_by(credit_code=code).one_or_none()
    if holder is not None and (organization is None or holder.id != organization.id):
        message = Text(
            "这个信用代码已有单位登记，请向该单位的所有者申请加入",
            "An organization with this code is registered; ask its owner to let you join",
        )
        raise FieldError("credit_code", message)
