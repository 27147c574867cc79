"""What tests of products ask of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.foundation.db import db


@pytest.fixture
def statements(app: Flask) -> Iterator[Callable[[], int]]:
    """How many statements the database was sent until now."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith("BEGIN"):  # SQLite is told so by a statement, PostgreSQL is not
            sent.append(arguments[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield lambda: len(sent)
    event.remove(engine, "before_cursor_execute", note)
