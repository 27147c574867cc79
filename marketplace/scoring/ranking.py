"""Totals and their order in exact arithmetic: nothing is rounded before it is shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from marketplace.core.text import Text

Kind = Literal["points", "gate"]
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What bids are judged by. ``points`` run from 0 to ``weight``; a ``gate`` is passed or not and has no weight.

    ``least``: fewer points than these, and the bid is out, whatever its total.
    """

    key: str
    name: Text
    hint: Text = Text("", "")
    kind: Kind = "points"
    weight: Decimal = Decimal(0)
    least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A bid with what the panel as a whole says: points a criterion, and whether it passes each gate."""

    bid: str
    points: Mapping[str, Fraction]
    gates: Mapping[str, bool] = field(default_factory=dict)
    price: Decimal | None = None

    @property
    def total(self) -> Fraction:
        """The sum of the points."""
        return sum(self.points.values(), Fraction(0))


@dataclass(frozen=True, slots=True)
class Placed:
    """A bid in the order. ``rank`` is None for one that is out; ``failed`` names what it did not reach.

    ``shared``: others have the same rank, because no rule told them apart.
    """

    bid: str
    total: Fraction
    rank: int | None
    failed: tuple[str, ...] = ()
    shared: bool = False

    @property
    def qualified(self) -> bool:
        """Whether it may win."""
        return self.rank is not None


def mean(points: Sequence[Decimal]) -> Fraction:
    """The exact mean of what the experts gave; at least one."""
    return sum(map(Fraction, points), Fraction(0)) / len(points)


def passes(answers: Sequence[bool]) -> bool:
    """A gate is passed when more than half say so."""
    return sum(answers) * 2 > len(answers)


def shown(total: Fraction, places: int = 2) -> str:
    """A total as it is read: rounded half up at the very end ("87.33")."""
    unit = Decimal(1).scaleb(-places)
    exact = Decimal(total.numerator * 10 ** (places + 2) // total.denominator).scaleb(-places - 2)
    return str(exact.quantize(unit, ROUND_HALF_UP))


def exact(total: Fraction) -> str:
    """A total as the report keeps it: "262/3", or plain digits when they say it all."""
    return str(total)


def failures(judged: Judged, criteria: Sequence[Criterion], pass_mark: Decimal | None) -> tuple[str, ...]:
    """The keys of what a bid does not reach, ``TOTAL`` for the pass mark."""
    failed = [each.key for each in criteria if each.kind == "gate" and not judged.gates[each.key]]
    failed += [
        each.key
        for each in criteria
        if each.kind == "points" and each.least is not None and judged.points[each.key] < each.least
    ]
    if pass_mark is not None and judged.total < pass_mark:
        failed.append(TOTAL)
    return tuple(failed)


def tied(bids: Sequence[Judged], criteria: Sequence[Criterion], pass_mark: Decimal | None) -> list[tuple[str, ...]]:
    """The groups of bids that may win and have equal totals, each sorted."""
    able = sorted((each for each in bids if not failures(each, criteria, pass_mark)), key=lambda each: each.total)
    groups = (tuple(sorted(each.bid for each in group)) for _total, group in groupby(able, key=lambda each: each.total))
    return [group for group in groups if len(group) > 1]


def place(
    bids: Sequence[Judged],
    criteria: Sequence[Criterion],
    pass_mark: Decimal | None,
    tie_rule: str,
    votes: Mapping[str, int] | None = None,
) -> list[Placed]:
    """The bids in order, those that are out at the end by their total.

    Args:
        tie_rule: "criteria", "price" or "vote" (``challenges.content.TIE_RULES``).
        votes: bid → votes of the panel among those it is tied with.

    Equal totals that the rule does not tell apart share a rank, and the next one counts them all: 1, 1, 3.
    """
    failed = {each.bid: failures(each, criteria, pass_mark) for each in bids}

    def before(one: Judged) -> tuple[Any, ...]:
        return (-one.total, *_tie_key(one, criteria, tie_rule, votes or {}))

    able = sorted((each for each in bids if not failed[each.bid]), key=before)
    placed: list[Placed] = []
    for _key, group in groupby(able, key=before):
        same = sorted(group, key=lambda each: each.bid)
        rank = len(placed) + 1
        placed += [Placed(each.bid, each.total, rank, shared=len(same) > 1) for each in same]
    out = sorted((each for each in bids if failed[each.bid]), key=lambda each: (-each.total, each.bid))
    return placed + [Placed(each.bid, each.total, None, failed[each.bid]) for each in out]


def _tie_key(one: Judged, criteria: Sequence[Criterion], tie_rule: str, votes: Mapping[str, int]) -> tuple[Any, ...]:
    if tie_rule == "price":
        return (one.price is None, one.price or Decimal(0))
    if tie_rule == "vote":
        return (-votes.get(one.bid, 0),)
    return tuple(-one.points[each.key] for each in criteria if each.kind == "points")
