"""What tests of the foundation share."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.foundation.db import db, transaction
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
