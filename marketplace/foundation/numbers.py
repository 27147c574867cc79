"""Numbers for people: P-2026-000123. Stable, without gaps of meaning, counted per letter and Beijing year."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.foundation.db import Base, db, only_row


class NumberSeries(Base):
    """The last number given out in one series."""

    __tablename__ = "number_series"

    letter: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


def next_number(letter: str) -> str:
    """Give out the next number of the series in the running transaction ("P" → "P-2026-000124")."""
    return next_numbers(letter, 1)[0]


def next_numbers(letter: str, count: int) -> list[str]:
    """Give out the next ``count`` numbers of the series."""
    year = clock.today().year
    series = _series(letter, year)
    first = series.last + 1
    series.last += count
    db.session.flush()
    return [f"{letter}-{year}-{number:06d}" for number in range(first, first + count)]


def keep_clear_of(number: str) -> None:
    """Never give out ``number`` again: it came in from outside (an import of an earlier export)."""
    letter, year, last = number.split("-")
    series = _series(letter, int(year))
    series.last = max(series.last, int(last))
    db.session.flush()


def _series(letter: str, year: int) -> NumberSeries:
    return only_row(NumberSeries, {"letter": letter, "year": year}, {"last": 0})
