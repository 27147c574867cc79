"""One site for the tests of scoring: officials, experts and organizations are made once, challenges for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.bids import unsealing
from marketplace.bids.models import Bid
from marketplace.challenges import services as challenge_services
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.organizations.models import Organization
from tests.factories import accounts, bids, challenges, experts
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import Client, close

OFFICIALS, ORGANIZATIONS, EXPERTS = 3, 4, 8


@dataclass
class World:
    """The site and its people, read anew for each test. The last organization posts; the others bid."""

    app: Flask
    officials: list[User]
    organizations: list[Organization]
    experts: list[Expert]

    def challenge(self, **given: Any) -> Challenge:
        """A published challenge of its own for the test; it is blind unless told otherwise."""
        official = accounts.actor(self.officials[0])
        return challenges.challenge(organization=self.organizations[-1], official=official, **given)

    def opened(self, bidders: int = 2, **given: Any) -> Challenge:
        """A challenge whose bids were opened and found in order."""
        made = self.challenge(**given)
        openers = bids.openers(made, self.officials)
        for place in range(bidders):
            bids.sealed(made, self.organizations[place], price=f"{100 + place}.00")
        self.open(made, openers)
        for bid in self.bids(made):
            with transaction():
                unsealing.decide(bid, "qualify", accounts.actor(self.officials[0]), "", "", None)
        return challenges.fresh(made)

    def open(self, made: Challenge, openers: list[tuple[User, str]]) -> None:
        """The deadline has just passed, and two openers come."""
        with transaction():
            made.deadline = made.opening_at = clock.now() - timedelta(seconds=1)
        with transaction():
            challenge_services.close_due()
        for opener in openers[:2]:
            bids.come(made, opener)

    def bids(self, challenge: Challenge) -> list[Bid]:
        """The bids of a challenge by the organization that leads."""
        return list(db.session.query(Bid).filter_by(challenge_id=challenge.id).order_by(Bid.organization_id))

    def desk(self, user: User) -> FlaskClient:
        """Somebody signed in."""
        client = self.app.test_client()
        accounts.sign_in(client, user)
        return client


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, list[int], list[int], list[int]]]:
    """The app on one database, with the keys of its people."""
    with databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("scoring")))
        app.test_client_class = Client
        with app.app_context():
            users = [challenges.challenge_official().id for _ in range(OFFICIALS)]
            organizations = [accounts.organization().id for _ in range(ORGANIZATIONS)]
            register = [_expert(number).id for number in range(EXPERTS)]
        yield app, users, organizations, register
        close(app)


def _expert(number: int) -> Expert:
    """An approved expert who works where no other does."""
    employers = [experts.row(f"某大学{number}", position="教授")]
    made = experts.expert(employers=employers, domains=["special"], name=f"专家{number}")
    accounts.guard(made.user)
    return made


@pytest.fixture
def world(site: tuple[Flask, list[int], list[int], list[int]]) -> Iterator[World]:
    """The people inside the app's context."""
    app, users, organizations, register = site
    with app.app_context():
        yield World(
            app,
            [db.session.get_one(User, key) for key in users],
            [db.session.get_one(Organization, key) for key in organizations],
            [db.session.get_one(Expert, key) for key in register],
        )
