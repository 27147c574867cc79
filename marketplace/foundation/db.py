"""The database: base class, column types, engines that lose no update, and the one place that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, scoped_session
from sqlalchemy.types import TypeDecorator

from marketplace.config import Config
from marketplace.core import clock

Row = TypeVar("Row")

# In a checkout migrations/ lies beside the package; in a wheel, inside it.
_PACKAGE = Path(__file__).resolve().parents[1]
MIGRATIONS = next(path for path in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations") if path.is_dir())

# Names that do not depend on the database, so that a migration can drop what another database created.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, stored in UTC, read back aware also where the database forgets the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table. A plain declarative base: see docs/adr/0002 for why not the extension's model class."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (the declarative base reads it as a class attribute)
        datetime: UtcDateTime,
        dict[str, Any]: sa.JSON,
        list[Any]: sa.JSON,
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Key of tables that only grow. SQLite counts up by itself only for its own INTEGER."""


def session() -> scoped_session[Session]:
    """The session of the running request or job."""
    return db.session


def init_database(app: Flask, config: Config) -> None:
    """Bind the session to the configured database."""
    # An error names the statement, never its values: they are people's data, and password hashes among them.
    # No thread waits for a connection: there are as many at the most as threads of pages and lines of the worker.
    options: dict[str, Any] = {"hide_parameters": True, "max_overflow": 50}
    if config.database.startswith("sqlite"):
        config.data_dir.mkdir(parents=True, exist_ok=True)
        options["connect_args"] = {"timeout": 15}
    else:
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_DATABASE_URI"] = address_of(config)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Make SQLite keep its promises: write-ahead log, foreign keys, and BEGIN where SQLAlchemy says begin.

    The driver's own mode sends no BEGIN before a SELECT, so that two read-modify-write transactions lose
    updates without an error. Writers begin IMMEDIATE; readers keep a snapshot and are never blocked.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        # The longest write, a file of a million readings, takes 20 to 35 seconds: others wait for it and lose nothing.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=90000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def after_commit(app: Flask, call: Callable[[], None]) -> None:
    """Have ``call`` run after every transaction of ``app`` that committed (the worker's wake-up)."""
    app.extensions.setdefault("after_commit", []).append(call)


@contextmanager
def transaction() -> Iterator[scoped_session[Session]]:
    """All or nothing: the only commit of the package.

    What was read before is read again inside, so that nobody decides on a stale row. Inside another
    transaction it joins that one.
    """
    current = db.session
    if current.info.get("in_transaction"):
        yield current
        return
    current.rollback()
    current.expire_all()
    current.connection(execution_options={"writes": True})
    current.info["in_transaction"] = True
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info.pop("in_transaction", None)
    for call in current_app.extensions.get("after_commit", ()):
        call()


def insert_rows(model: type[Base], columns: Sequence[str], rows: Sequence[tuple[int | str, ...]]) -> None:
    """Insert many rows of plain values, in the order of ``columns``, in the present transaction.

    Past SQLAlchemy's own insert, which takes half as long again to look at every value.
    """
    if rows:
        connection = db.session.connection()
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) VALUES ({marks})", rows)


def migrate(config: Config, revision: str = "head") -> None:
    """Bring the database up (or down) to a revision of migrations/."""
    # Imported here: an eighth of the time that the app takes to import, and a server that is up never asks for it.
    from alembic import command
    from alembic.config import Config as AlembicConfig

    if config.database.startswith("sqlite"):
        config.data_dir.mkdir(parents=True, exist_ok=True)
    settings = AlembicConfig(str(MIGRATIONS / "alembic.ini"))
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["database"] = address_of(config)
    if revision == "base":
        command.downgrade(settings, revision)
    else:
        command.upgrade(settings, revision)


def address_of(config: Config) -> str:
    """The database address with the driver named."""
    return config.database.replace("postgresql://", "postgresql+psycopg://", 1)


def moment() -> datetime:
    """The present instant by the database's clock, aware, in UTC: what deadlines are judged by.

    Several servers have several clocks; the database has one. Unlike CURRENT_TIMESTAMP it goes on inside a
    transaction, which may have waited for a lock. Where the clock stands (the sample, tests), it stands here too.
    """
    if clock.stands():
        return clock.now()
    if db.engine.dialect.name == "sqlite":
        # On the machine of the only server: its clock is that of the database.
        return clock.now()
    return cast(datetime, db.session.scalar(sa.select(sa.func.clock_timestamp()))).astimezone(UTC)


def asked_anew(value: Callable[[], Any]) -> sa.BindParameter[Any]:
    """A value of a statement that is asked for each time the statement runs, so that the statement can be kept."""
    return sa.bindparam(None, callable_=value, unique=True)


def lock(subject: Any) -> None:
    """Take the row of ``subject`` for this transaction and read it again.

    On SQLite the whole transaction already holds the writer's place.
    """
    # "of": the row alone, not what its loading options join to it, which PostgreSQL refuses to lock.
    only = {"of": type(subject)}
    db.session.refresh(subject, with_for_update=only if db.engine.dialect.name != "sqlite" else None)


def hold(subject: Any) -> None:
    """Keep the row of ``subject`` as it is until the transaction ends, together with others who only hold it.

    Who would ``lock`` it waits for all of them. On SQLite the whole transaction already holds the writer's place.
    """
    only = {"of": type(subject), "read": True}
    db.session.refresh(subject, with_for_update=only if db.engine.dialect.name != "sqlite" else None)


def one_at_a_time(key: int) -> None:
    """Let nobody else past this line with the same key until the running transaction ends.

    On SQLite the whole transaction already holds the writer's place.
    """
    if db.engine.dialect.name != "sqlite":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def only_row(model: type[Row], key: Mapping[str, Any], new: Mapping[str, Any]) -> Row:
    """Take the row with this primary key for this transaction, made from ``key`` and ``new`` when there is none.

    Two who want the first one at the same moment both get it, one after the other: a row that is not there yet
    cannot be locked, and on PostgreSQL the second one's own INSERT would fail.
    """
    wanted = tuple(key.values())
    found = db.session.get(model, wanted, with_for_update=True, populate_existing=True)
    if found is None:
        db.session.execute(_insert_new(model, {**key, **new}))
        found = db.session.get_one(model, wanted, with_for_update=True, populate_existing=True)
    return found


def add_once(model: type[Row], **values: Any) -> Row | None:
    """Insert a row, or None where a unique rule of its table already holds one; two at once make one row."""
    statement = _insert_new(model, values).returning(model)
    found: Row | None = db.session.scalar(statement, execution_options={"populate_existing": True})
    return found


def _insert_new(model: type[Any], values: Mapping[str, Any]) -> Any:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    return insert(model).values(**values).on_conflict_do_nothing()
