"""The window of a notice, counted in Chinese working days; an open objection stops its clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.core import clock
from marketplace.notices.models import Notice
from marketplace.reference.calendar import DayKind, Overrides, add_workdays, day_kind, workdays_between


def last_day(opened: date, days: int, overrides: Overrides) -> date:
    """The last day of a window of ``days`` working days; the day of publication counts when it is one.

    So counted by the notices that people know: published on 27 April 2023, five working days end on 6 May, a
    Saturday worked in. Raises YearUnknown.
    """
    return add_workdays(opened - timedelta(days=1), days, overrides)


def resumed(stopped: date, end: date, decided: date, overrides: Overrides) -> date:
    """The last day after the clock stood from ``stopped`` to ``decided``: what was left then follows the decision.

    At least one working day is left, so that the published reply can be read before the window ends.
    """
    left = workdays_between(stopped, end, overrides) if end > stopped else 0
    return add_workdays(decided, max(left, 1), overrides)


@dataclass(frozen=True, slots=True)
class WindowDay:
    """One day of the window as pages draw it; ``number`` counts the working days, None for days off and standing."""

    day: date
    kind: DayKind
    number: int | None
    today: bool


def window_days(notice: Notice, overrides: Overrides) -> Iterator[WindowDay]:
    """The days from the opening to the last day. Days on which the clock stood have no number.

    Only for a window that never stood still, or stands now: afterwards the days before it are not told apart.
    """
    number, today = 0, clock.today()
    day = clock.beijing(notice.opened_at).date()
    while day <= notice.last_day:
        kind = day_kind(day, overrides)
        works = kind in ("workday", "makeup")
        number += works
        yield WindowDay(day, kind, number if works else None, day == today)
        day += timedelta(days=1)
