"""The plate of the register: its pages, its letters, what time does, and who an expert is to the rest of the site."""

from __future__ import annotations

from typing import Any

from flask import Flask

from marketplace.accounts.models import User
from marketplace.experts import notify, queries, services, views
from marketplace.experts.lifecycle import SETTINGS
from marketplace.foundation.db import transaction
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability

EVERY = 600.0


def _expire() -> bool:
    with transaction():
        return services.expire_due()


def _remind() -> bool:
    with transaction():
        return services.remind_due()


def actor_part(user: User) -> dict[str, Any]:
    """What an actor knows of his place in the register."""
    return {"expert_id": queries.registered_id(user)}


def _init(app: Flask) -> None:
    app.extensions.setdefault("actor_parts", []).append(actor_part)


EXPERTS = Capability(
    name="experts",
    blueprints=lambda: (views.blueprint(),),
    letters={
        "expert.submit": notify.declared,
        "expert.declare": notify.declared,
        "expert.renewal_due": notify.renewal_due,
        **{f"expert.{step}": notify.decided for step in notify.TOLD},
    },
    tasks=(Task("expert.expire", _expire, EVERY), Task("expert.remind", _remind, EVERY)),
    settings=SETTINGS,
    init=_init,
)
