"""The world of the tests that walk every address, made once, and as it was made at the beginning of each module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.accounts import queries as account_queries
from tests.architecture.world import World, open_world
from tests.support.databases import Databases

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the rules of the house, and what asks a filled site, which `make check` leaves to `make test`."""
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker("house")
        if "world" in getattr(item, "fixturenames", ()):
            item.add_marker("world")


@pytest.fixture(scope="session")
def one_world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The only one of this test process."""
    with open_world(databases, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="module")
def world(one_world: World) -> Iterator[World]:
    """As it was made; a test that changes it puts it back with ``restore``."""
    # A session notes now and then that it is used; here every write counts as one that somebody asked for.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account_queries, "NOTED_EVERY", timedelta(days=1))
        yield one_world
    one_world.restore()
