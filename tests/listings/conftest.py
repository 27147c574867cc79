"""The app with one small kind of listing more, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace import app as composition
from marketplace.accounts.capability import ACCOUNTS
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.listings.capability import LISTINGS
from marketplace.listings.kind import KINDS
from marketplace.notifications.capability import NOTIFICATIONS
from marketplace.organizations.capability import ORGANIZATIONS
from marketplace.posts.capability import POSTS
from marketplace.reference.capability import REFERENCE
from marketplace.workspace.capability import WORKSPACE
from tests.listings.trial import KIND, Trial, capability
from tests.support.site import Client, close


@pytest.fixture
def app(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Accounts, listings and the workspace with the trial as the only kind."""
    for plural in list(KINDS):
        monkeypatch.delitem(KINDS, plural)
    monkeypatch.setitem(KINDS, KIND.plural, KIND)
    monkeypatch.setattr(
        composition,
        "CAPABILITIES",
        (REFERENCE, ACCOUNTS, POSTS, NOTIFICATIONS, ORGANIZATIONS, LISTINGS, capability(), WORKSPACE),
    )
    made = composition.create_app(config)
    made.test_client_class = Client
    with made.app_context():
        Trial.__table__.create(db.engine)
    yield made
    close(made)
