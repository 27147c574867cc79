"""One site for the tests of a module, with its people made once: every test posts challenges of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from tests.factories import accounts, bids, challenges
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import Client, close

OFFICIALS, ORGANIZATIONS = 4, 5


@dataclass
class World:
    """The site and its people, read anew for each test. The last organization posts; the others bid."""

    app: Flask
    officials: list[User]
    organizations: list[Organization]

    def challenge(self, **given: Any) -> Challenge:
        """A published challenge of its own for the test."""
        official = accounts.actor(self.officials[3])
        return challenges.challenge(organization=self.organizations[-1], official=official, **given)

    def openers(self, challenge: Challenge) -> list[tuple[User, str]]:
        """Three of the officials with their codes."""
        return bids.openers(challenge, self.officials[:3])

    def draft(self, challenge: Challenge, place: int = 0, **written: Any) -> Bid:
        """A bid that one of the organizations is writing."""
        return bids.draft(challenge, self.organizations[place], **written)

    def sealed(self, challenge: Challenge, place: int = 0) -> Bid:
        """The same, sealed."""
        return bids.sealed(challenge, self.organizations[place])


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, list[int], list[int]]]:
    """The app on one database, with the keys of its people."""
    with databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("bids")))
        app.test_client_class = Client
        with app.app_context():
            users = [challenges.challenge_official().id for _ in range(OFFICIALS)]
            organizations = [accounts.organization().id for _ in range(ORGANIZATIONS)]
        yield app, users, organizations
        close(app)


@pytest.fixture
def world(site: tuple[Flask, list[int], list[int]]) -> Iterator[World]:
    """The people inside the app's context."""
    app, users, organizations = site
    with app.app_context():
        yield World(
            app,
            [db.session.get_one(User, key) for key in users],
            [db.session.get_one(Organization, key) for key in organizations],
        )
