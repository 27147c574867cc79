"""Calling a command as the console script would, and how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace import __main__
from marketplace.app import create_app
from marketplace.cli import command_line
from marketplace.config import Config
from tests.support.settings import environment
from tests.support.site import close


@dataclass
class Said:
    """How a command ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@contextmanager
def calling(
    database_url: str, folder: Path, patch: pytest.MonkeyPatch, **settings: Any
) -> Iterator[Callable[..., int]]:
    """Calls a command on a database and says its exit status; keywords go into the environment.

    ``settings``: fields of the configuration that no environment variable sets.
    """
    made: list[Flask] = []

    def create(config: Config) -> Flask:
        made.append(create_app(replace(config, **settings)))
        return made[-1]

    def call(*words: str, **variables: str) -> int:
        for name, value in {**environment(database_url, folder), "LANG": "C", **variables}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["marketplace", *words])
        return command_line(create, lambda _app: lambda: None, __main__.COMMANDS)

    yield call
    for app in made:
        close(app)


@contextmanager
def runner(
    database_url: str, folder: Path, patch: pytest.MonkeyPatch, seen: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Calls a command on a database; keywords go into the environment."""
    with calling(database_url, folder, patch) as call:

        def run(*words: str, **variables: str) -> Said:
            seen.readouterr()
            status = call(*words, **variables)
            return Said(status, *seen.readouterr())

        yield run


def assert_one_line(said: Said, status: int, *words: str) -> None:
    """It failed with one line on stderr that contains the words, and no traceback."""
    assert said.status == status, said
    lines = said.err.strip().splitlines()
    assert len(lines) == 1 or status == 2, said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err
