"""The time: instants are aware and in UTC, days are Beijing days (the site's legal time)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at ``moment`` for what runs inside: how the demonstration walks through its past."""
    token = _standing.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def stands() -> bool:
    """Whether the clock stands (``standing_at``)."""
    return _standing.get() is not None


def today() -> date:
    """The present day in Beijing: on New Year's Eve at 16:00 UTC it is already next year there."""
    return now().astimezone(BEIJING).date()


def beijing(moment: datetime) -> datetime:
    """The same instant on a Beijing clock."""
    return moment.astimezone(BEIJING)


def end_of_day(day: date) -> datetime:
    """The first instant after ``day`` in Beijing: what is valid through a day ends here."""
    return datetime.combine(day + timedelta(days=1), time.min, BEIJING).astimezone(UTC)


def last_day(end: datetime) -> date:
    """The inverse of ``end_of_day``: the last Beijing day on which something counts that ends at this instant."""
    return beijing(end - timedelta(microseconds=1)).date()
