"""The demonstration loads on any day: around festivals, and in a year whose working days nobody has announced."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from marketplace.challenges.timetable import ANSWER_DAYS, workdays_from
from marketplace.cli.seeding import know_working_days
from marketplace.cli.seeding_challenges import answered_before
from marketplace.core import clock
from marketplace.foundation.db import transaction
from marketplace.reference.calendar import known_year
from marketplace.reference.services import overrides


def test_answers_are_due_early_enough_before_every_deadline(session: Any) -> None:
    # The days around Spring Festival and National Day of 2026, where nine days may hold no working day at all.
    for first in (date(2026, 2, 10), date(2026, 9, 28)):
        for offset in range(24):
            deadline = datetime.combine(first + timedelta(days=offset), datetime.min.time(), UTC)
            assert workdays_from(answered_before(deadline), deadline) >= ANSWER_DAYS.default, deadline


def test_the_demonstration_counts_in_a_year_that_nobody_has_announced(session: Any) -> None:
    with clock.standing_at(datetime(2090, 1, 1, 8, tzinfo=UTC)), transaction():
        know_working_days()
    for year in (2089, 2090, 2091):
        known_year(year, overrides())
    assert not any(day.year == 2026 for day in overrides())
