"""What pages of people ask of a request: where it comes from, the keys, who it is, and his password once more."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField

from marketplace.accounts import passwords, second_factor, throttle
from marketplace.accounts.models import User
from marketplace.accounts.throttle import Origin, Tried
from marketplace.config import Config
from marketplace.core.actor import Actor
from marketplace.core.errors import TooMany
from marketplace.foundation.db import transaction
from marketplace.foundation.vault import Vault
from marketplace.web.forms import form_page
from marketplace.web.languages import gettext as _
from marketplace.web.languages import ngettext
from marketplace.web.plate import held_strictly


def config() -> Config:
    """The settings of this installation."""
    found: Config = current_app.extensions["config"]
    return found


def cheap() -> bool:
    """Whether passwords are hashed in the cheapest way (tests only)."""
    return config().testing


def me() -> User:
    """Who is signed in."""
    user: User = current_user._get_current_object()
    return user


def origin() -> Origin:
    """Where the request comes from."""
    return Origin(request.remote_addr or "", request.user_agent.string)


def vault() -> Vault:
    """The keys of second factors."""
    return Vault(config(), second_factor.PURPOSE)


def digest(address: str) -> str:
    """What attempts keep of an address, however it is written."""
    return Vault(config(), "attempt").digest(address.strip().casefold())


def is_strict(user: User) -> bool:
    """Whether a user is an official, an expert or an administrator, who has shorter sessions and a second factor."""
    actor: Actor = current_app.extensions["actor_of"](user)
    return held_strictly(actor)


def tried(kind: str, address: str, user_id: int | None = None) -> Tried:
    """Record an attempt, committed before anything is compared."""
    who = digest(address)
    with transaction():
        return throttle.try_once(kind, who, origin(), user_id)


def passed(attempt: Tried) -> None:
    """It was right."""
    with transaction():
        throttle.passed(attempt.attempt)


def wrong(attempt: Tried, message: str) -> tuple[str, TooMany | None]:
    """What to say of a wrong attempt, and the refusal when it was one too many."""
    if attempt.left == 0:
        return _("连续多次不对，已暂停"), throttle.locked_since(attempt)
    more = ngettext("还可再试 %(num)d 次", "还可再试 %(num)d 次", attempt.left)
    return _("%(what)s，%(more)s", what=message, more=more), None


def knows_password(field: PasswordField) -> TooMany | None:
    """Ask who is signed in for his password once more, before something dangerous; errors stand at the field.

    Slow: not inside a transaction. Returns the refusal to show when he is paused.
    """
    user = me()
    attempt = tried("password", user.email, user.id)
    if attempt.refusal is not None:
        field.errors = [attempt.refusal.fact]
        return attempt.refusal
    if passwords.matches(user.password_hash, field.data, cheap=cheap()):
        passed(attempt)
        return None
    message, refusal = wrong(attempt, _("密码不对"))
    field.errors = [message]
    return refusal


def answer(template: str, form: FlaskForm, refused: TooMany | None = None, **context: Any) -> ResponseReturnValue:
    """A page with a form; who is paused reads until when, once and not at the fields again (429)."""
    if refused is not None:
        for field in form:
            field.errors = ()
    page = form_page(template, form, refused=refused, **context)
    return (page[0], HTTPStatus.TOO_MANY_REQUESTS) if refused is not None and isinstance(page, tuple) else page
