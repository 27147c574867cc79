"""Conditions on the specs of products, as they stand in an address: ``spec.payload.ge=20 kg``.

What is wanted is read, converted and judged by the rules of reference/values; a value that is not published is
unknown and never a fit.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, islice
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import Condition, Verdict
from marketplace.reference import catalogue, values
from marketplace.reference.reading import bound, normalize
from marketplace.reference.terms import Spec
from marketplace.web.forms import clean

PREFIX = "spec."
KIND = "product"  # what publishes specs; nothing else can meet a condition, or leave it open
# How an operator of reference/values is written in an address.
OPERATORS: Mapping[str, values.Op] = {
    "ge": ">=", "le": "<=", "eq": "=", "covers": "covers", "in": "in", "yes": "yes",
}  # fmt: skip
CODES = {op: code for code, op in OPERATORS.items()}
NAME = re.compile(rf"spec\.([a-z0-9_]+)\.({'|'.join(OPERATORS)})")
FILTERABLE = frozenset(("number", "range", "choice", "choices", "flag", "ip"))
MARKED = ("ex_mark",)  # texts of which it matters whether there is one: 防爆
ALWAYS_FIRST = ("ip_rating", *MARKED)  # where a category has them
MOST = 12  # conditions of one question
LONGEST = 60  # characters of a value
# Kind of spec → its unit → what a field shows before anything is typed; a test reads them all.
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "ip": {"": "IP65"},
    "range": {"℃": "−10~40", "%": "20~80", "mm": "200~500", "kg": "40~90"},
}
OFFERED = 6  # specs that a list offers when no single category is chosen


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition: ``value`` is a stored value of the spec; ``given`` are the values as typed."""

    spec: Spec
    op: values.Op
    value: values.Value
    given: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its parameter."""
        return f"{PREFIX}{self.spec.key}.{CODES[self.op]}"

    @property
    def label(self) -> Text:
        """In a few words: 额定负载 ≥ 20 kg."""
        zh, en = (values.show_requirement(self.spec, self.op, self.value, each) for each in ("zh_CN", "en"))
        return Text(f"{self.spec.label.zh} {zh}", f"{self.spec.label.en} {en}")

    def condition(self) -> Condition:
        """What the index is asked."""

        def judge(claim: str) -> Verdict:
            return values.compare(self.spec, json.loads(claim), self.op, self.value)

        return Condition(self.spec.key, f"{self.spec.key} {self.op} {values.encoded(self.value)}", judge)


def read_wanted(args: MultiDict[str, str]) -> tuple[tuple[Wanted, ...], tuple[FieldError, ...]]:
    """The conditions of a query string, and what is wrong with those that cannot be read; empty ones are none."""
    wanted: list[Wanted] = []
    errors: list[FieldError] = []
    for name in args:
        given = tuple(clean(value) for value in args.getlist(name) if clean(value))
        if not name.startswith(PREFIX) or not given:
            continue
        try:
            wanted.append(_wanted(name, given))
        except FieldError as error:
            errors.append(error)
    if len(wanted) > MOST:
        errors.append(FieldError(wanted[MOST].name, _TOO_MANY % {"most": MOST}))
    return tuple(wanted[:MOST]), tuple(errors)


_NO_SPEC = Text("没有“%(name)s”这个参数条件。", "There is no condition “%(name)s” on a spec.")
_TOO_MANY = Text("最多 %(most)d 个参数条件。", "At most %(most)d conditions on specs.")
_ONLY_YES = Text("“%(spec)s”只能写 1，就是需要。", "“%(spec)s” takes 1 alone: required.")
_TOO_LONG = Text("最多 %(most)d 个字。", "At most %(most)d characters.")


def _wanted(name: str, given: tuple[str, ...]) -> Wanted:
    found = NAME.fullmatch(name)
    no_spec = FieldError(name, _NO_SPEC % {"name": name.removeprefix(PREFIX)[:LONGEST]})
    spec = next((each for each in catalogue.specs() if found and each.key == found[1]), None)
    if found is None or spec is None or not _filterable(spec):
        raise no_spec
    if any(len(value) > LONGEST for value in given):
        raise FieldError(name, _TOO_LONG % {"most": LONGEST})
    op = OPERATORS[found[2]]
    if op == "yes" and values.parse(replace(spec, kind="flag"), given[-1], name) != {"flag": True}:
        raise FieldError(name, _ONLY_YES % {"spec": spec.label})
    many = op == "in" or spec.kind == "choices"
    raw: Any = {"choices": list(given)} if many else given[-1]
    try:
        return Wanted(spec, op, values.parse_wanted(spec, op, raw, name), given if many else given[-1:])
    except FieldError:
        raise
    except ValueError as error:  # the spec cannot be compared so
        raise no_spec from error


def contradictions(wanted: Sequence[Wanted]) -> list[tuple[Text, Text]]:
    """Pairs of conditions on the same spec that nothing can meet together."""
    return [
        (one.label, other.label)
        for one, other in combinations(wanted, 2)
        if one.spec.key == other.spec.key and values.contradict(one.spec, one.op, one.value, other.op, other.value)
    ]


# ---- what a question says -------------------------------------------------------------------------------------------


def said_in(text: str) -> tuple[list[Wanted], str]:
    """The conditions on figures that the words of a question say (负载≥20kg, IP65), and the words besides them.

    An amount alone is a bound on the better side of its spec: a payload of at least, an error of at most.
    """
    found: dict[str, Wanted] = {}
    rest, done, text = "", 0, normalize(text)
    for named in islice(_named().finditer(text), MOST):
        spec = _by_name()[(named[1] or IP).lower()]
        said = _said(spec, text[named.end() :]) if named.start() >= done else None
        if said is not None:
            wanted, length = said
            found.setdefault(wanted.name, wanted)
            rest, done = f"{rest}{text[done : named.start()]} ", named.end() + length
    rest = " ".join((rest + text[done:]).split()).strip(" ,;、。的")
    return list(found.values()), rest if re.search(r"\w", rest) else ""


IP = "ip"
_CUT = re.compile(r"[a-z\d.]{2}|.[-~～–—至到]", re.IGNORECASE)  # a number, a Latin word or a span in two
LONGEST_SAID = 16  # characters of an amount with its sign and unit


@cache
def _by_name() -> Mapping[str, Spec]:
    """What people call the specs that hold one figure; a name that two have is that of the first."""
    found = {IP: next(each for each in catalogue.specs() if each.kind == "ip")}
    for spec in catalogue.specs():
        if spec.kind in ("number", "ip"):
            for name in (spec.label.zh, spec.label.en, *spec.aliases):
                found.setdefault(name.lower(), spec)
    return found


@cache
def _named() -> re.Pattern[str]:
    """Where a spec is named; IP65 names its own."""
    names = "|".join(re.escape(name) for name in sorted(_by_name(), key=len, reverse=True) if name != IP)
    return re.compile(rf"(?<![a-z])(?:({names})\s?[:：]?|(?=ip\s?[\dx]{{2}}(?![a-z\d])))", re.IGNORECASE | re.ASCII)


def _said(spec: Spec, text: str) -> tuple[Wanted, int] | None:
    """The condition that ``text`` begins with, and how many of its characters say it: as many as can be read."""
    text = text[: LONGEST_SAID + 1]
    for end in range(min(len(text), LONGEST_SAID), 0, -1) if re.search(r"\d", text) else ():
        given = text[:end].strip()
        if not given or _parts_a_word(text[end - 1 : end + 1]):
            continue
        for op in _directions(spec, given):
            try:
                return Wanted(spec, op, values.parse_wanted(spec, op, given), (bound(given, op),)), end
            except ValueError:  # FieldError is one
                continue
    return None


def _parts_a_word(pair: str) -> bool:
    """Whether a word or a number would end between these two characters: 人 is a unit, but not of 人形."""
    one = len(pair) > 1 and pair in {word.surface for word in shared_analyzer().query_words(pair)}
    return one or _CUT.match(pair) is not None


def _directions(spec: Spec, given: str) -> Sequence[Literal[">=", "<="]]:
    """Which bounds an amount may be: the one that it says in front, else the better side, else what it says behind."""
    signed = [op for op in _BOUNDS if bound(given, op) != given]
    if signed or spec.kind == "ip":
        return signed or (">=",)
    return {"up": _BOUNDS, "down": _BOUNDS[::-1]}.get(spec.better, ())


_BOUNDS: tuple[Literal[">=", "<="], ...] = (">=", "<=")


# ---- what a list offers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """One field: ``options`` (code, label, chosen) of a choice, else ``value`` as typed; ``error`` when it is wrong.

    ``example``: what one may type, where that is no plain number.
    """

    name: str
    label: Text
    value: str = ""
    options: tuple[tuple[str, Text, bool], ...] = ()
    error: Text | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A spec that can be asked for, with its fields. ``later``: folded away under "more"."""

    spec: Spec
    bounds: tuple[Bound, ...]
    later: bool = False


