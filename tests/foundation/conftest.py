"""What tests of the foundation share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.config import Config
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import init_files
from tests.foundation.door import Apart, Door


@pytest.fixture
def doors(app: Flask) -> list[int]:
    """The keys of two doors in the test's database."""
    with app.app_context():
        Apart.metadata.create_all(db.engine)
        made = [Door(), Door()]
        with transaction():
            db.session.add_all(made)
        return [door.id for door in made]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[None]:
    """A store, and nothing else of the site."""
    app = Flask("files")
    init_files(app, Config(data_dir=tmp_path))
    with app.app_context():
        yield
