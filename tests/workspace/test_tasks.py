"""What waits for somebody, from whatever capability, with the most urgent first."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.web.plate import Capability, Duty
from marketplace.workspace import queries
from tests.factories import accounts

NOTHING = queries.Desk((), (), {})


def duty(title: str, **more: Any) -> Duty:
    return Duty(Text("办", "Do"), title, "/", **more)


def some(_actor: Actor) -> list[sa.Select[Any]]:
    """One row, as of somebody who has duties."""
    return [sa.select(sa.literal(1))]


def none(_actor: Actor) -> list[sa.Select[Any]]:
    return [sa.select(sa.literal(1)).where(sa.false())]


def test_what_waits_is_sorted_by_urgency(app: Flask, session: scoped_session[Session]) -> None:
    first = [duty("later", due=date(2026, 3, 9)), duty("someday")]
    second = [
        duty("overdue", due=date(2026, 3, 1)), duty("soon", due=date(2026, 3, 3), since=date(2026, 2, 9)),
        duty("soon, waits longer", due=date(2026, 3, 3), since=date(2026, 2, 1)),
    ]  # fmt: skip
    app.extensions["capabilities"] = (
        Capability("a", duties=lambda _actor: first, duty_selects=some), Capability("b"),
        Capability("c", duties=lambda _actor: second, duty_selects=some),
        Capability("d", duties=lambda _actor: second, duty_selects=none),
    )  # fmt: skip
    actor = accounts.actor(accounts.person())
    found, total = queries.tasks(actor, NOTHING, {}, 4)
    assert [task.duty.title for task in found] == ["overdue", "soon, waits longer", "soon", "later"]
    assert total == 5, "what is not shown is counted, and who has nothing is not asked"
