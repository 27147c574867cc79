"""Experts for tests, brought to their state by the commands that bring them there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.experts import services
from marketplace.experts.models import Expert
from marketplace.foundation.db import transaction
from tests.factories import accounts

WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "in_review": ("declare",),
    "returned": ("declare", "return"),
    "approved": ("declare", "approve"),
    "suspended": ("declare", "approve", "suspend"),
    "expired": ("declare", "approve", "expire"),
    "withdrawn": ("declare", "approve", "withdraw"),
}


def row(organization: str, since: str = "2015-03", until: str = "", code: str = "", **more: str) -> dict[str, str]:
    """A line of a declaration."""
    return {"organization": organization, "code": code, "since": since, "until": until, **more}


def content(**changes: Any) -> dict[str, Any]:
    """A complete declaration."""
    given: dict[str, Any] = {
        "name": "王专家", "title": "教授", "region": accounts.HEFEI, "about": "巡检机器人。", "domains": ["industrial"],
        "categories": ["quadruped"], "employers": [row("某大学", position="教授")], "holdings": [],
        "no_holdings": True, "relations": [], "no_relations": True,
    }  # fmt: skip
    return {**given, **changes}


def keeper(**given: Any) -> User:
    """An official of the province who keeps the register."""
    return accounts.official(accounts.PROVINCE, ("challenge",), "省工业和信息化厅", **given)


def expert(state: str = "approved", user: User | None = None, **changes: Any) -> Expert:
    """An expert who walked to ``state``."""
    person = accounts.actor(user or accounts.person())
    with transaction():
        made = services.start(person, content(**changes))
    official = accounts.actor(keeper()) if len(WAYS[state]) > 1 else person
    for step in WAYS[state]:
        with transaction():
            if step == "declare":
                services.declare(made, person, None)
                continue
            if step == "expire":
                made.valid_until = clock.today() - timedelta(days=1)
            actor = {"expire": SYSTEM, "withdraw": person}.get(step, official)
            services.take_step(made, step, actor, "因为试验" if step in ("return", "suspend") else "")
    return made
