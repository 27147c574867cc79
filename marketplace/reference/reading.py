"""Numbers as people write them: "20", "2.5-4", "≥10", "１０～２０ kg", "1,200", "1.2万", "28+", "±0.05", "-20~55℃"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from marketplace.reference.terms import Spec
from marketplace.reference.units import convert, tidy

Approx = Literal["", ">=", "<=", "~"]

_LONGEST_TEXT = 80
_LONGEST = 18  # no quantity here needs more digits, and decimals of 28 digits stay exact
_DASHES = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‒": "-", "〜": "~", "∼": "~", "≧": "≥", "≦": "≤", "′": "'", "″": '"'}
)
_AT_LEAST = "≥|>=|>|不低于|不小于|不少于|至少|大于等于|大于|超过|at least|over|more than"
_AT_MOST = "≤|<=|<|不高于|不大于|不超过|不多于|至多|小于等于|小于|低于|at most|up to|under|less than"
_ABOUT = "~|≈|大约|约|about|approx\\.?|ca\\."
_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_UNIT = r"[^\d\s,+\-~<>≤≥≈±=.][^\s+\-~<>≤≥≈±=]*?"
# Compiled when the first number is read: that takes a twentieth of a second, which most starts can do without.
_PATTERN = (
    rf"(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<about>{_ABOUT})|(?P<tolerance>±|\+/-))?\s*"
    rf"(?P<first>{_NUMBER})\s*(?P<first_wan>万)?\s*(?P<first_unit>{_UNIT})??"
    rf"(?:\s*(?:-|~|至|到|to)\s*(?P<second>{_NUMBER})\s*(?P<second_wan>万)?\s*(?P<second_unit>{_UNIT})??)?"
    r"\s*(?:(?P<more>\+|及以上|以上)|(?P<less>及以下|以下|以内)|(?P<near>左右))?"
)


class NotANumber(ValueError):
    """The text is no number, or its unit is not one of the quantity asked for."""


class TooFine(ValueError):
    """More decimal places than the quantity keeps."""


class TooLong(ValueError):
    """A number of more digits than any quantity here needs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, in the unit of the spec: one number, or two when ``second`` is set.

    ``approx``: the number is a known lower (>=) or upper (<=) bound, or a rough figure (~).
    ``tolerance``: it was written with ±.
    """

    first: Decimal
    second: Decimal | None = None
    approx: Approx = ""
    tolerance: bool = False


def read(spec: Spec, text: str) -> Reading:
    """Read ``text`` as a quantity of ``spec``; raises NotANumber, TooFine or TooLong.

    A converted number is rounded to the decimals of the spec; a number in the unit of the spec is never rounded.
    """
    found = _pattern().fullmatch(_without_label(spec, normalize(text))) if len(text) <= _LONGEST_TEXT else None
    if found is None:
        raise NotANumber(text)
    part = found.groupdict()
    approx = _approx(part)
    if part["second"] is None:
        first = _quantity(spec, part["first"], part["first_wan"], part["first_unit"] or "")
        return Reading(first, None, approx, bool(part["tolerance"]))
    if approx or part["tolerance"]:
        raise NotANumber(text)
    # "2-4 kg" says the unit once for both numbers, and "1-2万" its ten thousand.
    unit, wan = part["first_unit"] or part["second_unit"] or "", part["first_wan"]
    if not part["first_unit"]:
        wan = wan or part["second_wan"]
    first = _quantity(spec, part["first"], wan, unit)
    return Reading(first, _quantity(spec, part["second"], part["second_wan"], part["second_unit"] or unit))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_PATTERN, re.IGNORECASE | re.ASCII)


# Bounded: an unbounded run of blanks would be tried from each of its blanks anew.
_AROUND_SIGN = re.compile(r"(?<=\D)\s{0,8}([·⋅/])\s{0,8}(?=\D)")


def normalize(text: str) -> str:
    """One width, one kind of dash, no spaces at the ends or around the dot and slash of a unit."""
    text = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).strip()
    return _AROUND_SIGN.sub(r"\1", text)


def bound(text: str, sign: Approx) -> str:
    """``text`` without the words before it that say "at least" (>=) or "at most" (<=)."""
    words = {">=": _AT_LEAST, "<=": _AT_MOST}.get(sign, "")
    return re.sub(rf"^\s*(?:{words})\s*", "", text.translate(_DASHES), flags=re.IGNORECASE) if words else text


def plain(number: Decimal) -> str:
    """A decimal without exponent, needless zeros or minus zero: "0.50" is "0.5"."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _without_label(spec: Spec, text: str) -> str:
    """Leave out the words a unit is printed with ("per hour", "× CNY 10,000"), so that what is shown can be typed."""
    for label in (spec.unit_label.zh, spec.unit_label.en):
        if label != spec.unit and text.endswith(normalize(label)):
            return text.removesuffix(normalize(label)).rstrip()
    return text


def _approx(part: dict[str, str | None]) -> Approx:
    if part["least"] or part["more"]:
        if part["most"] or part["less"] or part["about"]:
            raise NotANumber("contradicting bounds")
        return ">="
    if part["most"] or part["less"]:
        return "<="
    return "~" if part["about"] or part["near"] else ""


def _quantity(spec: Spec, digits: str, wan: str | None, unit: str) -> Decimal:
    if len(digits) > _LONGEST:
        raise TooLong(digits)
    number = Decimal(digits.replace(",", ""))
    if wan:
        # 万元 is a unit of its own; elsewhere 万 multiplies what it stands before.
        if convert(number, wan + unit, spec.unit) is None or not spec.unit.startswith(wan):
            number *= 10000
        else:
            unit = wan + unit
    if not unit or tidy(unit) == tidy(spec.unit):
        if -int(number.as_tuple().exponent) > spec.decimals and number != round(number, spec.decimals):
            raise TooFine(digits)
        return Decimal(plain(number))
    converted = convert(number, unit, spec.unit, grade=spec.grade)
    if converted is None:
        raise NotANumber(unit)
    return Decimal(plain(_rounded(converted, spec.decimals)))


def _rounded(number: Fraction, decimals: int) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