def offered(
    categories: Sequence[str],
    counts: Mapping[str, int],
    wanted: Iterable[Wanted],
    errors: Iterable[FieldError],
    args: MultiDict[str, str],
) -> list[Offer]:
    """The specs worth asking for: of one chosen category all, else the headline specs of what is in the list.

    ``counts``: category → products in the list. What is asked for already is always among them.
    """  # fmt: skip
    wrong = {error.field: error.message for error in errors}
    asked = [each.spec.key for each in wanted] + [name.split(".")[1] for name in wrong if name.count(".") == 2]
    if len(categories) == 1:
        category = catalogue.category(categories[0])
        first = [*category.headline, *(key for key in category.specs if key in ALWAYS_FIRST)]
        every = list(dict.fromkeys((*first, *category.specs)))
    else:
        weight: Counter[str] = Counter()
        for code, count in counts.items():
            if count and (not categories or code in categories):
                weight.update(dict.fromkeys((*catalogue.category(code).headline,), count))
        first = every = [key for key, _ in weight.most_common() if _filterable(catalogue.spec(key))][:OFFERED]
    known = {each.key for each in catalogue.specs()}
    keys = dict.fromkeys((*first, *(key for key in asked if key in known), *every))
    specs = [catalogue.spec(key) for key in keys]
    near = {*first, *asked}
    return [Offer(spec, _bounds(spec, wrong, args), spec.key not in near) for spec in specs if _filterable(spec)]


def _filterable(spec: Spec) -> bool:
    return spec.kind in FILTERABLE or spec.key in MARKED


def _bounds(spec: Spec, wrong: Mapping[str, Text], args: MultiDict[str, str]) -> tuple[Bound, ...]:
    if spec.kind in ("flag", "text"):
        name = f"{PREFIX}{spec.key}.yes"
        needed = (("1", Text("需要", "Required"), name in args and name not in wrong),)
        return (Bound(name, Text("需要", "required"), options=needed, error=wrong.get(name)),)
    if spec.kind in ("choice", "choices"):
        name = f"{PREFIX}{spec.key}.in"
        chosen = args.getlist(name)
        options = tuple((each.code, each.label, each.code in chosen) for each in spec.choices)
        return (Bound(name, spec.label, options=options, error=wrong.get(name)),)
    ops = [each for each in values.operators(spec) if each.code != "="]
    names = [(f"{PREFIX}{spec.key}.{CODES[each.code]}", each.sign) for each in ops]
    example = EXAMPLES.get(spec.kind, {}).get(spec.unit, "")
    return tuple(
        Bound(name, sign, args.get(name, "")[:LONGEST], error=wrong.get(name), example=example) for name, sign in names
    )
