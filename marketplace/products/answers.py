"""What is typed as telephone, e-mail address or last day of validity: how it is kept, and what is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import phonenumbers

from marketplace.accounts.models import normal_email
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text

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
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def checked_phone(text: str) -> str:
    """A Chinese number as it is kept: 13800138000, 0551-62990000, 400-820-8888, 0551-62990000 转 801; "" stays "".

    Raises:
        FieldError: on "contact_phone".
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return ""
    found = _EXTENSION.fullmatch(text)
    written, extension = (found["number"], found["extension"]) if found else (text, "")
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException as error:
        raise FieldError("contact_phone", _PHONE_WRONG) from error
    kind = phonenumbers.number_type(number)
    if number.country_code != 86 or not phonenumbers.is_valid_number(number) or kind not in PHONE_KINDS:
        raise FieldError("contact_phone", _PHONE_WRONG)
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


def checked_email(text: str) -> str:
    """The address as it is kept; "" stays "".

    Raises:
        FieldError: on "contact_email".
    """
    return normal_email(text, "contact_email") if text.strip() else ""


def checked_validity(text: str) -> str:
    """The last day of validity as YYYY-MM-DD, from today to three years on; "" stays "".

    Raises:
        FieldError: on "valid_until".
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return ""
    found = _DAY.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise FieldError("valid_until", Text("日期请写成 2027-03-31 这样", "Write the day like 2027-03-31"))
    first = clock.today()
    last = _years_on(first, VALID_YEARS)
    if not first <= day <= last:
        message = Text("有效期应在 %(first)s 到 %(last)s 之间", "The validity ends between %(first)s and %(last)s")
        raise FieldError("valid_until", message % {"first": first.isoformat(), "last": last.isoformat()})
    return day.isoformat()


def _years_on(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)
