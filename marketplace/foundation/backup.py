"""A backup as one archive: every row and every file as they were at one instant, with a checksum of each part.

The archive is a gzipped tar: ``database/<table>.jsonl`` (a row a line), ``files/<SHA-256>``, and at its end
``manifest.json``, which names all of them; an archive without it was cut off. Rows are written so that they do not
depend on the database: what SQLite gave, PostgreSQL takes, and the other way round.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SAWarning

from marketplace.core import clock
from marketplace.foundation.files.store import Store

FORMAT = 1
MANIFEST = "manifest.json"
VERSION_TABLE = "alembic_version"
# What the index keeps in the database: a cache, built anew from the rows.
CACHES = ("search_entry", "search_generation")
FILE_TABLES = ("stored_file", "file_variant")
PART = re.compile(r"database/[a-z_]+\.jsonl|files/[0-9a-f]{64}")
BATCH = 500
CHUNK = 1 << 20


class Damaged(ValueError):
    """The archive is not what was written, or none of ours; the text says what is wrong."""


class FileGone(LookupError):
    """A file was removed between the rows and the copy of the files: the backup has to begin anew."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. ``parts``: name → its SHA-256; ``history``: entries of the ledger and the last hash."""

    made_at: str
    revision: str
    history: tuple[int, str]
    parts: Mapping[str, str]
    format: int = FORMAT


# ---- writing --------------------------------------------------------------------------------------------------------


def write(path: Path, engine: Engine, store: Store) -> Manifest:
    """Write the archive; it appears under its name when it is complete, readable by its owner alone.

    Raises:
        FileExistsError: there is a file of that name already.
        FileGone: a file was removed meanwhile.
        Damaged: the store has lost a file that a row names.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists already: choose another name, a backup never replaces one")
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                manifest = _write_parts(archive, engine, store)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return manifest


def _write_parts(archive: tarfile.TarFile, engine: Engine, store: Store) -> Manifest:
    parts: dict[str, str] = {}
    with snapshot(engine) as connection:
        metadata = reflected(connection)
        for table in metadata.sorted_tables:
            with tempfile.TemporaryFile() as lines:
                lines.writelines(rows_of(connection, table))
                name = f"database/{table.name}.jsonl"
                parts[name] = _add(archive, name, lines)
        for sha256 in _files_named(connection, metadata):
            try:
                with store.open(sha256) as blob:
                    parts[f"files/{sha256}"] = _add(archive, f"files/{sha256}", blob)
            except FileNotFoundError as error:
                raise _missing(sha256, engine, metadata) from error
        revision = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))
        manifest = Manifest(clock.now().isoformat(), str(revision), _history(connection, metadata), parts)
    text = json.dumps(manifest.__dict__, ensure_ascii=False, indent=1).encode()
    _add(archive, MANIFEST, io.BytesIO(text))
    return manifest


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database of one instant and hinders no writer."""
    postgresql = engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if postgresql else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def reflected(connection: Connection) -> sa.MetaData:
    """The tables as the database has them, in whatever revision, without caches."""
    metadata = sa.MetaData()
    with warnings.catch_warnings():  # indexes of expressions cannot be reflected, and are not needed
        warnings.simplefilter("ignore", SAWarning)
        metadata.reflect(connection, only=lambda name, _: name not in (VERSION_TABLE, *CACHES))
    return metadata


def rows_of(connection: Connection, table: sa.Table) -> Iterator[bytes]:
    """The rows of a table in the order of their keys, each as one line of JSON."""
    select = sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    for row in connection.execute(select):
        values = [_plain(value, column) for value, column in zip(row, table.columns, strict=True)]
        names = [column.name for column in table.columns]
        line = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, sort_keys=True)
        yield line.encode() + b"\n"


