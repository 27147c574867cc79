"""A row with a life of its own, to try the mechanism on: in a table that no migration knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, step
from marketplace.core.text import Text
from marketplace.foundation.db import transaction

OPENER, STRANGER = Actor("user", 1, "开门的人"), Actor("user", 2, "路人")
STUCK = Refused(Text("卡住的门不能开", "A stuck door does not open."), Text("卡住了", "Stuck."), Text("修", "Mend it."))


class Apart(DeclarativeBase):
    """A base of its own: the project's migrations are compared with the project's tables only."""


class Door(Apart):
    """Something that is open or shut, and a number to count with."""

    __tablename__ = "door"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(12), default="shut")
    stuck: Mapped[bool] = mapped_column(default=False)
    count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "door"


def may_open(actor: Actor, _door: Any) -> bool:
    return actor == OPENER


def not_stuck(door: Any) -> Refused | None:
    return STUCK if door.stuck else None


DOOR = Lifecycle(
    "door", Text("门", "Door"), "shut",
    {"shut": State(Text("关着", "Shut")), "open": State(Text("开着", "Open"))},
    (
        step("open", "shut", "open", who=may_open, guard=not_stuck, label=Text("开门", "Open")),
        step("close", "open", "shut", who=may_open, asks_reason=True, label=Text("关门", "Close")),
    ),
)  # fmt: skip


class BrokenOffError(Exception):
    """What breaks a transaction off."""


def break_off(*acts: Callable[[], object], error: type[BaseException] = BrokenOffError) -> None:
    """Do the acts in one transaction that fails at its end."""
    with transaction():
        for act in acts:
            act()
        raise error
