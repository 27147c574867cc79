"""Amounts in a question: a number means the same glued to its unit or apart, and by whatever writing of the unit."""

from __future__ import annotations

import re
from functools import cache

from marketplace.foundation.index.analyzer import DATA, LATIN

NUMERALS = "零一二三四五六七八九十"
SAME_NUMERAL = {"两": "二"}


def apart(text: str) -> str:
    """A normalised text in which the amounts stand on lines of their own, so that a number is not taken for that of
    the name before it (payload 20 kg); Latin units are glued to their number.
    """
    return _typed().sub(lambda met: f"\n{met['number']}{'' if met['unit'].isascii() else ' '}{met['unit']}\n", text)


def writings(text: str) -> list[str]:
    """The other ways to write a normalised amount ("10kg": 10 kg, 10 公斤, 10 千克); none when it is no amount."""
    met = _typed().fullmatch(text) or _spelt().fullmatch(text)
    if met is None:
        return []
    number = SAME_NUMERAL.get(met["number"], met["number"])
    numbers = [str(NUMERALS.index(number)), number] if number in NUMERALS else [number]
    if number.isdigit() and int(number) < len(NUMERALS):
        numbers.append(NUMERALS[int(number)])
    found = (form for each in numbers for unit in _units()[met["unit"]] for form in _forms(each, unit))
    return [form for form in dict.fromkeys(found) if form != text]


def _forms(number: str, unit: str) -> list[str]:
    """六 goes with 轴, not with axis; only what is written in the same script can be one word."""
    if number.isascii():
        return [number + unit, f"{number} {unit}"] if unit.isascii() else [f"{number} {unit}"]
    return [] if unit.isascii() else [number + unit, f"{number} {unit}"]


@cache
def _units() -> dict[str, list[str]]:
    """All writings of a unit by each of them."""
    lines = (DATA / "units.txt").read_text(encoding="utf-8").splitlines()
    same = [line.split() for line in lines if line and not line.startswith("#")]
    return {unit: units for units in same for unit in units}


@cache
def _typed() -> re.Pattern[str]:
    units = "|".join(sorted((unit + f"(?![{LATIN}])" if unit.isascii() else unit for unit in _units()), key=len)[::-1])
    return re.compile(rf"(?<![{LATIN}._-])(?P<number>[0-9]+(?:\.[0-9]+)?)[ -]*(?P<unit>{units})")


@cache
def _spelt() -> re.Pattern[str]:
    units = "|".join(sorted((unit for unit in _units() if not unit.isascii()), key=len, reverse=True))
    return re.compile(f"(?P<number>[{NUMERALS}两]) *(?P<unit>{units})")
