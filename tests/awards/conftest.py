"""One site for the tests of a module, with officials, organizations and experts made once, and a clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from tests.factories import accounts, awards, challenges
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import START, Client, Clock, close

OFFICIALS, ORGANIZATIONS = 4, 4


@dataclass
class World:
    """The site, its clock and its people, read anew for each test. The last organization posts; the others bid."""

    app: Flask
    clock: Clock
    officials: list[User]
    organizations: list[Organization]

    def ranked(self, count: int = 2, **given: Any) -> awards.Scene:
        """A ranked challenge with so many bids, the first one best."""
        return awards.ranked(
            self.clock, self.organizations[:count], self.organizations[-1], self.officials, **given
        )

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
    with time_machine.travel(START, tick=False), databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("awards")))
        app.test_client_class = Client
        with app.app_context():
            users = [challenges.challenge_official().id for _ in range(OFFICIALS)]
            organizations = [accounts.organization().id for _ in range(ORGANIZATIONS)]
            awards.register()
        yield app, users, organizations
        close(app)


@pytest.fixture
def world(site: tuple[Flask, list[int], list[int]]) -> Iterator[World]:
    """The people inside the app's context; time begins at the same instant for each test."""
    app, users, organizations = site
    with time_machine.travel(START, tick=False) as traveller, app.app_context():
        yield World(
            app, Clock(traveller),
            [db.session.get_one(User, key) for key in users],
            [db.session.get_one(Organization, key) for key in organizations],
        )  # fmt: skip
