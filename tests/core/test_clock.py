"""Instants are UTC, days are Beijing days: around New Year's Eve, midnight and summer time of long ago."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core import clock

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
INSTANTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 12, 31), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_is_that_of_beijing(instant: datetime, day: date) -> None:
    with time_machine.travel(instant, tick=False):
        assert clock.today() == day
        assert clock.now() == instant
        assert clock.now().utcoffset() == timedelta(0)


def test_beijing_shows_the_same_instant() -> None:
    instant = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert clock.beijing(instant) == instant
    assert clock.beijing(instant).isoformat() == "2027-01-01T00:00:00+08:00"


def test_what_is_valid_through_a_day_ends_at_midnight_in_beijing() -> None:
    assert clock.end_of_day(date(2026, 12, 31)) == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@given(DAYS)
def test_the_end_of_a_day_is_the_first_instant_that_is_not_in_it(day: date) -> None:
    end = clock.end_of_day(day)
    assert clock.beijing(end).date() == day + timedelta(days=1)
    assert clock.beijing(end - timedelta(microseconds=1)).date() == day


@given(INSTANTS, st.integers(-14, 14))
def test_an_instant_is_the_same_in_every_zone(instant: datetime, hours: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert clock.beijing(elsewhere) == instant


def test_the_clock_can_stand_and_goes_on_afterwards() -> None:
    past = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    with clock.standing_at(past):
        assert (clock.now(), clock.today()) == (past, date(2026, 1, 1))
        with clock.standing_at(past - timedelta(seconds=1)):
            assert clock.today() == date(2025, 12, 31)
        assert clock.now() == past
    assert clock.now() > past


def test_the_clock_goes_on_also_after_an_error() -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(RuntimeError), clock.standing_at(past):
        raise RuntimeError
    assert clock.now() > past
