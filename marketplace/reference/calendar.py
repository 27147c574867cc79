"""Chinese working days with their make-up days (调休): the library's yearly notices, and a table that overrides them.

``overrides`` maps a day to whether it is a working day. It carries the notices of years the library does not know
yet, and days an authority declared off or on; the table wins over the library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from marketplace.core.errors import Refused
from marketplace.core.text import Text

if TYPE_CHECKING:
    from holidays import HolidayBase

Overrides = Mapping[date, bool]
DayKind = Literal["workday", "makeup", "weekend", "holiday"]

_SATURDAY = 5


class YearUnknown(Refused):
    """Working days of a year were asked for whose holiday arrangement is not known."""

    def __init__(self, year: int) -> None:
        said: dict[str, object] = {"year": year}
        super().__init__(
            rule=Text(
                "工作日按国务院办公厅公布的年度节假日安排计算。",
                "Working days follow the yearly holiday notice of the General Office of the State Council.",
            ),
            fact=Text("系统里还没有 %(year)s 年的安排。", "The arrangement for %(year)s is not in the system yet.")
            % said,
            next=Text(
                "请管理员在工作日表中录入 %(year)s 年的放假和补班日期，再办理。",
                "Ask an administrator to enter the days off and make-up days of %(year)s, then try again.",
            )
            % said,
        )
        self.year = year


def known_year(year: int, overrides: Overrides) -> None:
    """Pass when the year's arrangement is in the library or in the table; raises YearUnknown otherwise."""
    from holidays.countries.china import ChinaStaticHolidays  # takes long; see ``_arranged``

    if year not in ChinaStaticHolidays.special_public_holidays and not any(day.year == year for day in overrides):
        raise YearUnknown(year)


def is_workday(day: date, overrides: Overrides) -> bool:
    """Whether offices work on ``day`` (a Beijing day); raises YearUnknown."""
    return day_kind(day, overrides) in ("workday", "makeup")


def day_kind(day: date, overrides: Overrides) -> DayKind:
    """What kind of day it is: a make-up day is a weekend day worked, a holiday a weekday off; raises YearUnknown."""
    known_year(day.year, overrides)
    weekend = day.weekday() >= _SATURDAY
    works = overrides.get(day)
    if works is None:
        works = _arranged(day.year).is_working_day(day)
    if works:
        return "makeup" if weekend else "workday"
    # A festival that falls on a weekend is shown as the festival.
    return "weekend" if weekend and day not in _arranged(day.year) else "holiday"


def add_workdays(start_day: date, n: int, overrides: Overrides) -> date:
    """The n-th working day after ``start_day``, which is not counted itself (civil-law counting).

    ``n`` = 0 gives ``start_day`` back. Raises ValueError when n is negative, YearUnknown when the count runs into
    a year that is not known.
    """
    if n < 0:
        raise ValueError("n must not be negative")
    day = start_day
    while n:
        day += timedelta(days=1)
        n -= is_workday(day, overrides)
    return day


def workdays_between(start_day: date, end_day: date, overrides: Overrides) -> int:
    """Working days after ``start_day`` up to and including ``end_day``; negative when the end lies before the start.

    The inverse of ``add_workdays``. Raises YearUnknown.
    """
    if end_day < start_day:
        return -workdays_between(end_day, start_day, overrides)
    return sum(kind in ("workday", "makeup") for _, kind in days_after(start_day, end_day, overrides))


def days_after(start_day: date, end_day: date, overrides: Overrides) -> Iterator[tuple[date, DayKind]]:
    """Each day after ``start_day`` up to and including ``end_day`` with its kind, to be drawn; raises YearUnknown."""
    for offset in range(1, (end_day - start_day).days + 1):
        day = start_day + timedelta(days=offset)
        yield day, day_kind(day, overrides)


@cache
def _arranged(year: int) -> HolidayBase:
    # Imported when a day is asked for: the library is a twentieth of the app's start.
    from holidays import country_holidays

    # The neighbours belong to it: the notice of one year may move a day of the last days of another.
    return country_holidays("CN", years=(year - 1, year, year + 1), expand=False)
