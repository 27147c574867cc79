"""Import of a list: check every row first, then write all or nothing in the running transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError
from marketplace.core.text import Text
from marketplace.foundation.numbers import keep_clear_of
from marketplace.listings.kind import Kind
from marketplace.listings.loading import Loaded, load, replace
from marketplace.lists import queries
from marketplace.lists.columns import Values
from marketplace.lists.judging import Decision, Seen, Write, judge_listings, judge_organizations, wrong
from marketplace.lists.organization_columns import FIELDS
from marketplace.lists.product_columns import product_content
from marketplace.lists.reading import File, Given, Problem
from marketplace.lists.scenario_columns import scenario_content
from marketplace.organizations import services as organizations
from marketplace.organizations.models import Organization

PORTION = 500
MOST_PROBLEMS = 10_000

WRITERS: Mapping[str, Write] = {"products": product_content, "scenarios": scenario_content}

Advance = Callable[[int], Any]
"""Told how many rows were done."""


@dataclass
class Outcome:
    """How many rows are new, changed, the same; and every mistake. ``numbers``: the highest given, by year."""

    new: int = 0
    change: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    numbers: dict[str, str] = field(default_factory=dict)

    def count(self, decision: Decision) -> None:
        """Add one row."""
        if decision.action == "new":
            self.new += 1
        elif decision.action == "change":
            self.change += 1
        elif decision.action == "same":
            self.same += 1
        for problem in decision.problems:
            self.problems.append(problem)
            self.bad_rows.add(problem.row)
        number = decision.given.values.get("number", "")
        if decision.action == "new" and number:
            year = number.split("-")[1]
            self.numbers[year] = max(number, self.numbers.get(year, ""))

    @property
    def full(self) -> bool:
        """So many mistakes that looking further helps nobody."""
        return len(self.problems) >= MOST_PROBLEMS


def check(file: File, advance: Advance) -> Outcome:
    """Check every row and write nothing."""
    outcome = Outcome()
    for decisions in _decided(file):
        for decision in decisions:
            outcome.count(decision)
        advance(len(decisions))
        if outcome.full:
            break
    return outcome


def write(file: File, checked: Outcome, advance: Advance, actor: Actor = SYSTEM) -> Outcome:
    """Write what ``check`` found right. Listings are published at once; an operator answers for them.

    Raises:
        Conflict: the database changed since the check, so that a row is wrong now; nothing is kept.
    """
    for number in checked.numbers.values():
        keep_clear_of(number)
    outcome = Outcome()
    put = _write_listings if file.sheet.name in queries.KINDS else _write_organizations
    for decisions in _decided(file):
        for decision in decisions:
            outcome.count(decision)
        if outcome.problems:
            first = outcome.problems[0]
            raise Conflict(
                Text("没有导入：检查之后第 %(row)d 行变得不能写入（%(why)s）",
                     "Nothing was imported: since the check, row %(row)d cannot be written any more (%(why)s)")
                % {"row": first.row, "why": first.reason}
            )  # fmt: skip
        try:
            put(file, decisions, actor)
        except IntegrityError as error:
            message = Text(
                "没有导入：有人刚刚登记了同一编号或代码", "Nothing was imported: a number or code was taken meanwhile"
            )
            raise Conflict(message) from error
        advance(len(decisions))
    return outcome


def _decided(file: File) -> Iterator[list[Decision]]:
    seen = Seen()
    kind = queries.KINDS.get(file.sheet.name)
    if kind is not None:
        for rows in file.portions(PORTION):
            yield judge_listings(file.sheet, kind, rows, seen)
        return
    # Organizations are few; a parent may stand anywhere in the file, so that they are judged as one.
    every = [given for rows in file.portions(PORTION) for given in rows]
    yield _judged_with_parents(file, every, seen)


def _write_listings(file: File, decisions: Iterable[Decision], actor: Actor) -> None:
    kind, put = queries.KINDS[file.sheet.name], WRITERS[file.sheet.name]
    load(kind, [_loaded(kind, put, each) for each in decisions if each.action == "new"], actor)
    for each in decisions:
        if each.action == "change":
            replace(kind, each.subject, put(each.subject.content, each.values), actor)


def _loaded(kind: Kind, put: Write, decision: Decision) -> Loaded:
    organization, values = decision.organization, decision.values
    assert organization is not None
    content = put(kind.blank(organization), values)
    return Loaded(organization, content, values.get("number", ""), bool(values.get("compiled")))


# ---- organizations --------------------------------------------------------------------------------------------------


def _judged_with_parents(file: File, every: list[Given], seen: Seen) -> list[Decision]:
    codes = frozenset(given.values.get("credit_code", "") for given in every) - {""}
    found: list[Decision] = []
    for start in range(0, len(every), PORTION):
        found.extend(judge_organizations(file.sheet, every[start : start + PORTION], seen, codes))
    upper = {**queries.parents(), **_given_parents(every)}
    circle = Text("上级单位连成了一圈", "The line of parents comes back to this organization")
    return [
        wrong(each.given, file.sheet, FieldError("parent_code", circle))
        if each.action != "wrong" and _circles(each.given.values.get("credit_code", ""), upper)
        else each
        for each in found
    ]


def _given_parents(every: Iterable[Given]) -> dict[str, str]:
    return {
        given.values["credit_code"]: given.values["parent_code"]
        for given in every
        if given.values.get("credit_code") and "parent_code" in given.values
    }


def _circles(code: str, upper: Mapping[str, str]) -> bool:
    seen = {code}
    while code := upper.get(code, ""):
        if code in seen:
            return True
        seen.add(code)
    return False


def _write_organizations(_file: File, decisions: Iterable[Decision], actor: Actor) -> None:
    """Parents before those below them, whatever the order of the file."""
    left = {each.given.values["credit_code"]: each for each in decisions if each.action in ("new", "change")}
    while left:
        ready = [code for code, each in left.items() if each.values.get("parent_code", "") not in left]
        known = queries.organizations_by_code(
            {each.values.get("parent_code", "") for each in map(left.__getitem__, ready)}
        )
        for code in ready:
            _write_organization(left.pop(code), known, actor)


def _write_organization(decision: Decision, known: Mapping[str, Organization], actor: Actor) -> None:
    values = _organization_values(decision.values, known)
    if decision.subject is not None:
        organizations.reload_organization(decision.subject, values, actor)
        return
    given = decision.values
    organizations.load_organization(
        number=given.get("number", ""), compiled=bool(given.get("compiled")), demo=bool(given.get("demo")), actor=actor,
        **values,
    )  # fmt: skip


def _organization_values(values: Values, known: Mapping[str, Organization]) -> dict[str, Any]:
    found = {key: values[key] for key in (*FIELDS, "sources", "marks") if key in values}
    if "parent_code" in values:
        parent = known.get(values["parent_code"])
        found["parent_id"] = parent.id if parent is not None else None
    return found
