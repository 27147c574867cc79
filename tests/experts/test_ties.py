"""The ties of an expert over all his declarations: never less than he declared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.experts.ties import first_day, last_day, ties_of, widest


def job(organization: str, since: str = "2015-03", until: str = "", code: str = "") -> dict[str, Any]:
    return {"organization": organization, "code": code, "position": "工程师", "since": since, "until": until}


def share(percent: str) -> dict[str, Any]:
    return {"organization": "丙公司", "code": "", "percent": percent, "since": "2020", "until": ""}


FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 6, 1), date(2026, 9, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2019-03-15", date(2019, 3, 15), date(2019, 3, 15)),
    ],
)
def test_a_period_is_read_as_wide_as_it_can_be(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)
    assert (first_day(""), last_day("")) == (None, None)


def test_what_ended_ends() -> None:
    (tie,) = widest([(FIRST, {"employers": [job("甲")]}), (SECOND, {"employers": [job("甲", until="2026-05")]})])
    assert (tie.since, tie.until) == (date(2015, 3, 1), date(2026, 5, 31))


def test_an_end_before_it_was_last_declared_to_hold_is_not_believed() -> None:
    (tie,) = widest([(FIRST, {"employers": [job("甲")]}), (SECOND, {"employers": [job("甲", until="2018")]})])
    assert tie.until == FIRST


def test_what_is_left_out_held_until_that_day() -> None:
    declared = [(FIRST, {"employers": [job("甲")]}), (SECOND, {"employers": []}), (THIRD, {"employers": []})]
    (tie,) = widest(declared)
    assert tie.until == SECOND
    assert tie.holds_on(SECOND)
    assert not tie.holds_on(SECOND + timedelta(days=1))


def test_a_share_is_the_largest_declared_and_names_are_compared_folded() -> None:
    (tie,) = widest([(FIRST, {"holdings": [share("5")]}), (SECOND, {"holdings": [share("0.5")]})])
    assert str(tie.percent) == "5"
    same = widest([(FIRST, {"employers": [job("甲 公司Ａ")]}), (SECOND, {"employers": [job("甲公司a")]})])
    assert len(same) == 1
    assert same[0].until is None


LINES = st.lists(
    st.builds(
        job,
        st.sampled_from(["甲", "乙"]),
        st.sampled_from(["2001", "2010-05", "2020-11-30"]),
        st.sampled_from(["", "", "2021", "2023-02", "2026-04-01"]),
    ),
    max_size=4,
)


@given(st.lists(st.tuples(st.integers(1, 300), LINES), min_size=1, max_size=5))
def test_never_less_than_any_declaration(steps: list[tuple[int, list[dict[str, Any]]]]) -> None:
    """On every day that a declaration covers, as far as it could know, the tie is among those that count."""
    day, declared = FIRST, []
    for days, lines in steps:
        day += timedelta(days=days)
        declared.append((day, {"employers": lines}))
    found = {tie.key: tie for tie in widest(declared)}
    for said, content in declared:
        for tie in ties_of(content):
            assert found[tie.key].holds_on(tie.since or date.min)
            assert found[tie.key].holds_on(tie.until or said)
