"""Databases for tests: each one a copy of a template that went through every migration once."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
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


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Nobody else is inside with the same lock file, in whatever process."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class Databases:
    """Makes fresh databases. The templates and the PostgreSQL server are made when first asked for.

    ``shared``: a folder of all test processes of a run, for what is made by one of them for all.
    """

    def __init__(self, folder: Path, shared: Path | None = None) -> None:
        self._folder = folder
        self._shared = shared or folder
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

    def keep(self, kind: str, name: str, fill: Callable[[str, Path], None], *, like: str = "") -> Path:
        """Have a filled database for ``fresh(like=name)``; returns the folder of the files that belong to it.

        ``fill`` gets a migrated database (a copy of what was kept as ``like``) and the name of a new folder, once for
        all processes of the run, and leaves nobody connected.
        """
        files, stored = (self._shared / f"kept-{name}-{kind}{end}" for end in ("", ".database"))
        if (kind, name) not in self._kept:
            with alone(self._shared / f"kept-{name}-{kind}.lock"):
                if not stored.exists():
                    self._store(kind, stored, lambda url: fill(url, files), like)
            self._kept[kind, name] = str(stored) if kind == "sqlite" else self._loaded(name, stored)
        return files

    def _store(self, kind: str, stored: Path, fill: Callable[[str], None], like: str) -> None:
        made = stored.with_suffix(".made")  # what a failure leaves half done is not taken for the whole
        with self.fresh(kind, like=like) as url:
            fill(url)
            if kind == "sqlite":
                copy_sqlite(Path(url.removeprefix("sqlite:///")), made)
            else:
                self._postgres().dump(url.partition("@/")[2].partition("?")[0], made)
        made.rename(stored)

    def _loaded(self, name: str, stored: Path) -> str:
        server, kept = self._postgres(), f"kept_{name}"
        self._execute(f"CREATE DATABASE {kept}")
        server.load(kept, stored)
        return kept

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
    own = tmp_path_factory.mktemp("databases")
    in_parallel = "PYTEST_XDIST_WORKER" in os.environ  # each process has a folder of its own in that of the run
    made = Databases(own, tmp_path_factory.getbasetemp().parent if in_parallel else own)
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated database for this test alone. Every test that uses it runs on SQLite and on PostgreSQL."""
    with databases.fresh(request.param) as url:
        yield url
