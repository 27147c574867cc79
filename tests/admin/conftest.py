"""Administrators and their browsers; statements counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.foundation.db import db
from tests.factories import accounts
from tests.support.site import Client


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Client]:
    """The browser of somebody new: an administrator of a kind, or ("") of none."""

    def make(kind: str) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        accounts.sign_in(client, accounts.person(administrator=kind, name=f"管理员{kind}"))
        return client

    return make


@pytest.fixture
def counting(app: Flask) -> Callable[[], Any]:
    """``with counting() as statements:`` collects the statements that are sent."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        with app.app_context():
            engine = db.engine
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
                found.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return count


@pytest.fixture
def own_statements(counting: Callable[[], Any]) -> Callable[[Client, str], int]:
    """How many statements a page sends beyond those of every page, which say who asks and what waits for him."""

    def sent(client: Client, path: str) -> int:
        with counting() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    return lambda client, path: sent(client, path) - sent(client, "/privacy")