def _plain(value: Any, column: sa.Column[Any]) -> Any:
    """A value as JSON has it; what it was is told by its column. Instants are in UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (bytes, memoryview)) and not isinstance(column.type, sa.JSON):
        return base64.b64encode(bytes(value)).decode()
    return value


def _add(archive: tarfile.TarFile, name: str, data: IO[bytes]) -> str:
    """Put bytes into the archive and return their SHA-256."""
    data.seek(0)
    digest = _sha256(data)
    member = tarfile.TarInfo(name)
    member.size, member.mode = data.seek(0, os.SEEK_END), 0o600
    data.seek(0)
    archive.addfile(member, data)
    return digest


def _sha256(data: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := data.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _files_named(connection: Connection, metadata: sa.MetaData) -> list[str]:
    columns = [metadata.tables[name].c.sha256 for name in FILE_TABLES]
    return sorted(set(connection.scalars(sa.union(*(sa.select(column) for column in columns)))))


def _missing(sha256: str, engine: Engine, metadata: sa.MetaData) -> Exception:
    """Why a file is not there: its row has gone too meanwhile, or the store has lost it."""
    with snapshot(engine) as now:
        if sha256 in _files_named(now, metadata):
            return Damaged(f"the store has lost the file {sha256}, which the database names")
    return FileGone(sha256)


def _history(connection: Connection, metadata: sa.MetaData) -> tuple[int, str]:
    head = metadata.tables["ledger_head"]
    row = connection.execute(sa.select(head.c.last_id, head.c.last_hash)).first()
    return (row.last_id, row.last_hash) if row else (0, "")


# ---- reading --------------------------------------------------------------------------------------------------------


def checked(path: Path) -> Manifest:
    """Read an archive to its end and return its manifest.

    Raises:
        Damaged: a part is missing, changed or foreign, or the archive was cut off.
    """
    found, manifest = {}, None
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member, data in _members(archive):
                if member.name == MANIFEST:
                    manifest = _manifest(data.read())
                else:
                    found[member.name] = _sha256(data)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise Damaged(f"the archive cannot be read to its end ({error})") from error
    if manifest is None:
        raise Damaged("the archive has no manifest: it was cut off, or is none of ours")
    wrong = sorted(name for name in {*found, *manifest.parts} if found.get(name) != manifest.parts.get(name))
    if wrong:
        raise Damaged(f"{wrong[0]} is missing, changed or foreign")
    return manifest


def _manifest(data: bytes) -> Manifest:
    try:
        values = json.loads(data)
        return Manifest(**{**values, "history": tuple(values["history"])})
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged("the manifest cannot be read") from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Every member with its bytes; what is no part of ours is refused, so that no name ever becomes a path."""
    for member in archive:
        data = archive.extractfile(member)
        if data is None or not (member.name == MANIFEST or PART.fullmatch(member.name)):
            raise Damaged(f"{member.name!r} is no part of a backup")
        yield member, data


def load_files(path: Path, store: Store) -> int:
    """Put every file of an archive into the store; returns how many."""
    count = 0
    with tarfile.open(path, "r:gz") as archive:
        for member, data in _members(archive):
            if member.name.startswith("files/"):
                count += store.put(data.read()) == member.name.partition("/")[2]
    return count


def load_rows(path: Path, connection: Connection) -> int:
    """Replace the rows of every table by those of an archive whose revision the database has; returns how many.

    The parts stand in an order in which every row comes after those it names.
    """
    metadata, count = reflected(connection), 0
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))
    with tarfile.open(path, "r:gz") as archive:
        for member, data in _members(archive):
            if member.name.startswith("database/"):
                table = metadata.tables[Path(member.name).stem]
                count += _load_table(connection, table, data)
    return count


def _load_table(connection: Connection, table: sa.Table, lines: Iterable[bytes]) -> int:
    """Insert the rows; a row that names another of the same table does so when all of them are there."""
    own = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    (key,) = tuple(table.primary_key.columns)[:1]
    later: list[dict[str, Any]] = []
    count = 0
    for batch in _batches(lines):
        rows = [
            {column.name: _typed(row[column.name], column, connection) for column in table.columns} for row in batch
        ]
        for row in rows if own else ():
            later.append({"own_key": row[key.name], **{column.name: row[column.name] for column in own}})
            row |= {column.name: None for column in own}
        connection.execute(sa.insert(table), rows)
        count += len(rows)
    if later:
        values: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in own}
        connection.execute(sa.update(table).where(key == sa.bindparam("own_key")).values(values), later)
    if connection.dialect.name == "postgresql" and isinstance(key.type, sa.Integer):
        _count_on(connection, table, key)
    return count


def _batches(lines: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _typed(value: Any, column: sa.Column[Any], connection: Connection) -> Any:
    """A value of the archive as the column takes it."""
    if value is None:
        return None
    if isinstance(column.type, sa.DateTime):
        moment = datetime.fromisoformat(value)
        return moment if connection.dialect.name == "postgresql" else moment.replace(tzinfo=None)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    if isinstance(column.type, sa.Numeric) and isinstance(value, str):
        return Decimal(value)
    return value


def _count_on(connection: Connection, table: sa.Table, key: sa.Column[Any]) -> None:
    """Let the sequence of a key go on behind the keys that were loaded."""
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, key.name)))
    last = connection.scalar(sa.select(sa.func.max(key)))
    if sequence and last:
        connection.execute(sa.select(sa.func.setval(sequence, last)))
