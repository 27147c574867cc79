"""三首 marks and certificates of an organization: what one carries, and until when it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from marketplace.accounts.models import one_line
from marketplace.core import clock
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.reference import catalogue

Mark = dict[str, str]
"""``code`` (of reference.catalogue.marks, with its level), ``batch``, ``certificate``, ``valid_until`` (2027-03-31)."""

MOST_MARKS = 12
LIMITS = {"batch": 60, "certificate": 80}


def from_codes(codes: Iterable[str]) -> list[Mark]:
    """Marks of which public material tells no more than that they are there."""
    return [{"code": code, "batch": "", "certificate": "", "valid_until": ""} for code in codes]


def codes_of(marks: Iterable[Mark]) -> list[str]:
    """The codes alone, each once, for lists."""
    return list(dict.fromkeys(mark["code"] for mark in marks))


def checked_marks(rows: Any) -> list[Mark]:
    """Marks as stored.

    Raises:
        FieldError: too many, on "marks".
        Invalid: on "marks.<row>.<key>".
    """
    given = [row for row in rows or () if row.get("code")]
    if len(given) > MOST_MARKS:
        raise FieldError("marks", Text("最多 %(most)d 项", "At most %(most)d") % {"most": MOST_MARKS})
    errors: list[FieldError] = []
    marks = [_checked(place, row, errors) for place, row in enumerate(rows or ()) if row.get("code")]
    if errors:
        raise Invalid(errors)
    return marks


def _checked(place: int, row: dict[str, Any], errors: list[FieldError]) -> Mark:
    mark = {key: one_line(str(row.get(key) or "")) for key in ("code", "batch", "certificate", "valid_until")}
    known = {each.code: each for each in catalogue.marks()}.get(mark["code"])
    if known is None:
        errors.append(FieldError(f"marks.{place}.code", Text("请从列表中选择", "Choose one of the list")))
        return mark
    for key in ("batch", "certificate") if known.kind == "three_firsts" else ("certificate",):
        if not mark[key]:
            errors.append(FieldError(f"marks.{place}.{key}", Text("请填写此项", "Fill this in")))
    for key, limit in LIMITS.items():
        if len(mark[key]) > limit:
            message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": limit}
            errors.append(FieldError(f"marks.{place}.{key}", message))
    try:
        mark["valid_until"] = date.fromisoformat(mark["valid_until"]).isoformat()
    except ValueError:
        message = Text("请写有效期，例如 2027-03-31", "Give the last day, e.g. 2027-03-31")
        errors.append(FieldError(f"marks.{place}.valid_until", message))
    return mark


def valid_marks(marks: Sequence[Mark]) -> list[Mark]:
    """Those that are shown today: through the last day of their validity, in Beijing."""
    today = clock.today().isoformat()
    return [mark for mark in marks if not mark["valid_until"] or mark["valid_until"] >= today]


def mark_label(code: str) -> Text:
    """What the mark is called, with its level; a code that the catalogue has lost stands for itself."""
    known = {each.code: each.label for each in catalogue.marks()}
    return known.get(code, Text(code, code))


def mark_line(mark: Mark) -> Text:
    """The mark with all it carries in one line, for pages and differences."""
    until = mark["valid_until"]
    more = [
        Text(mark["batch"], mark["batch"]),
        Text(f"证书 {mark['certificate']}", f"no. {mark['certificate']}") if mark["certificate"] else Text("", ""),
        Text(f"有效期至 {until}", f"valid until {until}") if until else Text("", ""),
    ]
    found = [mark_label(mark["code"]), *(each for each in more if each.zh)]
    return Text("，".join(each.zh for each in found), ", ".join(each.en for each in found))
