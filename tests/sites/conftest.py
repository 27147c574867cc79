"""One site a database for the tests of demonstration sites: people and a verified pilot are made once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from marketplace.organizations.queries import actor_of
from marketplace.pilots.models import Pilot
from tests.factories import experts, sites
from tests.factories.sites import Hands
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import Client, close

# The working days of the whole year are known.
MORNING = datetime(2026, 3, 2, 9, tzinfo=clock.BEIJING)


@dataclass(frozen=True)
class Made:
    """The app, and the keys of whom and what it holds."""

    app: Flask
    pilot: int
    people: tuple[int, ...]
    experts: tuple[int, ...]


@pytest.fixture(scope="module", params=KINDS)
def made(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    with clock.standing_at(MORNING), databases.fresh(request.param) as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("sites")))
        app.test_client_class = Client
        with app.app_context():
            judges = [_judge(number) for number in range(4)]
            who = sites.hands(judges)
            acting = (who.applicant, who.vendor, who.city, who.province)
            people = tuple(each.user_id for each in acting if each.user_id)
            keys = Made(app, who.pilot.id, people, tuple(each.user_id for each in judges))
        yield keys
        close(app)


def _judge(number: int) -> Expert:
    employers = [experts.row(f"某大学{number}", position="教授")]
    return experts.expert(employers=employers, domains=["special"], name=f"专家{number}")


@pytest.fixture
def who(made: Made) -> Iterator[Hands]:
    """The people inside the app's context."""
    with clock.standing_at(MORNING), made.app.app_context():
        applicant, vendor, city, province = (actor_of(db.session.get_one(User, key)) for key in made.people)
        judges = {key: actor_of(db.session.get_one(User, key)) for key in made.experts}
        yield Hands(db.session.get_one(Pilot, made.pilot), applicant, vendor, city, province, judges)
