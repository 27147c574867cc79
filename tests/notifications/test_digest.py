"""The daily mail: once a reader and day, at its hour in Beijing, of what is unread; nothing when there is nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.actor import SYSTEM
from marketplace.foundation.db import db, transaction
from marketplace.notifications import digest, services
from marketplace.notifications.models import Delivery
from marketplace.settings.services import NEVER_CHANGED, change
from tests.factories import accounts
from tests.notifications.letters import GROUPS, notifications, told, work
from tests.support.postbox import Postbox
from tests.support.site import Clock
from tests.support.together import together

Db = scoped_session[Session]
A = "a@test.example"


def daily(email: str = A, **given: str) -> User:
    """Somebody who wants the daily mail."""
    user = accounts.person(email, **given)
    with transaction():
        services.choose(user.id, GROUPS["own_listings"], "daily")
    return user


def day_passes(app: Flask) -> int:
    """What the leading worker does every minute; how many daily mails there are now."""
    task = next(each for each in app.extensions["schedule"].tasks if each.name == "notifications.digest")
    task.run()
    work(app)
    db.session.expire_all()
    return db.session.query(Delivery).filter(Delivery.digest_of.is_not(None)).count()


def at(clock: Clock, day: int, hour: int, minute: int = 0) -> None:
    """Move to a day of March 2026 in Beijing."""
    clock.move_to(datetime(2026, 3, day, hour, minute, tzinfo=digest.clock.BEIJING))


def test_one_mail_a_day_at_its_hour_and_none_without_news(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    daily()
    told(A, title="甲")
    told(A, title="乙")
    work(app)
    assert box.mails == []
    at(clock, 3, 7, 59)
    assert day_passes(app) == 0
    at(clock, 3, 8)
    assert [day_passes(app) for _ in range(3)] == [1, 1, 1]
    (mail,) = box.mails
    assert mail["Subject"] == "每日汇总：2 条通知"
    text = mail.get_content()
    assert text.index("乙") < text.index("甲")
    assert "- 已通过核验：甲\r\n  http://127.0.0.1:8000/organizations/O-1" in text.replace("\r\n", "\n").replace(
        "\n", "\r\n"
    )
    at(clock, 4, 9)
    assert day_passes(app) == 1, "nothing new, no mail"


def test_what_comes_after_the_hour_waits_for_the_next_day(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    at(clock, 3, 9)
    daily()
    told(A)
    work(app)
    at(clock, 3, 23)
    assert day_passes(app) == 0
    at(clock, 4, 8)
    assert day_passes(app) == 1


def test_what_was_read_meanwhile_is_not_mailed(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    user = daily()
    told(A)
    work(app)
    with transaction():
        services.mark_all_read(accounts.actor(user), notifications(user)[0].id)
    at(clock, 3, 8)
    assert day_passes(app) == 0


def test_after_an_outage_one_mail_makes_up_for_it(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    daily()
    told(A, title="甲")
    work(app)
    at(clock, 6, 7, 30)  # three daily mails were missed
    told(A, title="乙")
    work(app)
    assert day_passes(app) == 1
    assert "每日汇总：1 条通知" in box.mails[0]["Subject"]
    assert db.session.query(Delivery.digest_of).filter(Delivery.digest_of.is_not(None)).scalar() == date(2026, 3, 5)
    at(clock, 6, 8)
    assert day_passes(app) == 2, "and today's comes at its hour"
    assert "乙" in box.mails[1].get_content()


def test_many_workers_write_one_mail(app: Flask, clock: Clock, box: Postbox) -> None:
    with app.app_context():
        daily()
        told(A)
        work(app)
        at(clock, 3, 8)

    def gather() -> None:
        with transaction():
            digest.gather()

    together([gather] * 4, app)
    with app.app_context():
        assert day_passes(app) == 1
        assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("instant", "hour", "day", "due"),
    [
        # New Year's Eve in UTC, half past midnight in Beijing.
        (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), 0, date(2027, 1, 1), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), 8, date(2026, 12, 31), datetime(2026, 12, 31, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), 23, date(2026, 12, 31), datetime(2026, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_the_day_is_a_day_in_beijing(clock: Clock, instant: datetime, hour: int, day: date, due: datetime) -> None:
    clock.move_to(instant)
    assert digest.latest_due(hour) == (day, due)


def test_the_hour_is_a_setting_and_no_day_has_two(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    daily()
    told(A)
    work(app)
    at(clock, 3, 8)
    assert day_passes(app) == 1
    with transaction():
        change(digest.HOUR, "20", SYSTEM, "试", NEVER_CHANGED)
    told(A)
    work(app)
    at(clock, 3, 20)
    assert day_passes(app) == 1
    at(clock, 4, 20)
    assert day_passes(app) == 2


def test_it_is_in_the_readers_language_and_names_so_many(clock: Clock, app: Flask, session: Db, box: Postbox) -> None:
    daily(language="en", name="Ann")
    with transaction():
        for number in range(43):
            told(A, title=f"Robot {number}")
    work(app)
    at(clock, 3, 8)
    assert day_passes(app) == 1
    text = box.mails[0].get_content()
    assert box.mails[0]["Subject"] == "Daily mail: 43 notifications"
    assert text.count("- Verified: Robot") == 40
    assert "3 more are in your inbox:" in text
    assert "As of 3 March 2026" in text
    assert "您好" not in text
