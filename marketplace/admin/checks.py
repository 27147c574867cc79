"""Checks of the whole history: asked for by audit administrators, done by the leading worker in portions."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.admin.models import HistoryCheck
from marketplace.admin.services import checked_reason
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import Held
from marketplace.web.plate import PersonalPart

EVERY_SECONDS = 1.0
SHOWN = 20


def request_check(actor: Actor, reason: str) -> HistoryCheck:
    """Have the history checked from its first entry on.

    Raises:
        Invalid: no reason.
        Refused: a check is under way.
    """
    words = checked_reason(reason)
    running = unfinished()
    if running is not None:
        raise Refused(
            Text("同一时间只做一次校验", "One check runs at a time"),
            Text("还有一次校验没有做完", "A check has not come to its end yet"),
            Text("请等它做完，或看后台任务是否在运行", "Wait for it, or see whether the worker is running"),
        )
    check = HistoryCheck(requested_by=actor.user_id, total=ledger.position())
    db.session.add(check)
    db.session.flush()
    ledger.record(check, "request", actor, reason=words)
    return check


def unfinished() -> HistoryCheck | None:
    """The check that is under way, the oldest first."""
    select = sa.select(HistoryCheck).where(HistoryCheck.finished_at.is_(None)).order_by(HistoryCheck.id)
    return db.session.scalar(select.limit(1))


def latest() -> Sequence[HistoryCheck]:
    """The latest checks, the newest first."""
    select = sa.select(HistoryCheck).options(joinedload(HistoryCheck.user)).order_by(HistoryCheck.id.desc())
    return db.session.scalars(select.limit(SHOWN)).all()


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The checks that a person asked for, for the copy of his data."""
    labels = {"requested_at": Text("时间", "When"), "finished_at": Text("完成", "Finished")}
    mine = sa.select(HistoryCheck).where(HistoryCheck.requested_by == user_id).order_by(HistoryCheck.id)
    rows = [{key: getattr(each, key) for key in labels} for each in db.session.scalars(mine)]
    return (PersonalPart("history_check", Text("留痕校验", "History checks"), labels, rows),)


def go_on() -> bool:
    """Task of the leading worker: check the next portion; True when there is more to do.

    The reading happens outside of the transaction that writes how far it came: nobody waits for it.
    """
    check = unfinished()
    if check is None:
        return False
    held, verdict = ledger.verify_on(Held(check.entries, check.last_hash))
    with transaction():
        check = db.session.get_one(HistoryCheck, check.id, with_for_update=True)
        check.entries, check.last_hash = held.entries, held.last
        if verdict is not None:
            check.finished_at, check.broken, check.fault = clock.now(), verdict.broken, verdict.fault
    return verdict is None
