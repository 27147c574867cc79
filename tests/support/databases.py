"""Databases for tests: each one a copy of a template that went through every migration once."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database by SQLite itself: nothing is left behind in the write-ahead log."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


class Databases:
    """Makes fresh databases. The templates and the PostgreSQL server are made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._sqlite_template: Path | None = None
        self._server: PostgresServer | None = None
        self._admin: sa.Engine | None = None
        self._has_postgres_template = False
        self._kept: dict[tuple[str, str], str] = {}

    @contextmanager
    def fresh(self, kind: str, *, migrated: bool = True, like: str = "") -> Iterator[str]:
        """The address of a new database of ``kind``, removed afterwards; empty when it is not to be migrated.

        ``like``: a copy of what was kept under this name instead.
        """
        make = self._fresh_sqlite if kind == "sqlite" else self._fresh_postgres
        with make(migrated, self._kept[kind, like] if like else "") as url:
            yield url

    def has(self, kind: str, name: str) -> bool:
        """Whether something of ``kind`` was kept under this name."""
        return (kind, name) in self._kept

    def keep(self, kind: str, name: str, url: str) -> None:
        """Keep a copy of a database that nobody is connected to any more, for ``fresh``."""
        if kind == "sqlite":
            kept = self._folder / f"kept-{name}.sqlite3"
            copy_sqlite(Path(url.removeprefix("sqlite:///")), kept)
            self._kept[kind, name] = str(kept)
        else:
            source = url.partition("@/")[2].partition("?")[0]
            self._execute(f"CREATE DATABASE kept_{name} TEMPLATE {source}")
            self._kept[kind, name] = f"kept_{name}"

    def folder_of(self, name: str) -> Path:
        """Where the files of what is kept under this name lie."""
        return self._folder / f"kept-{name}"

    def close(self) -> None:
        """Stop the PostgreSQL server, if it ran."""
        if self._admin is not None:
            self._admin.dispose()
        if self._server is not None:
            self._server.stop()

    @contextmanager
    def _fresh_sqlite(self, migrated: bool, kept: str) -> Iterator[str]:
        path = self._folder / f"{next(self._numbers)}.sqlite3"
        if migrated:
            shutil.copyfile(kept or self._sqlite(), path)
        yield f"sqlite:///{path}"
        for leftover in path.parent.glob(path.name + "*"):
            leftover.unlink()

    def _sqlite(self) -> Path:
        if self._sqlite_template is None:
            made, template = self._folder / "made.sqlite3", self._folder / "template.sqlite3"
            migrate(f"sqlite:///{made}", self._folder)
            copy_sqlite(made, template)
            self._sqlite_template = template
        return self._sqlite_template

    @contextmanager
    def _fresh_postgres(self, migrated: bool, kept: str) -> Iterator[str]:
        server, name = self._postgres(), f"t{next(self._numbers)}"
        if migrated and not kept and not self._has_postgres_template:
            self._execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(server.url(TEMPLATE), self._folder)
            self._has_postgres_template = True
        self._execute(
            f"CREATE DATABASE {name}" + (f" TEMPLATE {kept or TEMPLATE} STRATEGY file_copy" if migrated else "")
        )
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
