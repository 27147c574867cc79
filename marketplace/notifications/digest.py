"""The daily mail: one a reader and day, at an hour in Beijing, of what he has not read meanwhile."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core import clock
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import add_once, db
from marketplace.foundation.outbox import emit
from marketplace.notifications.models import DAILY, Delivery, Notification
from marketplace.notifications.services import SEND
from marketplace.settings.queries import value

PORTION = 50

HOUR = Setting(
    "notifications.digest_hour",
    Text("每日汇总邮件的时间", "Time of the daily e-mail"),
    8,
    hint=Text("北京时间", "Beijing time"),
    unit=Text("时", "o'clock"),
    least=0,
    most=23,
)


def latest_due(hour: int) -> tuple[date, datetime]:
    """The day of the daily mail that was due last, and when that was: today's, or before its hour yesterday's.

    After an outage of any length one mail makes up for it.
    """
    day = clock.today()
    due = datetime.combine(day, time(hour), clock.BEIJING)
    if clock.now() < due:
        day, due = day - timedelta(days=1), due - timedelta(days=1)
    return day, due


def waits(hour: int) -> bool:
    """Whether a daily mail is to be written, asked without taking the writer's place."""
    return db.session.scalar(_readers(*latest_due(hour)).limit(1)) is not None


def gather() -> bool:
    """Queue the daily mails that are due; True when there may be more of them.

    A row for each reader and day, kept single by the database, makes it one mail, however often and by however many
    workers this is run. What came after the hour waits for the next day.
    """
    day, due = latest_due(value(HOUR))
    readers = db.session.scalars(_readers(day, due).order_by(User.id).limit(PORTION)).all()
    for user in readers:
        mail = add_once(Delivery, user_id=user.id, address=user.email, digest_of=day, group_key=DAILY)
        if mail is not None:
            taken = sa.update(Notification).where(_untold(due), Notification.user_id == user.id)
            db.session.execute(taken.values(awaits_digest=False, digest_id=mail.id))
            emit(SEND, mail)
    return len(readers) == PORTION


def _readers(day: date, due: datetime) -> sa.Select[User]:
    """Who has something to be told and was not sent the mail of the day."""
    had = sa.exists().where(Delivery.user_id == User.id, Delivery.digest_of == day)
    told = sa.exists().where(_untold(due), Notification.user_id == User.id)
    return sa.select(User).where(can_sign_in(), ~had, told)


def _untold(due: datetime) -> sa.ColumnElement[bool]:
    return Notification.awaits_digest & Notification.read_at.is_(None) & (Notification.created_at < due)
