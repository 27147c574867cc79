"""The app in this process: made for one test, asked through a client, its time under control."""

from __future__ import annotations

import contextvars
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.orm import scoped_session

from marketplace.config import Config
from marketplace.foundation.db import db
from tests.support.settings import settings

# Monday, 2 March 2026, 09:00 in Beijing: a working day with a full working week before and after it.
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Client(FlaskClient):
    """A client whose requests begin with nothing of the test around them.

    Flask would lend a request the test's own app context, and with it the session and the signed-in user of the
    request before. A real server does not.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; what the test itself read before is read again afterwards."""
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        see_what_others_wrote()
        return answer

    def submit(self, path: str, data: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        """POST a form as a page of this site would send it: with the token against forged requests.

        ``data``: field → value, list of values, or ``(io.BytesIO(…), "name.pdf")`` for a file.
        """
        return self.post(path, data={**(data or {}), "csrf_token": self.token()}, **kwargs)

    def token(self) -> str:
        """The token against forged requests of this client's session, as a page would carry it."""
        # In a context of its own, like a request: its end would close the test's own database session.
        secret = contextvars.Context().run(self._secret)
        return str(URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(secret))

    def jar(self) -> Mapping[Any, Any]:
        """The cookies as they are now."""
        return dict(self._cookies or {})

    def keep(self, jar: Mapping[Any, Any]) -> None:
        """Have the cookies of another time again."""
        self._cookies = dict(jar)

    def _secret(self) -> str:
        with self.session_transaction() as held:
            return str(held.setdefault("csrf_token", secrets.token_hex(20)))


def see_what_others_wrote() -> None:
    """End what the test's own session has read, so that its next look sees what a request or a worker wrote.

    Raises:
        AssertionError: the test changed something and did not commit it, so that no request could have seen it.
    """
    if not has_app_context():
        return
    session = db.session
    unsaved = [*session.new, *session.dirty, *session.deleted]
    assert not unsaved, f"changed in the test and not committed before the request: {unsaved}"
    session.rollback()
    session.expire_all()


class Clock:
    """The time of the test: it stands still until it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)

    def move_to(self, moment: datetime) -> None:
        """Set the time; an aware instant."""
        assert moment.tzinfo is not None, "an instant needs its time zone"
        self._traveller.move_to(moment)

    def forward(self, **parts: float) -> datetime:
        """Go on by a ``timedelta`` (days=, hours=, minutes=, seconds=) and say the new instant."""
        self._traveller.shift(timedelta(**parts))
        return self.now


def close(app: Flask) -> None:
    """Give back the connections of an app that is no longer needed."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The settings of the test's app. A test module may override this fixture to change some."""
    return settings(database_url, tmp_path / "data")


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The whole app on a fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    from marketplace.app import create_app

    made = create_app(config)
    made.test_client_class = Client
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> Client:
    """A visitor's browser without JavaScript. More of them: ``app.test_client()``."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The test's own session, with the app context around the test. Writes go through ``transaction()``."""
    with app.app_context():
        yield db.session


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands at Monday 2026-03-02 09:00 in Beijing and moves only when told. Name it before ``app`` in a test."""
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)


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
