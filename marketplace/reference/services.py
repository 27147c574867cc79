"""Keeping the table of working days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import NotFound
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.reference.models import WorkdayOverride


def overrides() -> Mapping[date, bool]:
    """Day → whether it is worked on, for ``reference.calendar``."""
    return dict(db.session.execute(sa.select(WorkdayOverride.day, WorkdayOverride.workday)).all())


def days_of(year: int) -> Sequence[WorkdayOverride]:
    """The days of a year in the table, in order."""
    within = WorkdayOverride.day.between(date(year, 1, 1), date(year, 12, 31))
    return db.session.scalars(sa.select(WorkdayOverride).where(within).order_by(WorkdayOverride.day)).all()


def set_workday(day: date, workday: bool, note: str = "", actor: Actor = SYSTEM, reason: str = "") -> None:
    """Write one day into the table; history keeps what it was."""
    row = db.session.get(WorkdayOverride, day, with_for_update=True)
    before = row.workday if row else None
    if row is None:
        row = WorkdayOverride(day=day, workday=workday, note=note)
        db.session.add(row)
    row.workday, row.note = workday, note
    db.session.flush()
    ledger.record(row, "set", actor, reason=reason, data={"workday": [before, workday], "note": note})


def clear_workday(day: date, actor: Actor, reason: str) -> None:
    """Take one day out of the table: the published arrangement counts again.

    Raises:
        NotFound: it is not in the table.
    """
    row = db.session.get(WorkdayOverride, day, with_for_update=True)
    if row is None:
        raise NotFound
    db.session.delete(row)
    db.session.flush()
    ledger.record(row, "clear", actor, reason=reason, data={"workday": [row.workday, None], "note": row.note})
