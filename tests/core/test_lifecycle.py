"""A life cycle's table refuses what cannot be, and offers what an actor may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from marketplace.core.actor import SYSTEM, VISITOR, Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, Step, is_system, step
from marketplace.core.text import Text

NAME = Text("门", "Door")
STATES = {"shut": State(Text("关着", "Shut"), "ochre", "lock"), "open": State(Text("开着", "Open"))}
STUCK = Refused(Text("规则", "Rule"), Text("卡住", "Stuck"), Text("推", "Push"))
USER = Actor("user", 1)


@dataclass
class Door:
    """Something with a state."""

    state: str = "shut"
    stuck: bool = False


def anybody(_actor: Actor, _door: Any) -> bool:
    return True


def users(actor: Actor, _door: Any) -> bool:
    return actor.signed_in


def runs(door: Any) -> Refused | None:
    return STUCK if door.stuck else None


def door(*steps: Step, start: str = "shut") -> Lifecycle:
    return Lifecycle("door", NAME, start, STATES, steps)


def opening(name: str = "open", sources: str = "shut", target: str = "open", **options: Any) -> Step:
    return step(name, sources, target, **{"who": anybody, "label": Text("开", "Open"), **options})


@pytest.mark.parametrize(
    ("steps", "start", "words"),
    [
        ([opening(sources="shut ajar")], "shut", r"door\.open: unknown states \['ajar'\]"),
        ([opening(target="gone")], "shut", r"door\.open: unknown states \['gone'\]"),
        ([opening(), opening()], "shut", "unique"),
        ([opening()], "ajar", "start"),
    ],
)
def test_a_table_that_cannot_be_stops_the_start(steps: list[Step], start: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        door(*steps, start=start)


def test_a_step_is_found_by_its_name() -> None:
    table = door(opening(), opening("close", "open", "shut", asks_reason=True))
    assert table.by_name["close"].sources == frozenset(["open"])
    assert table.by_name["close"].asks_reason
    assert not table.by_name["open"].asks_reason


def test_the_state_is_read_from_the_column_of_the_table() -> None:
    table = Lifecycle("door", NAME, "shut", STATES, (opening(),), column="stuck")
    assert door(opening()).state_of(Door("open")) == "open"
    assert table.state_of(Door(stuck=True)) == "True"


def test_a_state_is_shown_by_its_mark() -> None:
    assert door(opening()).mark("shut") == State(Text("关着", "Shut"), "ochre", "lock")


def test_offers_are_the_steps_with_a_right_in_this_state() -> None:
    table = door(
        opening(who=users, guard=runs), opening("kick", quiet=True), opening("close", "open", "shut"),
        opening("rust", who=is_system),
    )  # fmt: skip
    assert [offer.step.name for offer in table.open_to(USER, Door())] == ["open"]
    assert [offer.step.name for offer in table.open_to(USER, Door("open"))] == ["close"]
    assert not list(table.open_to(VISITOR, Door()))
    assert [offer.step.name for offer in table.open_to(SYSTEM, Door())] == ["rust"]


def test_an_offer_tells_what_stands_against_it() -> None:
    table = door(opening(guard=runs))
    assert [offer.refusal for offer in table.open_to(USER, Door())] == [None]
    assert [offer.refusal for offer in table.open_to(USER, Door(stuck=True))] == [STUCK]


def test_only_the_system_is_the_system() -> None:
    assert is_system(SYSTEM, Door())
    assert not is_system(Actor("user", 1, administrator="system"), Door())


def test_history_tells_in_the_past_what_a_button_offers() -> None:
    assert opening(past="Opened").told == Text("开", "Opened")
    assert opening().told == Text("开", "Open")
