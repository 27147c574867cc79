"""What the fields of an organization can be: each check makes the stored value of a given one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from marketplace.accounts.models import normal_email, one_line
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.reference import catalogue, regions


def checked_credit_code(code: str) -> str:
    """A unified social credit code in its normal form (GB 32100-2015: check digit, letters, length).

    Raises:
        FieldError: on "credit_code".
    """
    wide = str.maketrans({chr(0xFF01 + i): chr(0x21 + i) for i in range(94)})
    try:
        return str(uscc.validate(code.translate(wide).strip().upper()))
    except ValidationError as error:
        message = Text(
            "统一社会信用代码不对：应为 18 位数字和大写字母，末位是校验码，请照营业执照核对",
            "Not a unified social credit code: 18 digits and capitals with a check digit; compare it with the licence",
        )
        raise FieldError("credit_code", message) from error


def _name(value: str) -> str:
    if not value:
        raise FieldError("name", Text("请填写单位全称", "Give the full name of the organization"))
    return value


def _kind(value: str) -> str:
    if value not in set(OrganizationKind):
        raise FieldError("kind", Text("请选择单位类型", "Choose the kind of organization"))
    return value


def _region(value: str) -> str:
    if value and not regions.known(value):
        raise FieldError("region", Text("请选择所在市或县（区）", "Choose the city or county"))
    return value


def website(value: str, field: str = "website") -> str:
    """An address on the web as it is kept; "" stays "".

    Raises:
        FieldError: on ``field``.
    """
    message = Text("网址要以 https:// 或 http:// 开头", "An address begins with https:// or http://")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise FieldError(field, message) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise FieldError(field, message)
    return value


def _phone(value: str) -> str:
    """A number as people write it here, with or without area code and extension (转)."""
    if not value:
        return ""
    message = Text("电话号码不对，例如 0551-62600000 或 13800000000", "Not a telephone number; e.g. 0551-62600000")
    try:
        number = phonenumbers.parse(value.replace("转", " ext. "), "CN")
    except phonenumbers.NumberParseException as error:
        raise FieldError("contact_phone", message) from error
    if not phonenumbers.is_possible_number(number):
        raise FieldError("contact_phone", message)
    return value


def _segments(value: Any) -> list[str]:
    wanted = list(dict.fromkeys(value or ()))
    known = [each.code for each in catalogue.segments()]
    if not set(wanted) <= set(known):
        raise FieldError("segments", Text("请从产业链环节中选择", "Choose among the links of the value chain"))
    return [code for code in known if code in wanted]


def _text(key: str, check: Callable[[str], str] = str, lines: bool = False) -> Callable[[Any], str]:
    """The check of a text column: its length, then its own."""
    column = Organization.__table__.c[key].type
    longest = getattr(column, "length", None) or 5000

    def checked(value: Any) -> str:
        text = str(value or "").strip() if lines else one_line(str(value or ""))
        if len(text) > longest:
            message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": longest}
            raise FieldError(key, message)
        return check(text)

    return checked


# Field of an organization → what makes its stored value of a given one (None reads as empty); raises FieldError.
ORGANIZATION_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text("name", _name),
    "name_en": _text("name_en"),
    "kind": _text("kind", _kind),
    "credit_code": lambda value: checked_credit_code(str(value or "")),
    "region": _text("region", _region),
    "place": _text("place"),
    "place_en": _text("place_en"),
    "about": _text("about", lines=True),
    "about_en": _text("about_en", lines=True),
    "website": _text("website", website),
    "segments": _segments,
    "contact_name": _text("contact_name"),
    "contact_phone": _text("contact_phone", _phone),
    "contact_email": _text("contact_email", lambda value: normal_email(value, "contact_email") if value else ""),
}
