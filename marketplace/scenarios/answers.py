"""How amounts and numbers written into the form of a scenario are read."""

from __future__ import annotations

import re
from decimal import Decimal

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference.reading import normalize, plain

# 万元: up to a hundred thousand million yuan, to the yuan.
MOST_AMOUNT, AMOUNT_DECIMALS = Decimal(10_000_000), 4
NUMBER_DIGITS, NUMBER_DECIMALS = 12, 6

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+", re.ASCII)


def amount(text: str, field: str) -> str:
    """An amount in 万元 as decimal text; "" stays "".

    Raises:
        FieldError: on ``field``: no amount, negative, finer than a yuan, or beyond any budget.
    """
    number = _number(text, ("万元", "万"))
    if number is None:
        return ""
    if number.is_nan():
        raise FieldError(
            field, Text("请填数字，单位万元，例如 80 或 12.5", "Give a number in CNY 10,000, e.g. 80 or 12.5")
        )
    if not 0 < number <= MOST_AMOUNT or _places(number) > AMOUNT_DECIMALS:
        raise FieldError(
            field,
            Text("金额要大于 0、不超过 1000 亿元，最多 4 位小数；单位是万元",
                 "An amount is above 0, at most CNY 100 billion, with at most 4 decimals; its unit is CNY 10,000"),
        )  # fmt: skip
    return plain(number)


def number(text: str, field: str, unit: str = "") -> str:
    """A definite number as decimal text, with or without its ``unit`` behind it; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    found = _number(text, (unit,))
    if found is None:
        return ""
    if found.is_nan() or abs(found) >= Decimal(10) ** NUMBER_DIGITS or _places(found) > NUMBER_DECIMALS:
        raise FieldError(
            field,
            Text("请填一个确定的数，例如 98 或 0.5；单位写在“单位”里",
                 "Give one definite number, e.g. 98 or 0.5; its unit goes into “Unit”"),
        )  # fmt: skip
    return plain(found)


def _number(text: str, units: tuple[str, ...]) -> Decimal | None:
    """The number; NaN when it is none, None when it is blank."""
    text = normalize(text)
    for unit in units:
        text = text.removesuffix(normalize(unit)).strip() if unit else text
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        return Decimal("NaN")
    return Decimal(text.replace(",", ""))


def _places(number: Decimal) -> int:
    written = plain(number)
    return len(written.partition(".")[2])
