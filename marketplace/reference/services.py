"""Keeping the table of working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.reference.models import WorkdayOverride


def overrides() -> Mapping[date, bool]:
    """Day → whether it is worked on, for ``reference.calendar``."""
    return dict(db.session.execute(sa.select(WorkdayOverride.day, WorkdayOverride.workday)).all())


def set_workday(day: date, workday: bool, note: str = "", actor: Actor = SYSTEM) -> None:
    """Write one day into the table; history keeps what it was."""
    row = db.session.get(WorkdayOverride, day, with_for_update=True)
    before = row.workday if row else None
    if row is None:
        row = WorkdayOverride(day=day, workday=workday, note=note)
        db.session.add(row)
    row.workday, row.note = workday, note
    db.session.flush()
    ledger.record(row, "set", actor, data={"workday": [before, workday], "note": note})
