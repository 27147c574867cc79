"""The rules of spec values, said once: how a value is read, shown, ordered and exchanged.

A value is JSON (``Value``): number and range {"from", "to"?, "approx"?} as decimal text in the unit of the spec,
choice {"choice"}, choices {"choices"}, flag {"flag"}, text {"text"}, ip {"choice": "IP67"}. None means not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference import wording
from marketplace.reference.catalogue import fold
from marketplace.reference.comparing import (
    Op,
    Operator,
    Value,
    Verdict,
    compare,
    contradict,
    interval,
    operator,
    operators,
)
from marketplace.reference.reading import NotANumber, Reading, TooFine, TooLong, bound, normalize, plain, read
from marketplace.reference.terms import Choice, Spec

__all__ = [
    "Op",
    "Operator",
    "Value",
    "Verdict",
    "compare",
    "contradict",
    "encoded",
    "export_text",
    "import_text",
    "interval",
    "operator",
    "operators",
    "parse",
    "parse_wanted",
    "show",
    "show_requirement",
    "show_with_unit",
    "sort_key",
]

TEXT_LIMIT = 300
_BLANK = frozenset({"", "-", "/", "n/a", "na", "未公开", "不详", "未知", "unknown", "notdisclosed", "notpublished"})
_YES = frozenset({"是", "有", "支持", "具备", "能", "可", "yes", "y", "true", "1", "on", "√", "✓"})
_NO = frozenset({"否", "无", "没有", "不支持", "不具备", "不能", "no", "n", "false", "0", "off", "×", "✗"})
_IP = re.compile(r"(?:IP)?\s{0,3}-?\s{0,3}([0-6X])([0-8X]|9K?)", re.IGNORECASE)
_LIST = re.compile(r"[、,;|\n]+")
_LOOSE = re.compile(r"[、,;|\n/+&和]+")


def parse(spec: Spec, raw: Mapping[str, Any] | str, field: str = "") -> Value | None:
    """Read what a person, a form or a file gives for ``spec``; None when it is blank or "未公开".

    ``raw`` is text ("10～20", "500 g"), the parts of a form ({"from", "to", "approx", "unit"}, {"value", "unit"},
    {"choice"}, {"choices"}, {"flag"}, {"text"}) or a stored value, which comes back unchanged.
    Raises FieldError naming ``field`` (else the key), what is expected and an example.
    """
    field = field or spec.key
    if spec.kind == "flag":
        return _flag(spec, raw, field)
    if spec.kind == "choices":
        return _choices(spec, raw, field)
    text = _text_of(spec, raw)
    if fold(normalize(text)) in _BLANK:
        return None
    if spec.kind in ("number", "range"):
        return _number(spec, text, field)
    if spec.kind == "ip":
        return _ip(spec, text, field)
    if spec.kind == "choice":
        return {"choice": _one(spec, text, field).code}
    return _words(spec, text, field)


def show(spec: Spec, value: Value | None, language: str) -> str:
    """The value for people, without its unit: "2.5–4", "≥10", "−20 ~ 55", "激光SLAM、视觉SLAM", "是"."""
    if value is None:
        return Text("未公开", "unknown").say(language)
    if spec.kind == "flag":
        return (Text("是", "Yes") if value["flag"] else Text("否", "No")).say(language)
    if spec.kind == "choices":
        return _separator(language).join(spec.choice(code).label.say(language) for code in value["choices"])
    if spec.kind == "choice":
        return spec.choice(value["choice"]).label.say(language)
    if spec.kind == "ip":
        return str(value["choice"])
    if spec.kind == "text":
        return str(value["text"])
    return _show_number(value, language)


def show_with_unit(spec: Spec, value: Value | None, language: str) -> str:
    """The value followed by its unit, as running text has it: "2.5–4 h", "30%", "15°"."""
    shown, unit = show(spec, value, language), spec.unit_label.say(language)
    if value is None or not unit:
        return shown
    return shown + unit if unit in ("%", "°", ":1", "B", "C") else f"{shown} {unit}"


def sort_key(spec: Spec, value: Value | None) -> tuple[int, Decimal, str]:
    """A key that orders values of one spec ascending, by the conservative end of a range; unknown comes last."""
    if value is None:
        return (1, Decimal(0), "")
    if spec.kind in ("number", "range"):
        end = "to" if spec.better == "down" and "to" in value else "from"
        return (0, Decimal(value[end]), "")
    if spec.kind == "flag":
        return (0, Decimal(bool(value["flag"])), "")
    if spec.kind == "choices":
        return (0, Decimal(len(value["choices"])), ",".join(value["choices"]))
    if spec.kind == "choice":
        return (0, Decimal([each.code for each in spec.choices].index(value["choice"])), "")
    if spec.kind == "ip":
        return (0, Decimal(0), str(value["choice"]).replace("X", "0"))
    return (0, Decimal(0), fold(value["text"]))


def export_text(spec: Spec, value: Value | None, language: str = "zh_CN") -> str:
    """The value as one cell of a table, without its unit; ``import_text`` reads it back unchanged."""
    if value is None:
        return ""
    if spec.kind not in ("number", "range"):
        return show(spec, value, language)
    if "to" in value:
        return f"{value['from']}~{value['to']}"
    return {">=": "≥", "<=": "≤", "~": "~", "": ""}[value.get("approx", "")] + str(value["from"])


def encoded(value: Value) -> str:
    """A stored value as one text, the same for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def import_text(spec: Spec, text: str, field: str = "") -> Value | None:
    """Read one cell of a table: the same rules as ``parse``, and the inverse of ``export_text``."""
    return parse(spec, text, field)


