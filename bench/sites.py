"""Measures the queue of an official with many applications for demonstration sites.

``python bench/sites.py --applications 500``. One process on SQLite with the sample; the applications are copies of one
that waits for the city.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine

from bench.fresh import fresh_site
from marketplace.app import create_app
from marketplace.cli.demo import PASSWORD
from marketplace.cli.seeding import load_sample
from marketplace.foundation.db import db, transaction
from marketplace.sites.models import Site

TURNS = 30
PAGES = ("/review/?kind=sites", "/sites/mine", "/workspace/")
LATER = "/review/?kind=sites&page=5"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applications", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = fresh_site(folder, MARKETPLACE_DEMO="1")
        app = create_app(config)
        with app.app_context():
            load_sample()
        print("with the applications of the sample")
        measure(app, PAGES)
        with app.app_context():
            copy(asked.applications)
        print(f"with {asked.applications} more")
        measure(app, (*PAGES, LATER))


def copy(count: int) -> None:
    """So many more applications that wait for the city."""
    table: Any = Site.__table__
    with transaction():
        first = db.session.execute(sa.select(table).where(table.c.state == "submitted")).mappings().first()
        assert first is not None
        kept = {key: value for key, value in first.items() if key != "id"}
        db.session.execute(sa.insert(table), [{**kept, "number": f"D-1999-{place:06d}"} for place in range(count)])


def measure(app: Flask, pages: Sequence[str]) -> None:
    """Time and statements of each page, for an official of the city."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    sa.event.listen(Engine, "before_cursor_execute", note)
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account/sign-in").text)
    assert token
    signed = {"csrf_token": token[1], "email": "city@demo.example", "password": PASSWORD}
    assert client.post("/account/sign-in", data=signed).status_code == 302
    with patch.dict(app.config, {"TESTING": True}):
        for path in pages:
            assert client.get(path).status_code == 200
            sent.clear()
            client.get(path)
            count, spent, times = len(sent), [], []
            for _turn in range(TURNS):
                start, worked = time.perf_counter(), time.process_time()
                client.get(path)
                spent.append(1000 * (time.process_time() - worked))
                times.append(1000 * (time.perf_counter() - start))
            print(f"{path}: {median(spent):.0f} ms of the processor, {median(times):.0f} ms by the clock, {count} SQL")
    sa.event.remove(Engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
