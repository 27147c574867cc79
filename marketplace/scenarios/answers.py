"""How what people write into the form of a scenario is read: amounts, numbers, days, telephone numbers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import phonenumbers

from marketplace.accounts.models import normal_email
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference.reading import normalize, plain

# 万元: up to a hundred thousand million yuan, to the yuan.
MOST_AMOUNT, AMOUNT_DECIMALS = Decimal(10_000_000), 4
NUMBER_DIGITS, NUMBER_DECIMALS = 12, 6
VALID_YEARS, START_YEARS = 3, 10

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+", re.ASCII)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_EXTENSION = re.compile(r"\s*(?:转|分机)\s*(?=\d)")


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
            Text("金额要大于 0、不超过 1000 万万元，最多 4 位小数；单位是万元",
                 "An amount is above 0, at most 10,000,000, with at most 4 decimals; its unit is CNY 10,000"),
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


def day(text: str, field: str, *, years: int = VALID_YEARS, kept: str = "") -> str:
    """A day from today in Beijing to some years on, as YYYY-MM-DD; "" stays "".

    ``kept``: the day that stood there before; it may be over by now.

    Raises:
        FieldError: on ``field``.
    """
    text = normalize(text)
    if not text:
        return ""
    found = _day(text)
    if found is None:
        raise FieldError(field, Text("日期请写成 2027-03-31 这样", "Write the day like 2027-03-31"))
    first = clock.today()
    last = _years_on(first, years)
    if found.isoformat() != kept and not first <= found <= last:
        message = Text("日期要在 %(first)s 到 %(last)s 之间", "The day lies between %(first)s and %(last)s")
        raise FieldError(field, message % {"first": first.isoformat(), "last": last.isoformat()})
    return found.isoformat()


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _years_on(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def phone(text: str, field: str) -> str:
    """A telephone number that exists, as it was written; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    text = normalize(text)
    if not text:
        return ""
    message = Text(
        "请填手机号、带区号的固定电话或 400 电话，例如 0551-62990000",
        "Give a mobile, a fixed line with its area code or a 400 number, e.g. 0551-62990000",
    )
    try:
        known = phonenumbers.is_valid_number(phonenumbers.parse(_EXTENSION.sub(" ext. ", text), "CN"))
    except phonenumbers.NumberParseException as error:
        raise FieldError(field, message) from error
    if not known:
        raise FieldError(field, message)
    return text


def email(text: str, field: str) -> str:
    """An e-mail address in its normal form; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    return normal_email(text, field) if text.strip() else ""
