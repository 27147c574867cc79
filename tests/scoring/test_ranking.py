"""Totals and their order: exact, with minimum scores, gates and every rule for ties."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.core.text import Text
from marketplace.scoring.ranking import (
    TOTAL,
    Criterion,
    Judged,
    Placed,
    exact,
    failures,
    mean,
    passes,
    place,
    shown,
    tied,
)

NAME = Text("项", "item")
CRITERIA = [
    Criterion("a", NAME, weight=Decimal(60), least=Decimal(20)),
    Criterion("b", NAME, weight=Decimal(40)),
    Criterion("g", NAME, kind="gate"),
]
MARK = Decimal(60)


def judged(bid: str, a: object, b: object, gate: bool = True, price: str | None = None) -> Judged:
    return Judged(bid, {"a": Fraction(str(a)), "b": Fraction(str(b))}, {"g": gate}, Decimal(price) if price else None)


def ranks(placed: list[Placed]) -> list[tuple[str, int | None]]:
    return [(each.bid, each.rank) for each in placed]


def test_a_mean_is_exact() -> None:
    third = mean([Decimal("20"), Decimal("20"), Decimal("20.01")])
    assert third == Fraction(6001, 300)
    assert exact(third) == "6001/300"
    assert mean([Decimal("0.1")] * 3) == Fraction(1, 10)


def test_nothing_is_rounded_before_the_order_is_made() -> None:
    """Both read 80.00; the better one is better by less than a hundredth."""
    better = judged("B", Fraction("50.001"), 30)
    other = judged("A", 50, 30)
    assert shown(better.total) == shown(other.total) == "80.00"
    assert ranks(place([other, better], CRITERIA, MARK, "criteria")) == [("B", 1), ("A", 2)]


@pytest.mark.parametrize(
    ("total", "words"),
    [("262/3", "87.33"), ("80", "80.00"), ("0.005", "0.01"), ("0.00499999", "0.00"), ("199/2", "99.50"), ("0", "0.00")],
)
def test_a_total_is_rounded_half_up_when_it_is_read(total: str, words: str) -> None:
    assert shown(Fraction(total)) == words


def test_minimum_scores_gates_and_the_pass_mark() -> None:
    assert failures(judged("A", 20, 40), CRITERIA, MARK) == ()
    assert failures(judged("A", Fraction("19.99"), 40), CRITERIA, MARK) == ("a", TOTAL)
    assert failures(judged("A", 60, 40, gate=False), CRITERIA, MARK) == ("g",)
    assert failures(judged("A", 20, Fraction("39.999")), CRITERIA, MARK) == (TOTAL,)
    assert failures(judged("A", 20, 0), CRITERIA, None) == ()


def test_who_is_out_has_no_rank_and_stands_at_the_end() -> None:
    bids = [judged("A", 60, 40, gate=False), judged("B", 30, 31), judged("C", 15, 40)]
    placed = place(bids, CRITERIA, MARK, "criteria")
    assert ranks(placed) == [("B", 1), ("A", None), ("C", None)]
    assert [each.failed for each in placed] == [(), ("g",), ("a", TOTAL)]
    assert [each.qualified for each in placed] == [True, False, False]


def test_a_gate_needs_more_than_half() -> None:
    assert passes([True, True, False])
    assert not passes([True, False])
    assert not passes([False, False, True])


def test_ties_by_the_criteria_from_the_first_on() -> None:
    bids = [judged("A", 40, 40), judged("B", 50, 30), judged("C", 45, 35)]
    assert ranks(place(bids, CRITERIA, MARK, "criteria")) == [("B", 1), ("C", 2), ("A", 3)]
    assert tied(bids, CRITERIA, MARK) == [("A", "B", "C")]


def test_ties_by_price_and_without_one_last() -> None:
    bids = [judged("A", 40, 40), judged("B", 40, 40, price="99.50"), judged("C", 40, 40, price="100")]
    assert ranks(place(bids, CRITERIA, MARK, "price")) == [("B", 1), ("C", 2), ("A", 3)]


def test_ties_by_vote() -> None:
    bids = [judged("A", 40, 40), judged("B", 45, 35), judged("C", 10, 40)]
    assert tied(bids, CRITERIA, MARK) == [("A", "B")]
    assert ranks(place(bids, CRITERIA, MARK, "vote", {"A": 3, "B": 2}))[:2] == [("A", 1), ("B", 2)]


def test_what_no_rule_tells_apart_shares_a_rank() -> None:
    bids = [judged("B", 40, 40), judged("A", 40, 40), judged("C", 30, 40)]
    placed = place(bids, CRITERIA, MARK, "criteria")
    assert ranks(placed) == [("A", 1), ("B", 1), ("C", 3)]
    assert [each.shared for each in placed] == [True, True, False]


def test_the_order_does_not_depend_on_the_order_given() -> None:
    bids = [judged("A", 40, 40), judged("B", 40, 40), judged("C", 50, 30), judged("D", 60, 40, gate=False)]
    found = {tuple(ranks(place(list(each), CRITERIA, MARK, "criteria"))) for each in permutations(bids)}
    assert len(found) == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.decimals(0, 40, places=2), min_size=3, max_size=3), min_size=1, max_size=6))
def test_ranks_follow_totals(points: list[list[Decimal]]) -> None:
    bids = [
        Judged(str(number), {"a": Fraction(30), "b": mean(each)}, {"g": True}) for number, each in enumerate(points)
    ]
    placed = place(bids, CRITERIA, None, "criteria")
    assert sorted(placed, key=lambda each: -each.total) == placed
    for one in placed:
        assert one.rank == 1 + sum(other.total > one.total for other in bids)
