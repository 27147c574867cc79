"""Whether a value meets what is wanted. Three answers: a value that is not known is never a fit, nor a failure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from marketplace.core.text import Text
from marketplace.reference.terms import Kind, Spec

Value = dict[str, Any]
Op = Literal[">=", "<=", "=", "covers", "in", "yes"]
Verdict = Literal["met", "not_met", "unknown"]


@dataclass(frozen=True, slots=True)
class Operator:
    """A way of comparing, as a form offers it: ``sign`` is what a short line prints before the value."""

    code: Op
    label: Text
    sign: Text


_AT_LEAST = Operator(">=", Text("不低于", "at least"), Text("≥", "≥"))
_AT_MOST = Operator("<=", Text("不高于", "at most"), Text("≤", "≤"))
_EQUAL = Operator("=", Text("等于", "equal to"), Text("=", "="))
_COVERS = Operator("covers", Text("覆盖", "covers"), Text("覆盖", "covers"))
_INCLUDES = Operator("covers", Text("包含全部", "includes all of"), Text("包含", "includes"))
_ONE_OF = Operator("in", Text("属于", "one of"), Text("属于", "one of"))
_ANY_OF = Operator("in", Text("至少含一项", "includes any of"), Text("含其一", "any of"))
_NEEDED = Operator("yes", Text("需要", "required"), Text("需要", "required"))

_OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    "number": (_AT_LEAST, _AT_MOST, _EQUAL),
    "range": (_COVERS,),
    "choice": (_ONE_OF, _EQUAL),
    "choices": (_INCLUDES, _ANY_OF),
    "flag": (_NEEDED,),
    "text": (_NEEDED,),
    "ip": (_AT_LEAST, _EQUAL),
}


def operators(spec: Spec) -> tuple[Operator, ...]:
    """The ways a requirement may compare this spec; the usual one comes first (≤ where less is better)."""
    found = _OPERATORS[spec.kind]
    if spec.kind == "number" and spec.better == "down":
        return (_AT_MOST, _AT_LEAST, _EQUAL)
    return found


def operator(spec: Spec, code: str) -> Operator:
    """The operator with this code; raises ValueError when the spec cannot be compared so."""
    for each in operators(spec):
        if each.code == code:
            return each
    raise ValueError(f"{spec.key} ({spec.kind}) cannot be compared with {code!r}")


def interval(value: Value) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and highest number a number or range may be, in the unit of the spec; None is open.

    A rough figure (~) counts as the figure itself.
    """
    first = Decimal(value["from"])
    approx = value.get("approx", "")
    if approx == ">=":
        return first, None
    if approx == "<=":
        return None, first
    return first, Decimal(value["to"]) if "to" in value else first


def compare(spec: Spec, value: Value | None, op: str, wanted: Value) -> Verdict:
    """Whether ``value`` meets "``op`` ``wanted``"; both are stored values of ``spec``.

    A range counts by its conservative end: 2.5-4 h is not "at least 3 h". Of a known bound only what follows is
    said: "≥10" meets ≥8 and leaves ≥12 unknown. Raises ValueError when the spec cannot be compared so.
    """
    operator(spec, op)
    if value is None:
        return "unknown"
    if spec.kind == "number":
        return _compare_number(value, op, wanted)
    if spec.kind == "range":
        return _compare_range(value, wanted)
    if spec.kind == "ip":
        return _compare_ip(str(value["choice"]), op, str(wanted["choice"]))
    if spec.kind == "flag":
        return _said(bool(value["flag"]))
    if spec.kind == "text":
        return _said(bool(value["text"])) if value["text"] else "unknown"
    if spec.kind == "choice":
        return _said(value["choice"] in _codes(wanted))
    have, asked = set(value["choices"]), set(_codes(wanted))
    return _said(asked <= have if op == "covers" else bool(asked & have))


def _said(fits: bool) -> Verdict:
    return "met" if fits else "not_met"


def _codes(wanted: Value) -> list[str]:
    return list(wanted["choices"]) if "choices" in wanted else [wanted["choice"]]


def _compare_number(value: Value, op: str, wanted: Value) -> Verdict:
    low, high = interval(value)
    least, most = _ends(wanted)
    if op == ">=":
        if low is None:
            return "not_met" if high is not None and high < most else "unknown"
        if low >= most:
            return "met"
        return "unknown" if high is None else "not_met"
    if op == "<=":
        if high is None:
            return "not_met" if low is not None and low > least else "unknown"
        if high <= least:
            return "met"
        return "unknown" if low is None else "not_met"
    return _equal(low, high, least)


def contradict(spec: Spec, op: str, wanted: Value, other_op: str, other: Value) -> bool:
    """Whether no value can meet both "``op`` ``wanted``" and "``other_op`` ``other``", whatever it is."""
    if spec.kind != "number":
        return False
    (low, high), (other_low, other_high) = _asked(op, wanted), _asked(other_op, other)
    return _above(low, other_high) or _above(other_low, high)


def _asked(op: str, wanted: Value) -> tuple[Decimal | None, Decimal | None]:
    """Between which numbers a value has to lie; None is open."""
    least, most = _ends(wanted)
    return {">=": (most, None), "<=": (None, least)}.get(op, (least, least))


def _above(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high


def _equal(low: Decimal | None, high: Decimal | None, target: Decimal) -> Verdict:
    if low == high == target:
        return "met"
    outside = (low is not None and target < low) or (high is not None and target > high)
    return "not_met" if outside else "unknown"


def _ends(value: Value) -> tuple[Decimal, Decimal]:
    first = Decimal(value["from"])
    return first, Decimal(value["to"]) if "to" in value else first


def _compare_range(value: Value, wanted: Value) -> Verdict:
    (low, high), (least, most) = _ends(value), _ends(wanted)
    return _said(low <= least and high >= most)


def _compare_ip(have: str, op: str, wanted: str) -> Verdict:
    """Digit by digit (IEC 60529): solids and water are two tests. X was not tested, or is not asked for."""
    verdicts = {_digit(mine, asked, op) for mine, asked in zip(have[2:], wanted[2:], strict=False)}
    if "not_met" in verdicts:
        return "not_met"
    return "unknown" if "unknown" in verdicts else "met"


def _digit(mine: str, asked: str, op: str) -> Verdict:
    if asked == "X" or (op == ">=" and asked == "0"):
        return "met"
    if mine == "X":
        return "unknown"
    return _said(mine >= asked if op == ">=" else mine == asked)
