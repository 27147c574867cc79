"""The window of a notice on the Chinese calendar: pure arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace.notices.window import last_day, resumed
from marketplace.reference.calendar import YearUnknown


@pytest.mark.parametrize(
    ("opened", "days", "end"),
    [
        # The notice of 荣成 in 2023 (domain.md, S5): five working days over May Day, the last a Saturday worked in.
        (date(2023, 4, 27), 5, date(2023, 5, 6)),
        # National Day 2026: the week off does not count, the Saturday after it does.
        (date(2026, 9, 29), 5, date(2026, 10, 10)),
        # Opened on a Saturday: the count begins on Monday.
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 30), 1, date(2026, 11, 30)),
    ],
)
def test_the_last_day(opened: date, days: int, end: date) -> None:
    assert last_day(opened, days, {}) == end


def test_what_was_left_follows_the_decision() -> None:
    # Stopped on the second of five days, decided eight days later: three working days are left.
    assert resumed(date(2026, 11, 24), date(2026, 11, 27), date(2026, 12, 2), {}) == date(2026, 12, 7)
    # Stopped on the last day, or after it: one day is left to read the reply.
    assert resumed(date(2026, 11, 27), date(2026, 11, 27), date(2026, 11, 27), {}) == date(2026, 11, 30)


def test_a_year_that_is_not_known_is_refused_and_the_table_makes_it_known() -> None:
    with pytest.raises(YearUnknown):
        last_day(date(2031, 12, 30), 5, {})
    table = {date(2031, 12, 31): True, date(2032, 1, 1): False}
    assert last_day(date(2031, 12, 30), 3, table) == date(2032, 1, 2)
