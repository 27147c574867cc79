"""The site with letters of the tests' own, and a mail server that takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from marketplace.config import Config
from tests.notifications.letters import install
from tests.support.postbox import Postbox, postbox
from tests.support.settings import settings


@pytest.fixture
def box() -> Iterator[Postbox]:
    """The mail server."""
    with postbox() as made:
        yield made


@pytest.fixture
def config(database_url: str, tmp_path: object, box: Postbox) -> Config:
    """Mails go to the server."""
    return replace(settings(database_url, tmp_path / "data"), mail_url=box.url)  # type: ignore[operator]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The whole app, and the letters of these tests."""
    install(app)
    return app
