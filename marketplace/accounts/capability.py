"""The plate of accounts: pages of people, the mails of their addresses, and how long records of them are kept."""

from __future__ import annotations

from datetime import timedelta

from marketplace.accounts import figures, notify, privacy, sessions, throttle, views
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.letters import SECURITY
from marketplace.foundation.worker import Task
from marketplace.settings import queries as settings
from marketplace.web.plate import Capability, FooterLink


def _forget_old() -> bool:
    """Delete records of attempts and ended sessions that have had their time."""
    before = clock.now() - timedelta(days=settings.value(figures.ATTEMPT_DAYS))
    with transaction():
        more = throttle.forget_old(before)
        sessions.forget_old(before)
        privacy.forget_letters()
    return more


ACCOUNTS = Capability(
    name="accounts",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("注册账号", "Register"), "accounts.register", 10),),
    letters={
        "user.registered": notify.registered,
        "user.registered_again": notify.registered_again,
        "user.password_changed": notify.password_changed,
        "user.second_factor": notify.second_factor,
        "user.new_address": notify.new_address,
        "user.address_changed": notify.address_changed,
        "user.left": notify.left,
        "attempt.reset": notify.reset,
    },
    letter_groups=(SECURITY,),
    tasks=(Task("forget old sign-in records", _forget_old, 3600.0),),
    settings=figures.ALL,
    strict=lambda actor: actor.administrator,
    personal=privacy.personal,
    forget=privacy.forget,
)
