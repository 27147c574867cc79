"""Numbers for people: P-2026-000123. Stable, without gaps of meaning, counted per letter and Beijing year."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.foundation.db import Base, db


class NumberSeries(Base):
    """The last number given out in one series."""

    __tablename__ = "number_series"

    letter: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


def next_number(letter: str) -> str:
    """Give out the next number of the series in the running transaction ("P" → "P-2026-000124")."""
    year = clock.today().year
    series = db.session.get(NumberSeries, (letter, year), with_for_update=True, populate_existing=True)
    if series is None:
        series = NumberSeries(letter=letter, year=year, last=0)
        db.session.add(series)
    series.last += 1
    db.session.flush()
    return f"{letter}-{year}-{series.last:06d}"
