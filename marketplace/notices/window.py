"""The window of a notice, counted in Chinese working days; an open objection stops its clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from marketplace.core import clock
from marketplace.core.text import Text
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


WEEKDAYS = (
    Text("周一", "Mon"), Text("周二", "Tue"), Text("周三", "Wed"), Text("周四", "Thu"), Text("周五", "Fri"),
    Text("周六", "Sat"), Text("周日", "Sun"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WindowDay:
    """One day of the window as pages draw it; ``number`` counts the working days and is None for days off."""

    day: date
    kind: DayKind
    number: int | None
    when: Literal["past", "today", "ahead"]

    @property
    def weekday(self) -> Text:
        return WEEKDAYS[self.day.weekday()]


def window_days(notice: Notice, overrides: Overrides) -> Iterator[WindowDay]:
    """The days from the opening to the last day; none when the clock stood, because they no longer count through."""
    opened = clock.beijing(notice.opened_at).date()
    if notice.last_day != last_day(opened, notice.days, overrides):
        return
    number, today = 0, clock.today()
    for offset in range((notice.last_day - opened).days + 1):
        day = opened + timedelta(days=offset)
        kind = day_kind(day, overrides)
        works = kind in ("workday", "makeup")
        number += works
        when: Literal["past", "today", "ahead"] = "today" if day == today else "past" if day < today else "ahead"
        yield WindowDay(day, kind, number if works else None, when)
