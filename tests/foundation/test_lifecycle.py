"""``move``: right, state, guard in this order; history and outbox in the same transaction; one winner of two."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.core.actor import PostHeld
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.lifecycle import REASON_LIMIT, move
from marketplace.foundation.outbox import OutboxMessage
from tests.foundation.door import DOOR, OPENER, STRANGER, STUCK, BrokenOffError, Door, break_off
from tests.support.site import Clock
from tests.support.together import together

POST = PostHeld(4, "门卫", "340100", frozenset(["review"]))


def take(key: int, name: str, actor: Any = OPENER, reason: str = "", **given: Any) -> ledger.LedgerEntry:
    with transaction():
        return move(DOOR, db.session.get_one(Door, key), name, actor, reason, **given)


def bring(key: int, **values: Any) -> None:
    with transaction():
        db.session.execute(sa.update(Door).where(Door.id == key).values(values))


def everything(key: int) -> tuple[Any, ...]:
    """State and version of the door, and how many lines of history and messages there are."""
    door = db.session.execute(sa.select(Door.state, Door.version).where(Door.id == key)).one()
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (ledger.LedgerEntry, OutboxMessage)]
    return (*door, *counts)


def test_a_step_writes_state_history_and_message_together(clock: Clock, app: Flask, doors: list[int]) -> None:
    with app.app_context():
        entry = take(doors[0], "open", reason="  通风 ", post=POST, organization_id=7, seen=1, data={"n": 1})
        assert everything(doors[0]) == ("open", 2, 1, 1)
        assert (entry.subject_type, entry.subject_id, entry.action, entry.before, entry.after) == (
            "door", doors[0], "open", "shut", "open",
        )  # fmt: skip
        assert (entry.actor_id, entry.post_id, entry.organization_id, entry.reason, entry.data) == (
            1,
            4,
            7,
            "通风",
            {"n": 1},
        )
        message = db.session.scalars(sa.select(OutboxMessage)).one()
        assert (message.topic, message.subject_id, message.payload) == ("door.open", doors[0], {"entry": entry.id})
        assert message.due_at == clock.now
        assert everything(doors[1])[0] == "shut"


def test_all_of_it_is_undone_with_the_transaction(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        with pytest.raises(BrokenOffError):
            break_off(lambda: move(DOOR, db.session.get_one(Door, doors[0]), "open", OPENER))
        assert everything(doors[0]) == ("shut", 1, 0, 0)


@pytest.mark.parametrize(
    ("actor", "state", "stuck", "error"),
    [
        (STRANGER, "open", True, Refused), (STRANGER, "shut", False, Refused),
        (OPENER, "open", True, Conflict), (OPENER, "shut", True, Refused),
    ],
)  # fmt: skip
def test_right_before_state_before_guard(
    app: Flask, doors: list[int], actor: Any, state: str, stuck: bool, error: type[Exception]
) -> None:
    """Who has no right learns neither the state nor what stands against the step."""
    with app.app_context():
        bring(doors[0], state=state, stuck=stuck)
        with pytest.raises(error) as caught:
            take(doors[0], "open", actor)
        assert everything(doors[0]) == (state, 1, 0, 0)
        if actor == STRANGER:
            assert "职责" in caught.value.fact.zh
            assert "开门" in caught.value.rule.zh
            assert "Open" in caught.value.rule.en
        elif error is Refused:
            assert caught.value is STUCK


def test_a_conflict_says_what_stands_and_what_happened(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        first = take(doors[0], "open", post=POST)
        with pytest.raises(Conflict) as caught:
            take(doors[0], "open")
        assert caught.value.message.zh == "“开门”没有执行：这项内容已经变化，现在是“开着”"
        assert caught.value.message.en == "“Open” was not done: this has changed meanwhile and is now “Open”"
        assert caught.value.happened.id == first.id


@pytest.mark.parametrize(("seen", "goes"), [(None, True), (1, True), (2, False), (0, False)])
def test_who_saw_another_version_does_not_act(app: Flask, doors: list[int], seen: int | None, goes: bool) -> None:
    with app.app_context():
        if goes:
            take(doors[0], "open", seen=seen)
        else:
            with pytest.raises(Conflict):
                take(doors[0], "open", seen=seen)
        assert everything(doors[0])[0] == ("open" if goes else "shut")


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("", None), (" \n\t ", None), ("x" * (REASON_LIMIT + 1), None), ("风" * REASON_LIMIT, "风" * REASON_LIMIT),
     (f" {'x' * REASON_LIMIT}\n", "x" * REASON_LIMIT)],
)  # fmt: skip
def test_a_reason_is_asked_for_and_bounded(app: Flask, doors: list[int], reason: str, kept: str | None) -> None:
    with app.app_context():
        take(doors[0], "open")
        if kept is None:
            with pytest.raises(Invalid) as caught:
                take(doors[0], "close", reason=reason)
            assert [error.field for error in caught.value.errors] == ["reason"]
            assert everything(doors[0]) == ("open", 2, 1, 1)
        else:
            assert take(doors[0], "close", reason=reason).reason == kept


def test_a_step_that_asks_no_reason_bounds_it_too(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        with pytest.raises(Invalid):
            take(doors[0], "open", reason="x" * (REASON_LIMIT + 1))
        assert everything(doors[0]) == ("shut", 1, 0, 0)


def test_a_refused_step_leaves_the_object_as_it_is_drawn_again(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        door = db.session.get_one(Door, doors[0])
        with pytest.raises(Invalid):
            move(DOOR, door, "open", OPENER, "x" * (REASON_LIMIT + 1))
        assert (door.state, door.version) == ("shut", 1)


def test_of_many_at_once_exactly_one_wins(app: Flask, doors: list[int]) -> None:
    def attempt() -> str:
        try:
            return take(doors[0], "open", seen=1).after
        except Conflict as conflict:
            return f"late, after {conflict.happened.action}" if conflict.happened else "late"

    answers = together([attempt] * 6, app)
    with app.app_context():
        assert sorted(answers) == ["late, after open"] * 5 + ["open"]
        assert everything(doors[0]) == ("open", 2, 1, 1)
        assert ledger.verify() == ledger.Verdict(1)


def test_an_unknown_step_is_a_defect(app: Flask, doors: list[int]) -> None:
    with app.app_context(), pytest.raises(KeyError):
        take(doors[0], "kick")
