"""What waits for somebody, from whatever capability, with the most urgent first."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.text import Text
from marketplace.web.plate import Capability, Duty
from marketplace.workspace import queries
from tests.factories import accounts

NOTHING = queries.Desk((), (), {})


def duty(title: str, **more: Any) -> Duty:
    return Duty(Text("办", "Do"), title, "/", **more)


def test_what_waits_is_sorted_by_urgency(app: Flask, session: scoped_session[Session]) -> None:
    first = [duty("later", due=date(2026, 3, 9)), duty("someday")]
    second = [
        duty("overdue", due=date(2026, 3, 1)), duty("soon", due=date(2026, 3, 3), since=date(2026, 2, 9)),
        duty("soon, waits longer", due=date(2026, 3, 3), since=date(2026, 2, 1)),
    ]  # fmt: skip
    app.extensions["capabilities"] = (Capability("a", duties=lambda _actor: first), Capability("b"),
                                      Capability("c", duties=lambda _actor: second))  # fmt: skip
    actor = accounts.actor(accounts.person())
    found, total = queries.tasks(actor, NOTHING, 4)
    assert [task.duty.title for task in found] == ["overdue", "soon, waits longer", "soon", "later"]
    assert total == 5, "what is not shown is counted"
