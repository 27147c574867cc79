"""The commands of the lists as an operator calls them, and the whole sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from marketplace.cli.seeding import load_sample
from marketplace.lists.capability import commands
from marketplace.web.command import Setup
from tests.support.settings import environment
from tests.support.site import see_what_others_wrote

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("import", "products", path)``: status, standard output and error stream of the command."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    setup = Setup(lambda _config: app, lambda _app: lambda: None, environment("sqlite://", tmp_path))
    by_name = {command.name: command for command in commands}

    def call(name: str, *arguments: Any) -> Result:
        result = CliRunner().invoke(by_name[name], [str(each) for each in arguments], obj=setup)
        see_what_others_wrote()
        unexpected = result.exception is not None and not isinstance(result.exception, SystemExit)
        assert not unexpected, repr(result.exception)
        return result

    return call


@pytest.fixture
def sample(app: Flask) -> Flask:
    """The app with everything of the sample in it."""
    with app.app_context():
        load_sample()
    return app
