"""How what people write into the form of a listing is read and kept: days, telephone numbers, e-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import phonenumbers

from marketplace.accounts.models import normal_email
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference.reading import normalize

VALID_YEARS = 3

PHONE_KINDS = frozenset(
    (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.SHARED_COST,  # 400
        phonenumbers.PhoneNumberType.TOLL_FREE,  # 800
    )
)
# "0551-62990000-801" and "0551-62990000转801": the extension behind a switchboard's number.
_EXTENSION = re.compile(r"(?P<number>.*?\d{7,8})\s*(?:转|分机|ext\.?|x|#|-)\s*(?P<extension>\d{1,6})", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)


def day(text: str, field: str, *, years: int = VALID_YEARS, kept: str = "") -> str:
    """A day from today in Beijing to some years on, as YYYY-MM-DD; "" stays "".

    ``kept``: the day that stood there before; it may be over by now.

    Raises:
        FieldError: on ``field``.
    """
    if not normalize(text):
        return ""
    found = any_day(text, field)
    first = clock.today()
    last = years_on(first, years)
    if found.isoformat() != kept and not first <= found <= last:
        message = Text("日期要在 %(first)s 到 %(last)s 之间", "The day lies between %(first)s and %(last)s")
        raise FieldError(field, message % {"first": first.isoformat(), "last": last.isoformat()})
    return found.isoformat()


def any_day(text: str, field: str) -> date:
    """A day as people write it, past or coming.

    Raises:
        FieldError: on ``field``.
    """
    found = _day(normalize(text))
    if found is None:
        raise FieldError(field, Text("日期请写成 2027-03-31 这样", "Write the day like 2027-03-31"))
    return found


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def years_on(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


def phone(text: str, field: str = "contact_phone") -> str:
    """A Chinese number as it is kept: 13800138000, 0551-62990000, 400-820-8888, 0551-62990000 转 801; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return ""
    found = _EXTENSION.fullmatch(text)
    written, extension = (found["number"], found["extension"]) if found else (text, "")
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException as error:
        raise FieldError(field, _PHONE_WRONG) from error
    kind = phonenumbers.number_type(number)
    if number.country_code != 86 or not phonenumbers.is_valid_number(number) or kind not in PHONE_KINDS:
        raise FieldError(field, _PHONE_WRONG)
    return _phone_as_kept(number, kind) + (f" 转 {extension}" if extension else "")


_PHONE_WRONG = Text(
    "请填手机号、带区号的固定电话或 400 电话，例如 0551-62990000",
    "Give a Chinese mobile, a fixed line with its area code or a 400 number, e.g. 0551-62990000",
)


def _phone_as_kept(number: phonenumbers.PhoneNumber, kind: int) -> str:
    digits = str(number.national_number)
    if kind == phonenumbers.PhoneNumberType.MOBILE:
        return digits
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{digits[:area]}-{digits[area:]}" if area else f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def email(text: str, field: str = "contact_email") -> str:
    """An e-mail address in its normal form; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    return normal_email(text, field) if text.strip() else ""
