"""The whole site with the real sample, loaded once for many questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


@contextmanager
def sample_site(
    databases: Databases, folder: Path, kind: str = "sqlite", *, indexed: bool = True
) -> Iterator[SampleSite]:
    """A fresh database of ``kind`` with the sample, its mails sent, searchable unless told otherwise."""
    from marketplace.app import create_app
    from marketplace.cli.seeding import load_sample
    from marketplace.foundation.outbox import handle_next
    from marketplace.search.services import rebuild

    with databases.fresh(kind) as url:
        app = create_app(settings(url, folder, demo=True))
        app.test_client_class = Client
        with app.app_context():
            load_sample()
            while handle_next(app.extensions["schedule"].subscriptions):
                pass
            if indexed:
                rebuild()
        yield SampleSite(app)
        close(app)
