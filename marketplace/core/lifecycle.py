"""Life cycles as data: states, steps, who may take them, what must hold. Written as one table per life cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.text import Text

Who = Callable[[Actor, Any], bool]
Guard = Callable[[Any], Refused | None]


@dataclass(frozen=True, slots=True)
class State:
    """A state as people see it: its word, and the mark of ui/README.md 6 (tone and sign)."""

    label: Text
    tone: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One way from some states to another.

    ``who`` decides the right, ``guard`` what must hold (it returns the refusal, or None when the step is open).
    ``asks_reason``: the actor must say why. ``asks_twice``: it cannot be taken back, so that its button has a second
    press. ``quiet`` steps are not drawn as buttons (the system's, or those
    that have a page of their own). ``past``: the English word of history; in Chinese the button reads the same.
    """

    name: str
    sources: frozenset[str]
    target: str
    who: Who
    label: Text
    guard: Guard | None = None
    asks_reason: bool = False
    asks_twice: bool = False
    quiet: bool = False
    look: str = "second"
    hint: Text | None = None
    past: str = ""

    @property
    def told(self) -> Text:
        """What history says was done."""
        return Text(self.label.zh, self.past or self.label.en)


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that the actor has a right to in the present state; ``refusal`` tells why it cannot be taken yet."""

    step: Step
    refusal: Refused | None


def step(name: str, sources: str, target: str, *, who: Who, label: Text, **options: Any) -> Step:
    """Write one row of the table; ``sources`` are state names separated by spaces."""
    return Step(name, frozenset(sources.split()), target, who, label, **options)


@dataclass(frozen=True)
class Lifecycle:
    """The whole table. ``column`` is the attribute of the subject that holds the state."""

    name: str
    label: Text
    start: str
    states: Mapping[str, State]
    steps: tuple[Step, ...]
    column: str = "state"
    by_name: Mapping[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        names = [each.name for each in self.steps]
        known = set(self.states)
        for each in self.steps:
            unknown = (set(each.sources) | {each.target}) - known
            if unknown:
                raise ValueError(f"{self.name}.{each.name}: unknown states {sorted(unknown)}")
        if len(set(names)) != len(names) or self.start not in known:
            raise ValueError(f"{self.name}: step names must be unique and the start a state")
        object.__setattr__(self, "by_name", {each.name: each for each in self.steps})

    def state_of(self, subject: Any) -> str:
        """The state the subject is in now."""
        return str(getattr(subject, self.column))

    def mark(self, state: str) -> State:
        """How the state is shown."""
        return self.states[state]

    def open_to(self, actor: Actor, subject: Any) -> Iterator[Offer]:
        """The steps the actor has a right to now, each with the refusal that still stands against it."""
        state = self.state_of(subject)
        for each in self.steps:
            if state in each.sources and not each.quiet and each.who(actor, subject):
                yield Offer(each, each.guard(subject) if each.guard else None)


def is_system(actor: Actor, _subject: Any) -> bool:
    """The right of steps that only time or the system takes."""
    return actor.is_system
