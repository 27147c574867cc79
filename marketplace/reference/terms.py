"""The shapes of reference data: domain, segment, class, category, spec, mark."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from marketplace.core.text import Text

Kind = Literal["number", "range", "choice", "choices", "flag", "text", "ip"]
Better = Literal["up", "down", "none"]

NO_UNIT = Text("", "")


@dataclass(frozen=True, slots=True)
class Subscenario:
    """A usual task inside a domain; ``code`` reads "domain.task".

    ``categories``: of the products that usually do it.
    """

    code: str
    label: Text
    domain: str
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Domain:
    """One of the ten domains of clause 15."""

    code: str
    label: Text
    subscenarios: tuple[Subscenario, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A link of the value chain (clause 2), with the codes of its classes."""

    code: str
    label: Text
    note: Text
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RobotClass:
    """The upper level of the product tree. ``clause`` names the clause of the policy that lists it, or is empty."""

    code: str
    label: Text
    segment: str
    drawing: str
    clause: str


@dataclass(frozen=True, slots=True)
class Category:
    """The lower level of the product tree: what a product is listed under.

    ``specs`` are the keys asked for, in order; ``headline`` the four of them shown on a card;
    ``drawing`` the thumb drawn until a picture is uploaded. ``asked_as``: words by which a need asks for a robot of
    this kind, in lower case; they may name others too (人形 is of two legs or on wheels).
    """

    code: str
    label: Text
    robot_class: str
    segment: str
    drawing: str
    clause: str
    aliases: tuple[str, ...]
    asked_as: frozenset[str]
    specs: tuple[str, ...]
    headline: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed answer of a choice."""

    code: str
    label: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """One thing that can be claimed of a product or asked of a site.

    ``unit`` is the unit values are stored in ("" when there is none), ``unit_label`` how it is printed;
    ``low`` and ``high`` bound what is plausible, in that unit; ``decimals`` is the finest precision kept;
    ``better`` says which direction is better; ``grade``: an angle that may be given as a percentage grade.
    """

    key: str
    label: Text
    kind: Kind
    hint: Text
    unit: str = ""
    unit_label: Text = NO_UNIT
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: int = 0
    choices: tuple[Choice, ...] = ()
    group: str = ""
    better: Better = "none"
    grade: bool = False
    aliases: tuple[str, ...] = ()

    def choice(self, code: str) -> Choice:
        """The answer with this code; raises KeyError."""
        for each in self.choices:
            if each.code == code:
                return each
        raise KeyError(f"{self.key}: no choice {code!r}")


@dataclass(frozen=True, slots=True)
class SpecGroup:
    """Specs shown under one heading."""

    code: str
    label: Text
    specs: tuple[Spec, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a product: one of the 三首 at a level, or a certificate. ``short`` is the word on a tag."""

    code: str
    kind: Literal["three_firsts", "certificate"]
    family: str
    level: str
    label: Text
    short: Text
    note: Text
