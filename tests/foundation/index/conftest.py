"""The engines that one contract holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from marketplace.foundation.index.interface import SearchEngine
from marketplace.foundation.index.postgres_engine import PostgresEngine
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from tests.support.databases import Databases
from tests.support.settings import settings
from tests.support.site import close

Engines = Callable[..., SearchEngine]


@pytest.fixture(scope="module", params=["whoosh", "postgres"])
def engines(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engines]:
    """Makes engines of one kind, each without a generation of its own yet: ``engines(words)``."""
    if request.param == "whoosh":
        yield lambda words=tuple: WhooshEngine(tmp_path_factory.mktemp("index"), words)
        return
    from marketplace.app import create_app

    with databases.fresh("postgresql") as url:
        app = create_app(settings(url, tmp_path_factory.mktemp("site")))

        def make(words: Callable[[], Iterable[str]] = tuple) -> SearchEngine:
            return PostgresEngine(words)

        with app.app_context():
            yield make
        close(app)