def parse_wanted(spec: Spec, op: str, raw: Mapping[str, Any] | str, field: str = "") -> Value:
    """Read the value of a requirement, whose shape depends on the operator.

    ≥ ≤ = take one definite number, before which the operator may be said again ("≥20" of at least 20); covers a range
    (or several choices); in one or more choices; yes needs nothing. What is wrong is told without the hint of the spec,
    which is for those who claim a value.
    Raises FieldError as ``parse`` does, also when it is blank; ValueError when the spec cannot be compared so.
    """
    field = field or spec.key
    kind = operator(spec, op).code
    if kind == "yes":
        return {"flag": True}
    asked = replace(spec, kind="choices" if kind == "in" else spec.kind, hint=Text("", ""))
    value = parse(asked, bound(raw, kind) if isinstance(raw, str) and kind in (">=", "<=") else raw, field)
    if value is None:
        raise FieldError(field, wording.missing(spec))
    if value.get("approx") == kind:
        value = {"from": value["from"]}
    if spec.kind == "number" and ("to" in value or "approx" in value):
        raise FieldError(field, wording.one_number(spec))
    return value


def show_requirement(spec: Spec, op: str, wanted: Value, language: str) -> str:
    """What is wanted, in a few words: "≥ 15 kg", "覆盖 −10 ~ 40 ℃", "属于 激光SLAM、视觉SLAM", "需要"."""
    sign = operator(spec, op).sign.say(language)
    if op == "yes":
        return sign
    shape = replace(spec, kind="choices") if "choices" in wanted else spec
    return f"{sign} {show_with_unit(shape, wanted, language)}"


def _text_of(spec: Spec, raw: Mapping[str, Any] | str) -> str:
    if isinstance(raw, str):
        return raw
    unit = str(raw.get("unit") or "")
    if spec.kind in ("number", "range") and ("from" in raw or "to" in raw):
        first, second = str(raw.get("from") or "").strip(), str(raw.get("to") or "").strip()
        approx = str(raw.get("approx") or "")
        if first and second:
            return f"{approx}{first}{unit}~{second}{unit}"
        # Only the upper end was filled in: all that is known is a bound.
        return f"{approx}{first}{unit}" if first else (f"<={second}{unit}" if second else "")
    name = next((each for each in ("value", "choice", "text") if each in raw), "")
    return str(raw.get(name) or "").strip() + unit if name else ""


