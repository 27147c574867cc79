"""The whole site with the real sample, loaded once and copied for whoever wants it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import time_machine
from flask import Flask

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


SAMPLE = "sample"


@contextmanager
def sample_database(
    databases: Databases, folder: Path, kind: str = "sqlite", *, but: Sequence[str] = ()
) -> Iterator[str]:
    """A database of ``kind`` with the sample, its mails sent; files and index are put into ``folder``.

    ``but``: what of these is left out. Loading takes many seconds: it is done once a run, by the true time, and copied
    from then on.
    """
    files = databases.keep(kind, SAMPLE, _load)
    shutil.copytree(files, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*but))
    with databases.fresh(kind, like=SAMPLE) as url:
        yield url


def _load(url: str, folder: Path) -> None:
    from marketplace.app import create_app
    from marketplace.cli.seeding import load_sample
    from marketplace.foundation.outbox import handle_next
    from marketplace.search.services import rebuild

    assert not time_machine.escape_hatch.is_travelling(), "the sample is loaded by the true time"
    app = create_app(settings(url, folder, demo=True))
    with app.app_context():
        load_sample()
        while handle_next(app.extensions["schedule"].subscriptions):
            pass
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
