"""The world of the tests that walk every address, made once a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture.world import World, open_world
from tests.support.databases import Databases


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks a filled site, so that `make check` can leave it to `make test`."""
    for item in items:
        if "world" in getattr(item, "fixturenames", ()):
            item.add_marker("world")


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A fresh one for each module; a test that changes it puts it back with ``restore``."""
    with open_world(databases, tmp_path_factory.mktemp("world")) as made:
        yield made
