"""What somebody who is signed in must do before anything else, and the note that his session is in use."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import session
from sqlalchemy.exc import OperationalError

from marketplace.accounts import figures
from marketplace.accounts.models import User
from marketplace.accounts.sessions import note_use
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import transaction
from marketplace.settings import queries as settings
from marketplace.web.identity import Owed
from marketplace.web.languages import gettext as _
from marketplace.web.plate import held_strictly

log = logging.getLogger(__name__)

SET_UP = ("accounts.set_up", "accounts.change_password")
# Kept in the signed cookie: found out once, at sign-in, not with every page.
OLD_PASSWORD = "old_password"


def owed(user: User, actor: Actor) -> Owed | None:
    """A second factor, where one is required; a new password, where the old one has had its time.

    The accounts of the demonstration, which many share, owe neither.
    """
    if user.demo:
        return None
    if user.second_factor_at is None and held_strictly(actor):
        return Owed(SET_UP, _("您的账号必须使用动态口令。请先设置，然后继续。"))
    if session.get(OLD_PASSWORD):
        return Owed(("accounts.change_password",), _("密码已到更换期限。请先更换，然后继续。"))
    return None


def has_old_password(user: User) -> bool:
    """Whether the operator asks for periodic change and this password has had its time."""
    days = settings.value(figures.PASSWORD_DAYS)
    return bool(days) and not user.demo and clock.now() - user.password_at >= timedelta(days=days)


def note(user: User, actor: Actor) -> None:
    """Write down that the session is in use, at most once a minute."""
    if not user.session_due:
        return
    user.session_due = False
    try:
        with transaction():
            note_use(user.session_id, strict=held_strictly(actor))
    except OperationalError as error:
        # A full or busy disk must not keep anybody from reading; the next page tries again.
        log.warning("the use of session %s was not noted: %s", user.session_id, error.orig)
