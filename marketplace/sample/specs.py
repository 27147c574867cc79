"""Specs of a compiled product row: its numeric columns and its `other_specs` cell, in the units of the catalogue."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.sample.catalogue import CHOICES, COLUMNS, OTHER, TORQUE_CATEGORIES

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"^({_NUMBER})\s*[-~]\s*({_NUMBER})$")
_SINGLE = re.compile(rf"^({_NUMBER})(\+?)$")
_OTHER = re.compile(r"^(?P<name>.+?)(?P<sign>[=≥≤<>])(?P<value>\S+)(?: (?P<unit>\S+))?$")
_SIGNS = {"≥": ">=", ">": ">=", "≤": "<=", "<": "<="}
# Words of a source note that say which spec the note is about; a note with none of them goes to no single spec.
_NOTE_WORDS = {
    "体重": ("weight",),
    "千克": ("weight",),
    "身高": ("height",),
    "自由度": ("dof",),
    "轴数": ("dof",),
    "IP67": ("protection",),
}
# Notes about the whole source concern every spec of the row.
_NOTES_ON_ALL = ("社区维护", "手册第16页")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the values of one row come from: `source` as the row has it, `note` its source note."""

    source: str
    note: str


def number(text: str, factor: Decimal = Decimal(1), sign: str = "") -> dict[str, str]:
    """A spec value of a number kind from "5", "23-43", "-20~55" or "28+"; `factor` turns it into the spec's unit.

    `sign` is one of ≥ ≤ < > or "". Raises ValueError when the text is no number.
    """
    if found := _RANGE.match(text):
        return {"from": _decimal(found[1], factor), "to": _decimal(found[2], factor)}
    found = _SINGLE.match(text)
    if not found:
        raise ValueError(f"not a number or range: {text!r}")
    value = {"from": _decimal(found[1], factor)}
    approx = ">=" if found[2] else _SIGNS.get(sign, "")
    return value | ({"approx": approx} if approx else {})


def _decimal(text: str, factor: Decimal) -> str:
    """Plain decimal text without an exponent; trailing zeros of the source stay unless a factor changes the value."""
    value = Decimal(text)
    return f"{value if factor == 1 else (value * factor).normalize():f}"
