"""The life of a challenge: posted, reviewed, published at its time, closed at its deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.challenges import services
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.foundation.db import db, transaction
from tests.factories import challenges


def test_a_challenge_is_published_and_closed_by_the_clock_alone(app: Flask) -> None:
    with app.app_context():
        made = challenges.challenge("approved", columns={"publish_at": clock.now() + timedelta(days=2)})
        with pytest.raises(Refused), transaction():
            services.publish(made)
        with clock.standing_at(clock.now() + timedelta(days=2, minutes=1)), transaction():
            services.publish_due()
        published = db.session.get_one(Challenge, made.id)
        assert (published.state, published.edition, len(published.digest)) == ("published", 1, 64)
        assert published.deadline is not None
        with clock.standing_at(published.deadline - timedelta(seconds=1)), transaction():
            services.close_due()
        assert challenges.fresh(published).state == "published"
        with clock.standing_at(published.deadline), transaction():
            services.close_due()
        assert challenges.fresh(published).state == "closed"
