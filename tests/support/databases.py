"""Databases for tests: each one a copy of a template that went through every migration once."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.postgres import PostgresServer
from tests.support.settings import settings

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_migrated"


def migrate(url: str, data_dir: Path) -> None:
    """Take a database through every migration."""
    from marketplace.foundation import db

    db.migrate(settings(url, data_dir))


class Databases:
    """Makes fresh databases. The templates and the PostgreSQL server are made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._sqlite_template: Path | None = None
        self._server: PostgresServer | None = None
        self._admin: sa.Engine | None = None
        self._has_postgres_template = False

    @contextmanager
    def fresh(self, kind: str, *, migrated: bool = True) -> Iterator[str]:
        """The address of a new database of ``kind``, removed afterwards; empty when it is not to be migrated."""
        make = self._fresh_sqlite if kind == "sqlite" else self._fresh_postgres
        with make(migrated) as url:
            yield url

    def close(self) -> None:
        """Stop the PostgreSQL server, if it ran."""
        if self._admin is not None:
            self._admin.dispose()
        if self._server is not None:
            self._server.stop()

    @contextmanager
    def _fresh_sqlite(self, migrated: bool) -> Iterator[str]:
        path = self._folder / f"{next(self._numbers)}.sqlite3"
        if migrated:
            shutil.copyfile(self._sqlite(), path)
        yield f"sqlite:///{path}"
        for leftover in path.parent.glob(path.name + "*"):
            leftover.unlink()

    def _sqlite(self) -> Path:
        if self._sqlite_template is None:
            made, template = self._folder / "made.sqlite3", self._folder / "template.sqlite3"
            migrate(f"sqlite:///{made}", self._folder)
            # A copy by SQLite itself: nothing is left behind in the write-ahead log.
            source, target = sqlite3.connect(made), sqlite3.connect(template)
            source.backup(target)
            target.close()
            source.close()
            self._sqlite_template = template
        return self._sqlite_template

    @contextmanager
    def _fresh_postgres(self, migrated: bool) -> Iterator[str]:
        server, name = self._postgres(), f"t{next(self._numbers)}"
        if migrated and not self._has_postgres_template:
            self._execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(server.url(TEMPLATE), self._folder)
            self._has_postgres_template = True
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {TEMPLATE} STRATEGY file_copy" if migrated else ""))
        yield server.url(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _postgres(self) -> PostgresServer:
        if self._server is None:
            self._server = PostgresServer()
            self._server.start()
            self._admin = sa.create_engine(self._server.url("postgres"), isolation_level="AUTOCOMMIT")
        return self._server

    def _execute(self, statement: str) -> None:
        assert self._admin is not None
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Source of fresh databases: ``with databases.fresh("postgresql") as url``. One per test process."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated database for this test alone. Every test that uses it runs on SQLite and on PostgreSQL."""
    with databases.fresh(request.param) as url:
        yield url
