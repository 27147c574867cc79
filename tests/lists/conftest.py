"""The commands of the lists as an operator calls them, and the whole sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from marketplace.lists.capability import commands
from marketplace.web.command import Setup
from tests.support.databases import KINDS, Databases
from tests.support.sample_site import sample_database
from tests.support.settings import environment
from tests.support.site import Client, see_what_others_wrote

Run = Callable[..., Result]


class Reader(Client):
    """A client that reads every answer to its end inside the request, as a server does with a streamed one."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request and take the whole answer."""
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app; its clients read streamed answers."""
    app.test_client_class = Reader
    return app


@pytest.fixture
def run(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("import", "products", path)``: status, output and error stream; what it does not tell itself is raised."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    setup = Setup(lambda _config: app, lambda _app: lambda: None, environment("", tmp_path))
    by_name = {command.name: command for command in commands}

    def call(name: str, *arguments: Any) -> Result:
        result = CliRunner().invoke(by_name[name], [str(each) for each in arguments], obj=setup)
        see_what_others_wrote()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated database for this test alone, with everything of the sample where the test asks for ``sample``."""
    if "sample" in request.fixturenames:
        filled = sample_database(databases, tmp_path / "data", request.param)
    else:
        filled = databases.fresh(request.param)
    with filled as url:
        yield url


@pytest.fixture
def sample(app: Flask) -> Flask:
    """The app with everything of the sample in it."""
    return app
