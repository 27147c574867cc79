"""What somebody finds who holds the database and every file of a site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from marketplace.foundation.db import Base, db


def traces(app: Flask, *phrases: str) -> list[str]:
    """Where any of these stands: tables by every cell, files of the site, of its index and of SQLite by every byte."""
    found = [
        table.name
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(sa.select(table))
        for cell in row
        if _holds(cell if isinstance(cell, bytes) else str(cell).encode(), phrases)
    ]
    files = [path for path in app.extensions["config"].data_dir.rglob("*") if path.is_file()]
    if db.engine.dialect.name == "sqlite":  # with its write-ahead log and its free pages
        database = Path(db.engine.url.database or "")
        files += database.parent.glob(f"{database.name}*")
    return found + [str(path) for path in files if _holds(path.read_bytes(), phrases)]


def _holds(raw: bytes, phrases: Sequence[str]) -> bool:
    return any(
        written in raw
        for phrase in phrases
        for written in (phrase.encode(), phrase.encode("unicode_escape"), phrase.encode("utf-16-le"))
    )
