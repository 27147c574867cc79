"""People, officials and organizations for tests, brought to their state by the commands that bring them there."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pyotp
from flask import current_app
from flask.testing import FlaskClient
from stdnum.cn import uscc

from marketplace.accounts import links, passwords, second_factor, services
from marketplace.accounts.models import User
from marketplace.accounts.queries import user_by_email
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.vault import Vault
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.queries import actor_of
from marketplace.organizations.services import found_organization, take_organization_step
from marketplace.posts.services import give_post

PASSWORD = "a password for tests"
HEFEI, WUHU, PROVINCE = "340100", "340200", "340000"
SECRET = "the secret of the factory's own links"

_numbers = itertools.count(1)
# Address → recovery codes that nobody has used.
_recovery: dict[str, list[str]] = {}


def credit_code(region: str = HEFEI) -> str:
    """A code with a right check digit, another one each time."""
    body = f"91{region}MA{next(_numbers):07d}"
    return str(body + uscc.calc_check_digit(body))


def person(
    email: str = "", *, name: str = "张三", confirmed: bool = True, language: str = "zh_CN", **marks: Any
) -> User:
    """Somebody who registered and, unless told otherwise, confirmed; ``marks`` are columns (administrator, demo)."""
    address = email or f"person{next(_numbers)}@test.example"
    with transaction():
        services.register(address, name, passwords.hash_password(PASSWORD, cheap=True), language)
        user = user_by_email(address)
        assert user is not None
        if confirmed:
            services.confirm(links.CONFIRM.token(user, SECRET), SECRET)
        for key, value in marks.items():
            setattr(user, key, value)
    if marks.get("administrator"):
        guard(user)
    return user


def guard(user: User) -> list[str]:
    """Give somebody a second factor, as officials and administrators must have; his recovery codes.

    ``sign_in`` uses them up one by one: unlike codes of a device they do not depend on the time of the test.
    """
    vault = Vault(current_app.extensions["config"], second_factor.PURPOSE)
    with transaction():
        factor = second_factor.prepare(user, vault)
        code = pyotp.TOTP(vault.decrypt(factor.secret)).at(clock.now())
        codes = second_factor.confirm(user, code, vault)
    _recovery[user.email] = list(codes)
    return codes


def recovery_code(email: str) -> str:
    """One of the codes of somebody's second factor, which works once."""
    return _recovery[email].pop()


def official(
    region: str = HEFEI,
    duties: Iterable[str] = ("verify", "review"),
    department: str = "某市工业和信息化局",
    **given: Any,
) -> User:
    """Somebody with a post."""
    user = person(**given)
    with transaction():
        give_post(user, Text(department, "Industry bureau"), region, duties)
    guard(user)
    return user


def deciding(duty: str) -> Actor:
    """The official of the province who decides where a test does not say who; one of each duty in a database."""
    email = f"{duty}@province.example"
    return actor(user_by_email(email) or official(PROVINCE, (duty,), "省工业和信息化厅", email=email))


def actor(user: User) -> Actor:
    """What the policies see of the user now."""
    return actor_of(user)


def values(**changes: Any) -> dict[str, Any]:
    """What a member writes about a new organization."""
    number = next(_numbers)
    given = {
        "name": f"安徽试验机器人有限公司{number}", "name_en": f"Anhui Test Robotics {number}", "kind": "vendor",
        "credit_code": credit_code(), "region": HEFEI, "contact_name": "李四", "contact_phone": "0551-62600000",
        "about": "做巡检机器人。", "segments": ["whole_machine"],
    }  # fmt: skip
    return {**given, **changes}


def organization(state: str = "verified", owner: User | None = None, **changes: Any) -> Organization:
    """An organization that walked from its founding to ``state``; its owner is made unless given."""
    founder = owner or person()
    with transaction():
        made = found_organization(values(**changes), actor(founder))
    walk(made, state)
    return made


# State → the steps that lead there from the founding.
WAYS = {
    "registered": (),
    "pending": ("submit",),
    "returned": ("submit", "return"),
    "verified": ("submit", "verify"),
    "suspended": ("submit", "verify", "suspend"),
}


def walk(made: Organization, state: str) -> None:
    """Take the steps to ``state``: members submit, an official of the province decides."""
    steps = WAYS[state]
    if not steps:
        return
    official_in_charge = deciding("verify")
    for step in steps:
        with transaction():
            member = db.session.query(Member).filter_by(organization_id=made.id).first()
            assert member is not None
            acting = actor(member.user) if step == "submit" else official_in_charge
            reason = "因为试验" if ORGANIZATION.by_name[step].asks_reason else ""
            take_organization_step(made, step, acting, reason, None)


def join(made: Organization, user: User, role: str = "editor") -> None:
    """Make the user a member."""
    with transaction():
        db.session.add(Member(organization_id=made.id, user_id=user.id, role=role))


def sign_in(client: FlaskClient, user: User | str, password: str = PASSWORD) -> None:
    """Sign the client in as a person would; ``user`` or his address."""
    email = user if isinstance(user, str) else user.email
    answer = client.submit("/account/sign-in", {"email": email, "password": password})  # type: ignore[attr-defined]
    assert answer.status_code == 302, answer.text
    if answer.location.startswith("/account/sign-in/code"):
        answer = client.submit(answer.location, {"code": recovery_code(email)})  # type: ignore[attr-defined]
        assert answer.status_code == 302, answer.text
