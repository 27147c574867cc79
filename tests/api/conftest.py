"""The app of the API's tests: its clients read streamed answers to their end."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.lists.conftest import Reader


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app; its clients read streamed answers."""
    app.test_client_class = Reader
    return app