def _number(spec: Spec, text: str, field: str) -> Value:
    try:
        found = read(spec, text)
    except TooFine as error:
        raise FieldError(field, wording.too_fine(spec)) from error
    except TooLong as error:
        raise FieldError(field, wording.implausible(spec)) from error
    except NotANumber as error:
        raise FieldError(field, wording.expected(spec)) from error
    if spec.kind == "range":
        found = _as_range(spec, found, field)
    if found.second is not None and found.second < found.first:
        low, high = plain(found.second), plain(found.first)
        raise FieldError(field, wording.reversed_range(spec, low, high))
    for number in (found.first, found.second):
        if number is not None and not _plausible(spec, number):
            raise FieldError(field, wording.implausible(spec))
    value: Value = {"from": plain(found.first)}
    if found.second is not None and (found.second != found.first or spec.kind == "range"):
        value["to"] = plain(found.second)
    if found.approx:
        value["approx"] = found.approx
    return value


def _as_range(spec: Spec, found: Reading, field: str) -> Reading:
    if found.tolerance:
        return Reading(-abs(found.first), abs(found.first))
    if found.second is None or found.approx:
        raise FieldError(field, wording.expected(spec))
    return found


def _plausible(spec: Spec, number: Decimal) -> bool:
    return (spec.low is None or number >= spec.low) and (spec.high is None or number <= spec.high)


def _flag(spec: Spec, raw: Mapping[str, Any] | str, field: str) -> Value | None:
    given = raw if isinstance(raw, str) else next((raw[name] for name in ("flag", "value") if name in raw), "")
    if isinstance(given, bool):
        return {"flag": given}
    word = fold(normalize(str(given)))
    if word in _YES or word in _NO:
        return {"flag": word in _YES}
    if word in _BLANK:
        return None
    raise FieldError(field, wording.expected(spec))


def _choices(spec: Spec, raw: Mapping[str, Any] | str, field: str) -> Value | None:
    given = (
        raw if isinstance(raw, str) else next((raw[name] for name in ("choices", "choice", "value") if name in raw), "")
    )
    if isinstance(given, str) and fold(normalize(given)) in _BLANK:
        return None
    if isinstance(given, str):
        pieces = [given] if _match(spec, given) else _pieces(spec, given)
    elif isinstance(given, Sequence):
        pieces = [str(each) for each in given]
    else:
        raise FieldError(field, wording.expected(spec))
    codes = {_one(spec, piece, field).code for piece in pieces if fold(normalize(piece)) not in _BLANK}
    # The order of the schema, so that the same answers are the same value.
    return {"choices": [each.code for each in spec.choices if each.code in codes]} if codes else None


def _pieces(spec: Spec, text: str) -> list[str]:
    """Split a list; "/", "+" and 和 part answers only where the whole piece is no answer itself (EtherNet/IP)."""
    pieces: list[str] = []
    for piece in _LIST.split(text.replace("，", ",").replace("；", ";")):
        pieces.extend([piece] if _match(spec, piece) else _LOOSE.split(piece.replace("＋", "+")))
    return pieces


def _match(spec: Spec, text: str) -> Choice | None:
    word = fold(text)
    for each in spec.choices:
        if word in map(fold, (each.code, each.label.zh, each.label.en, *each.aliases)):
            return each
    return None


def _one(spec: Spec, text: str, field: str) -> Choice:
    found = _match(spec, text)
    if found is None:
        raise FieldError(field, wording.expected(spec))
    return found


def _ip(spec: Spec, text: str, field: str) -> Value:
    found = _IP.fullmatch(normalize(text))
    if found is None:
        raise FieldError(field, wording.expected(spec))
    return {"choice": f"IP{found[1]}{found[2]}".upper()}


def _words(spec: Spec, text: str, field: str) -> Value | None:
    words = " ".join(text.split())
    if fold(words) in _NO - {"0", "1"}:
        return None
    if len(words) > TEXT_LIMIT or not words.isprintable():
        raise FieldError(field, wording.expected(spec))
    return {"text": words}


def _show_number(value: Value, language: str) -> str:
    first = str(value["from"]).replace("-", "−")
    if "to" in value:
        second = str(value["to"]).replace("-", "−")
        return f"{first} ~ {second}" if "−" in first + second else f"{first}–{second}"
    approx = value.get("approx", "")
    if approx == "~":
        return Text("约 ", "about ").say(language) + first
    return {">=": "≥", "<=": "≤", "": ""}[approx] + first


def _separator(language: str) -> str:
    return Text("、", ", ").say(language)
