"""The conflict engine: which ties keep an expert from judging which parties, and for how long."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.experts.queries import Interest
from marketplace.experts.ties import RELATIONS, Tie
from marketplace.panels.conflicts import Found, Party, found, years_before

TODAY = date(2026, 3, 2)
PARTY, PARENT, CHILD, ALLY, STRANGER = 1, 2, 3, 4, 5
PARTIES = [Party(PARTY, frozenset({PARENT, CHILD}), frozenset({ALLY}))]


def rules(kind: str, organization: int | None, years: int = 3, **period: Any) -> list[str]:
    interest = Interest(Tie(kind, "某单位", **period), organization)
    return [each.rule for each in found([interest], PARTIES, TODAY, years)]


@pytest.mark.parametrize("kind", ["employer", "member"])
def test_who_works_there_or_in_its_line_is_barred(kind: str) -> None:
    assert rules(kind, PARTY) == ["organization"]
    assert rules(kind, PARENT) == ["line"]
    assert rules(kind, CHILD) == ["line"]
    assert rules(kind, STRANGER) == []
    assert rules(kind, None) == []


def test_a_past_employer_counts_for_three_years_to_the_day() -> None:
    last_day_that_counts = years_before(TODAY, 3)
    assert last_day_that_counts == date(2023, 3, 2)
    assert rules("employer", PARTY, until=last_day_that_counts) == ["past_employer"]
    assert rules("employer", PARENT, until=last_day_that_counts) == ["past_employer"]
    assert rules("employer", PARTY, until=date(2023, 3, 1)) == []
    assert rules("employer", PARTY, years=1, until=date(2024, 1, 1)) == []


def test_an_employment_that_has_not_begun_or_ends_today() -> None:
    assert rules("employer", PARTY, since=date(2026, 3, 3)) == []
    assert rules("employer", PARTY, until=TODAY) == ["organization"]


def test_three_years_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)


def test_shares_count_while_they_are_held() -> None:
    share = Decimal("0.01")
    assert rules("holding", PARTY, percent=share) == ["holding"]
    assert rules("holding", PARENT, percent=share) == ["holding"]
    assert rules("holding", PARTY, percent=share, until=date(2026, 3, 1)) == []


def test_who_works_for_an_organization_that_bid_together_with_a_party() -> None:
    assert rules("employer", ALLY) == ["joint_bid"]
    assert rules("employer", ALLY, until=date(2025, 3, 1)) == []
    assert rules("holding", ALLY, percent=Decimal(5)) == []


@pytest.mark.parametrize("kind", sorted(RELATIONS))
def test_every_declared_relation_counts(kind: str) -> None:
    assert rules(kind, PARTY) == ["relation"]
    assert rules(kind, CHILD) == ["relation"]
    assert rules(kind, PARTY, until=date(2022, 12, 31)) == []


def test_the_same_hit_is_told_once_and_another_tie_is_another_hit() -> None:
    ties = [
        Interest(Tie("employer", "某单位", since=date(2015, 1, 1)), PARTY),
        Interest(Tie("employer", "某单位", since=date(2020, 1, 1)), PARTY),
        Interest(Tie("member", "某单位"), PARTY),
        Interest(Tie("employer", "其上级"), PARENT),
    ]
    hits = found(ties, PARTIES, TODAY, 3)
    assert [(each.rule, each.via) for each in hits] == [
        ("organization", None), ("organization", None), ("line", PARENT),
    ]  # fmt: skip
    assert len({each.key for each in hits}) == 3


def test_every_party_is_held_against() -> None:
    many = [*PARTIES, Party(STRANGER)]
    hits = found([Interest(Tie("employer", "某单位"), STRANGER)], many, TODAY, 3)
    assert [(each.rule, each.party) for each in hits] == [("organization", STRANGER)]


def test_the_record_of_a_hit_names_no_person() -> None:
    tie = Tie("relative", "某单位", person="张三", since=date(2020, 1, 1), note="配偶")
    assert Found("relation", PARTY, None, tie).told == {"kind": "relative", "since": "2020-01-01"}
