"""What is said to a person who typed something that a spec cannot take: what is expected, and an example."""

from __future__ import annotations

from marketplace.core.text import Text, enumerated
from marketplace.reference.reading import plain
from marketplace.reference.terms import Spec


def expected(spec: Spec) -> Text:
    """What a value of the spec looks like."""
    filled: dict[str, object] = {"label": spec.label, "unit": spec.unit_label}
    if spec.kind in ("choice", "choices"):
        listed = enumerated(each.label for each in spec.choices)
        return Text("“%(label)s”请从下列各项中选：%(listed)s。", "“%(label)s”: choose from %(listed)s.") % {
            **filled,
            "listed": listed,
        }
    if spec.kind == "flag":
        return Text("“%(label)s”请填“是”或“否”。", "“%(label)s”: answer yes or no.") % filled
    if spec.kind == "ip":
        return (
            Text(
                "“%(label)s”请写 IP 加两位代码，例如 IP67；没有测的一位写 X，例如 IPX5。",
                "“%(label)s”: write IP and two characters, e.g. IP67; X for one not tested, e.g. IPX5.",
            )
            % filled
        )
    if spec.kind == "text":
        return Text("“%(label)s”请填文字，不超过 300 字。", "“%(label)s”: text of at most 300 characters.") % filled
    return _with_hint(_NUMBERS[spec.kind == "range", bool(spec.unit)] % filled, spec)


def too_fine(spec: Spec) -> Text:
    """More decimal places than are kept."""
    told = Text("“%(label)s”最多保留 %(places)s 位小数。", "“%(label)s” keeps at most %(places)s decimal places.")
    return _with_hint(told % {"label": spec.label, "places": spec.decimals}, spec)


def implausible(spec: Spec) -> Text:
    """Outside what such a machine or place can have: mostly a wrong unit."""
    told = Text(
        "“%(label)s”应在 %(low)s 到 %(high)s %(unit)s之间，请核对数值和单位。",
        "“%(label)s” should lie between %(low)s and %(high)s %(unit)s; check the number and its unit.",
    ) % {
        "label": spec.label,
        "low": plain(spec.low) if spec.low is not None else "−∞",
        "high": plain(spec.high) if spec.high is not None else "∞",
        "unit": Text(f"{spec.unit_label.zh} ", spec.unit_label.en) if spec.unit else "",
    }
    return _with_hint(told, spec)


def reversed_range(spec: Spec, low: str, high: str) -> Text:
    """The higher number came first."""
    return Text(
        "“%(label)s”的区间要从小到大写：%(low)s~%(high)s。",
        "“%(label)s”: write the lower number first: %(low)s~%(high)s.",
    ) % {"label": spec.label, "low": low, "high": high}


def one_number(spec: Spec) -> Text:
    """A requirement needs a limit, not a range or a rough figure."""
    return Text(
        "“%(label)s”的要求要填一个确定的数，例如“不低于 20”里的 20，不能是区间或约数。",
        "A requirement on “%(label)s” needs one definite number, e.g. 20 in “at least 20”, not a range.",
    ) % {"label": spec.label}


def missing(spec: Spec) -> Text:
    """A requirement without its value."""
    return Text(
        "“%(label)s”的要求还没有填值；不需要这一条就把它删去。",
        "The requirement on “%(label)s” has no value yet; remove it if it is not needed.",
    ) % {"label": spec.label}


def _with_hint(told: Text, spec: Spec) -> Text:
    """What is told, then how such a value is claimed; a requirement has no such hint."""
    if not spec.hint.zh:
        return told
    return Text(f"{told.zh}{spec.hint.zh}。", f"{told.en} {spec.hint.en[:1].upper()}{spec.hint.en[1:]}.")


# By (two numbers are wanted, there is a unit).
_NUMBERS = {
    (True, True): Text(
        "“%(label)s”要填从低到高两个数，单位 %(unit)s。", "“%(label)s” takes two numbers, low to high, in %(unit)s."
    ),
    (True, False): Text("“%(label)s”要填从低到高两个数。", "“%(label)s” takes two numbers, low to high."),
    (False, True): Text("“%(label)s”要填数字，单位 %(unit)s。", "“%(label)s” takes a number in %(unit)s."),
    (False, False): Text("“%(label)s”要填数字。", "“%(label)s” takes a number."),
}
