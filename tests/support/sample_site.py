"""The whole site with the real sample, loaded once and copied for whoever wants it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.support.commands import calling
from tests.support.databases import Databases
from tests.support.settings import settings
from tests.support.site import Client, close


@dataclass
class SampleSite:
    """The app with the sample in it, and its people signed in, each in a browser of his own."""

    app: Flask

    def visitor(self) -> Client:
        """Somebody who is not signed in."""
        made = self.app.test_client()
        assert isinstance(made, Client)
        return made

    def person(self, name: str) -> Client:
        """A demo account ("vendor", "city", …), signed in."""
        from marketplace.cli.demo import PASSWORD

        client = self.visitor()
        answer = client.submit("/account/sign-in", {"email": f"{name}@demo.example", "password": PASSWORD})
        assert answer.status_code == 302, f"{name} cannot sign in: {answer.status_code}"
        return client


SAMPLE, SHOWN = "sample", "sample_shown"
SAID = "said.txt"  # what the command said that loaded it, among its files


@contextmanager
def sample_database(
    databases: Databases, folder: Path, kind: str = "sqlite", *, synonyms: bool = False
) -> Iterator[str]:
    """A database of ``kind`` with the sample as `marketplace seed demo` loads it; files, index and what the command
    said are put into ``folder``.

    ``synonyms``: with those that are shipped, as `marketplace run --demo` shows it. Loading takes many seconds: it is
    done once a run, by the true time, and copied from then on.
    """
    name, files = SAMPLE, databases.keep(kind, SAMPLE, _load)
    if synonyms:
        name, files = SHOWN, databases.keep(kind, SHOWN, partial(_bring_synonyms, files), like=SAMPLE)
    shutil.copytree(files, folder, dirs_exist_ok=True)
    with databases.fresh(kind, like=name) as url:
        yield url


def _load(url: str, folder: Path) -> None:
    from marketplace.app import create_app
    from marketplace.search.services import rebuild

    assert not time_machine.escape_hatch.is_travelling(), "the sample is loaded by the true time"
    said = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        calling(url, folder, patch, testing=True) as call,
        redirect_stdout(said),
    ):
        status = call("seed", "demo", MARKETPLACE_DEMO="1")
    assert status == 0, said.getvalue()
    app = create_app(settings(url, folder, demo=True))
    with app.app_context():
        rebuild()
    close(app)
    (folder / SAID).write_text(said.getvalue(), encoding="utf-8")


def _bring_synonyms(sample: Path, url: str, folder: Path) -> None:
    from marketplace.app import create_app
    from marketplace.foundation.db import transaction
    from marketplace.search.services import rebuild
    from marketplace.vocabulary.services import load_shipped

    shutil.copytree(sample, folder)
    app = create_app(settings(url, folder))
    with app.app_context():
        with transaction():
            load_shipped()
        rebuild()
    close(app)


@contextmanager
def sample_site(databases: Databases, folder: Path, kind: str = "sqlite") -> Iterator[SampleSite]:
    """The site on such a database, searchable."""
    from marketplace.app import create_app

    with sample_database(databases, folder, kind) as url:
        app = create_app(settings(url, folder, demo=True))
        app.test_client_class = Client
        yield SampleSite(app)
        close(app)
