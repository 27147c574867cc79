"""Working days against the notices of the State Council for 2025 and 2026, and the table that overrides them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import Refused
from marketplace.reference import calendar

NONE: dict[date, bool] = {}

# 国办发明电〔2024〕12号 and the notice for 2026: days of rest that are weekdays, and weekend days worked.
MAKEUP = {
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
WEEKDAYS_OFF = {
    2025: [
        "01-01",
        "01-28",
        "01-29",
        "01-30",
        "01-31",
        "02-03",
        "02-04",
        "04-04",
        "05-01",
        "05-02",
        "05-05",
        "06-02",
        "10-01",
        "10-02",
        "10-03",
        "10-06",
        "10-07",
        "10-08",
    ],
    2026: [
        "01-01",
        "01-02",
        "02-16",
        "02-17",
        "02-18",
        "02-19",
        "02-20",
        "02-23",
        "04-06",
        "05-01",
        "05-04",
        "05-05",
        "06-19",
        "09-25",
        "10-01",
        "10-02",
        "10-05",
        "10-06",
        "10-07",
    ],
}


def days_of(year):
    return [date(year, 1, 1) + timedelta(days=each) for each in range(365)]


@pytest.mark.parametrize("year", [2025, 2026])
def test_make_up_days_are_those_of_the_notice(year):
    found = [f"{day:%m-%d}" for day in days_of(year) if calendar.day_kind(day, NONE) == "makeup"]
    assert found == MAKEUP[year]


@pytest.mark.parametrize("year", [2025, 2026])
def test_weekdays_off_are_those_of_the_notice(year):
    found = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() < 5 and not calendar.is_workday(day, NONE)]
    assert found == WEEKDAYS_OFF[year]


def test_kinds_of_days():
    assert calendar.day_kind(date(2026, 2, 17), NONE) == "holiday"  # Spring Festival
    assert calendar.day_kind(date(2026, 2, 14), NONE) == "makeup"  # a Saturday worked for it
    assert calendar.day_kind(date(2026, 3, 7), NONE) == "weekend"
    assert calendar.day_kind(date(2026, 3, 9), NONE) == "workday"


def test_five_working_days_over_may_day():
    # Rongcheng's notice of 27 April to 6 May 2023 counts exactly five working days, 6 May being a make-up Saturday.
    assert calendar.add_workdays(date(2023, 4, 26), 5, NONE) == date(2023, 5, 6)
    assert calendar.workdays_between(date(2023, 4, 26), date(2023, 5, 6), NONE) == 5


def test_the_day_of_the_act_is_not_counted():
    friday = date(2026, 3, 6)
    assert calendar.add_workdays(friday, 0, NONE) == friday
    assert calendar.add_workdays(friday, 1, NONE) == date(2026, 3, 9)
    assert calendar.workdays_between(friday, friday, NONE) == 0
    assert calendar.workdays_between(date(2026, 3, 9), friday, NONE) == -1
    with pytest.raises(ValueError, match="negative"):
        calendar.add_workdays(friday, -1, NONE)


def test_the_table_wins_over_the_library():
    storm, saturday = date(2026, 3, 10), date(2026, 3, 14)
    table = {storm: False, saturday: True}
    assert calendar.day_kind(storm, table) == "holiday"
    assert calendar.day_kind(saturday, table) == "makeup"
    assert calendar.add_workdays(date(2026, 3, 9), 4, table) == saturday


def test_a_year_without_arrangement_is_refused_with_the_next_step():
    with pytest.raises(calendar.YearUnknown) as caught:
        calendar.add_workdays(date(2026, 12, 28), 10, NONE)
    assert isinstance(caught.value, Refused)
    assert caught.value.year == 2027
    assert "2027" in caught.value.fact.zh
    assert "2027" in caught.value.next.en
    with pytest.raises(calendar.YearUnknown):
        calendar.known_year(1999, NONE)
    calendar.known_year(2026, NONE)


def test_a_year_can_be_entered_in_the_table():
    table = {date(2027, 1, 1): False, date(2027, 1, 3): True}
    calendar.known_year(2027, table)
    assert calendar.add_workdays(date(2026, 12, 31), 1, table) == date(2027, 1, 3)


def test_days_are_given_in_order_with_their_kind():
    found = list(calendar.days_after(date(2026, 9, 18), date(2026, 9, 21), NONE))
    assert found == [
        (date(2026, 9, 19), "weekend"),
        (date(2026, 9, 20), "makeup"),
        (date(2026, 9, 21), "workday"),
    ]


@given(st.dates(date(2020, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_adding_and_counting_are_inverse(start, n):
    end = calendar.add_workdays(start, n, NONE)
    assert calendar.is_workday(end, NONE)
    assert calendar.workdays_between(start, end, NONE) == n
    assert calendar.workdays_between(end, start, NONE) == -n
