"""The database keeps its promises: no lost update, all or nothing, instants with their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import scoped_session
from sqlalchemy.orm.exc import StaleDataError

from marketplace.foundation.db import UtcDateTime, address_of, after_commit, db, lock, transaction
from tests.foundation.door import BrokenOffError, Door, break_off
from tests.support.settings import settings
from tests.support.together import together

THREADS, ROUNDS = 8, 50


def count(key: int) -> int:
    found = db.session.scalar(sa.select(Door.count).where(Door.id == key))
    assert found is not None
    return found


# ---- many at once ---------------------------------------------------------------------------------------------------


def test_no_update_is_lost_under_a_lock(app: Flask, doors: list[int]) -> None:
    def add() -> None:
        for _ in range(ROUNDS):
            with transaction():
                door = db.session.get_one(Door, doors[0])
                lock(door)
                door.count += 1

    together([add] * THREADS, app)
    with app.app_context():
        assert count(doors[0]) == THREADS * ROUNDS


def test_no_update_is_lost_by_who_forgets_the_lock(app: Flask, doors: list[int]) -> None:
    """SQLite lets one writer in at a time; PostgreSQL tells the one who came too late, who tries again."""

    def add() -> int:
        late = 0
        for _ in range(ROUNDS):
            while True:
                try:
                    with transaction():
                        db.session.get_one(Door, doors[0]).count += 1
                    break
                except StaleDataError:
                    late += 1
        return late

    late = together([add] * THREADS, app)
    with app.app_context():
        assert count(doors[0]) == THREADS * ROUNDS
        assert db.engine.dialect.name == "postgresql" or sum(late) == 0


def test_a_reader_is_not_blocked_and_sees_what_was_committed(app: Flask, doors: list[int]) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Door, doors[0]).count = 7
        db.session.flush()
        assert together([lambda: count(doors[0])], app) == [0]
    with app.app_context():
        assert count(doors[0]) == 7


def test_nobody_decides_on_what_he_read_before(app: Flask, doors: list[int]) -> None:
    def write() -> None:
        with transaction():
            db.session.get_one(Door, doors[0]).count = 5

    with app.app_context():
        door = db.session.get_one(Door, doors[0])
        assert door.count == 0
        together([write], app)
        with transaction():
            assert door.count == 5


def test_a_lock_reads_the_row_again(app: Flask, doors: list[int]) -> None:
    with app.app_context(), transaction():
        door = db.session.get_one(Door, doors[0])
        db.session.execute(sa.update(Door).values(count=9).execution_options(synchronize_session=False))
        assert door.count == 0
        lock(door)
        assert door.count == 9


# ---- all or nothing -------------------------------------------------------------------------------------------------


def put(key: int, number: int) -> None:
    db.session.get_one(Door, key).count = number
    db.session.flush()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_nothing(app: Flask, doors: list[int], error: type[BaseException]) -> None:
    with app.app_context():
        with pytest.raises(error):
            break_off(lambda: put(doors[0], 3), error=error)
        assert count(doors[0]) == 0
        with transaction():
            put(doors[0], 4)
        assert count(doors[0]) == 4


def test_a_transaction_inside_another_is_part_of_it(app: Flask, doors: list[int]) -> None:
    seen: list[int] = []

    def inside() -> None:
        with transaction():
            put(doors[0], 3)
        seen.extend(together([lambda: count(doors[0])], app))

    with app.app_context():
        with pytest.raises(BrokenOffError):
            break_off(inside)
        assert seen == [0], "nobody else saw it"
        assert count(doors[0]) == 0


def test_the_outer_one_ends_also_when_the_inner_failed(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        with pytest.raises(BrokenOffError), transaction():
            break_off(lambda: put(doors[0], 3))
        assert count(doors[0]) == 0
        with transaction():
            put(doors[0], 4)
        assert count(doors[0]) == 4


def test_what_was_changed_outside_is_not_written(app: Flask, doors: list[int]) -> None:
    with app.app_context():
        db.session.get_one(Door, doors[0]).count = 3
        with transaction():
            db.session.get_one(Door, doors[1]).count = 4
        assert [count(each) for each in doors] == [0, 4]


def test_a_commit_that_fails_leaves_nothing(app: Flask, doors: list[int]) -> None:
    def fail(_session: scoped_session) -> None:  # type: ignore[type-arg]
        raise OSError("the disk is full")

    with app.app_context():
        sa.event.listen(db.session, "before_commit", fail)
        try:
            with pytest.raises(OSError, match="full"), transaction():
                db.session.get_one(Door, doors[0]).count = 3
        finally:
            sa.event.remove(db.session, "before_commit", fail)
        assert count(doors[0]) == 0
        with transaction():
            db.session.get_one(Door, doors[0]).count = 4
        assert count(doors[0]) == 4


def test_after_a_commit_the_listeners_are_called_once(app: Flask, doors: list[int]) -> None:
    seen: list[int] = []
    after_commit(app, lambda: seen.extend(together([lambda: count(doors[0])], app)))
    with app.app_context():
        with transaction(), transaction():
            db.session.get_one(Door, doors[0]).count = 3
            assert seen == []
        assert seen == [3]
        with pytest.raises(BrokenOffError):
            break_off()
        assert seen == [3]


def test_the_database_checks_references(app: Flask) -> None:
    with app.app_context(), pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(
            sa.text("INSERT INTO member (organization_id, user_id, role, joined_at) VALUES (7, 7, 'owner', :now)"),
            {"now": "2026-03-02 01:00:00"},
        )


# ---- instants -------------------------------------------------------------------------------------------------------


def test_an_instant_is_read_back_in_utc(app: Flask) -> None:
    table = sa.Table("moment", sa.MetaData(), sa.Column("at", UtcDateTime()))
    instant = datetime(2027, 1, 1, 0, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with app.app_context():
        table.create(db.engine)
        with transaction():
            db.session.execute(table.insert(), [{"at": instant}, {"at": None}])
        first, nothing = db.session.scalars(sa.select(table.c.at).order_by(table.c.at.is_(None))).all()
    assert first == instant
    assert first.tzinfo is UTC
    assert nothing is None


def test_an_instant_needs_its_zone(app: Flask) -> None:
    table = sa.Table("moment", sa.MetaData(), sa.Column("at", UtcDateTime()))
    with app.app_context():
        table.create(db.engine)
        with pytest.raises(sa.exc.StatementError, match="time zone"), transaction():
            db.session.execute(table.insert(), [{"at": datetime(2027, 1, 1)}])


@pytest.mark.parametrize(
    ("given", "driven"),
    [
        ("postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgresql+psycopg://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("sqlite:////data/jiyu.sqlite3", "sqlite:////data/jiyu.sqlite3"),
    ],
)
def test_the_driver_is_named(given: str, driven: str, tmp_path: Path) -> None:
    assert address_of(settings(given, tmp_path)) == driven
