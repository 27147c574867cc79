"""One site for the tests of a module, with officials, organizations and experts made once, and a clock that stands."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from tests.factories import accounts, awards, challenges
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import START, Client, close, see_what_others_wrote

OFFICIALS, ORGANIZATIONS = 4, 4


class Standing:
    """The time of a test and of the requests it sends: it stands, on the database's clock too, until it is moved."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def move_to(self, moment: datetime) -> None:
        """Let it stand there."""
        self._held.close()
        self._held.enter_context(clock.standing_at(moment))

    def forward(self, **parts: float) -> None:
        """Go on by a ``timedelta``."""
        self.move_to(clock.now() + timedelta(**parts))

    def go(self) -> None:
        """Let it run again."""
        self._held.close()


class StandingClient(Client):
    """A client whose requests see the time of the test and nothing else of it."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; what the test itself read before is read again afterwards."""
        at = clock.now()

        def ask() -> Any:
            with clock.standing_at(at):
                return FlaskClient.open(self, *args, **kwargs)

        answer = contextvars.Context().run(ask)
        see_what_others_wrote()
        return answer


@dataclass
class World:
    """The site, its clock and its people, read anew for each test. The last organization posts; the others bid."""

    app: Flask
    clock: Standing
    officials: list[User]
    organizations: list[Organization]

    @property
    def owner(self) -> Organization:
        """Who posts."""
        return self.organizations[-1]

    def ranked(self, count: int = 2, **given: Any) -> awards.Scene:
        """A ranked challenge with so many bids, the first one best."""
        return awards.ranked(self.clock, self.organizations[:count], self.owner, self.officials, **given)

    def client(self, user: User) -> Client:
        """A browser in which somebody is signed in."""
        made = self.app.test_client()
        assert isinstance(made, Client)
        accounts.sign_in(made, user)
        return made


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, list[int], list[int]]]:
    """The app on one database, with the keys of its people."""
    with databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("awards")))
        app.test_client_class = StandingClient
        with app.app_context(), clock.standing_at(START):
            users = [challenges.challenge_official().id for _ in range(OFFICIALS)]
            organizations = [accounts.organization().id for _ in range(ORGANIZATIONS)]
            awards.register()
        yield app, users, organizations
        close(app)


@pytest.fixture
def world(site: tuple[Flask, list[int], list[int]]) -> Iterator[World]:
    """The people inside the app's context; time begins at the same instant for each test."""
    app, users, organizations = site
    time = Standing()
    time.move_to(START)
    with app.app_context():
        yield World(
            app, time,
            [db.session.get_one(User, key) for key in users],
            [db.session.get_one(Organization, key) for key in organizations],
        )  # fmt: skip
    time.go()
