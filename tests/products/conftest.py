"""The whole app with products in it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace import app as composition
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.products.capability import PRODUCTS
from tests.support.site import Client, close


@pytest.fixture
def app(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app as it is composed, with products when they are not on the table of contents yet."""
    if PRODUCTS not in composition.CAPABILITIES:
        monkeypatch.setattr(composition, "CAPABILITIES", (*composition.CAPABILITIES, PRODUCTS))
    made = composition.create_app(config)
    made.test_client_class = Client
    yield made
    close(made)


@pytest.fixture
def statements(app: Flask) -> Iterator[Callable[[], int]]:
    """How many statements the database was sent until now."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield lambda: len(sent)
    event.remove(engine, "before_cursor_execute", note)
