"""Numbers for people: one after the other in each Beijing year, never twice, also when many ask at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation.db import transaction
from marketplace.foundation.numbers import keep_clear_of, next_number, next_numbers
from tests.foundation.door import BrokenOffError, break_off
from tests.support.site import Clock
from tests.support.together import together


def test_a_series_counts_by_letter(clock: Clock, session: scoped_session[Session]) -> None:
    with transaction():
        assert [next_number("P"), next_number("P"), next_number("S")] == [
            "P-2026-000001",
            "P-2026-000002",
            "S-2026-000001",
        ]
        assert next_numbers("P", 3) == ["P-2026-000003", "P-2026-000004", "P-2026-000005"]
        assert next_numbers("P", 0) == []
        assert next_number("P") == "P-2026-000006"


def test_the_year_is_that_of_beijing(clock: Clock, session: scoped_session[Session]) -> None:
    clock.move_to(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
    with transaction():
        assert next_number("P") == "P-2026-000001"
    clock.forward(seconds=1)
    with transaction():
        assert next_number("P") == "P-2027-000001"
        assert next_number("P") == "P-2027-000002"


def test_a_number_is_not_used_up_when_nothing_was_written(clock: Clock, session: scoped_session[Session]) -> None:
    with pytest.raises(BrokenOffError):
        break_off(lambda: next_number("P"))
    with transaction():
        assert next_number("P") == "P-2026-000001"


@pytest.mark.parametrize(
    ("came", "following"),
    [("P-2026-000041", "P-2026-000042"), ("P-2026-000002", "P-2026-000004"), ("P-2025-000999", "P-2026-000004")],
)
def test_numbers_from_outside_are_kept_clear_of(
    clock: Clock, session: scoped_session[Session], came: str, following: str
) -> None:
    with transaction():
        next_numbers("P", 3)
        keep_clear_of(came)
        assert next_number("P") == following


def test_a_million_does_not_break_the_form(clock: Clock, session: scoped_session[Session]) -> None:
    with transaction():
        keep_clear_of("P-2026-999999")
        assert next_number("P") == "P-2026-1000000"


def test_no_number_is_given_twice(clock: Clock, app: Flask) -> None:
    """Also not the very first ones of a year, when there is no row to lock yet."""

    def take() -> list[str]:
        taken = []
        for _ in range(25):
            with transaction():
                taken.append(next_number("P"))
        return taken

    taken = [number for each in together([take] * 8, app) for number in each]
    assert sorted(taken) == [f"P-2026-{number:06d}" for number in range(1, 201)]
