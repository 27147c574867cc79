"""Measures how long it takes from publication until the search finds it, while five items a second are published (S8).

``python bench/publishing.py --products 10000 --items 300``. One process on SQLite with its worker in a thread, as
``marketplace run`` has it: one thread publishes by the clock, another asks for the name of each until it is found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from flask import Flask

from bench.fresh import scale_site
from marketplace.app import create_app, start_worker
from marketplace.core.actor import VISITOR
from marketplace.foundation.db import db, transaction
from marketplace.listings.loading import Loaded, load
from marketplace.matching.keeping import Keeper
from marketplace.organizations.models import Organization
from marketplace.products.kind import PRODUCT
from marketplace.sample import products
from marketplace.search.forms import question_of
from marketplace.search.queries import find

RUN = int(time.time())  # part of every name: a site that is kept has those of earlier runs
PAUSE = 0.02  # seconds between two looks
PATIENCE = 300.0
Published = tuple[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--a-second", type=float, default=5.0)
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--site", help="a folder in which the site is kept for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(scale_site(asked.site or folder, asked.products, asked.scenarios))
        with app.app_context():
            keeper = Keeper()
            while keeper.run():  # what has been here for long has its matches
                pass
        stop = start_worker(app)
        measure(app, range(1), 0)  # what a worker does once when it starts is over
        waits = measure(app, range(1, asked.items + 1), 1 / asked.a_second)
        stop()
        with app.app_context():
            db.engine.dispose()
    waits.sort()
    middle, late, last = waits[len(waits) // 2], waits[int(len(waits) * 0.95)], waits[-1]
    print(f"S8 {asked.products:,} products, {asked.items} published, {asked.a_second:g} a second: "
          f"found after {middle:.2f} s (median), {late:.2f} s (p95), {last:.2f} s (last)")  # fmt: skip


def measure(app: Flask, items: range, every: float) -> list[float]:
    """Seconds from the commit of each item until a visitor finds it."""
    done: Queue[Published] = Queue()
    publisher = threading.Thread(target=publish, args=(app, items, every, done))
    publisher.start()
    waits = []
    for _ in items:
        name, at = done.get(timeout=PATIENCE)
        while not found(app, name):
            if time.perf_counter() - at > PATIENCE:
                raise SystemExit(f"{name} was not found within {PATIENCE:.0f} s")
            time.sleep(PAUSE)
        waits.append(time.perf_counter() - at)
    publisher.join()
    return waits


def publish(app: Flask, items: range, every: float, done: Queue[Published]) -> None:
    """Publish by the clock, each in a transaction of its own; one that is late does not wait for its turn."""
    content = next(products.products()).content
    start = time.perf_counter()
    for number in items:
        time.sleep(max(0.0, start + (number - items.start) * every - time.perf_counter()))
        name = f"ZQ{RUN}N{number:06d}"
        with app.app_context():
            with transaction():
                owner = db.session.scalars(sa.select(Organization).limit(1)).one()
                load(PRODUCT, [Loaded(owner, {**content, "title": f"{name} {content['title']}"}, compiled=False)])
            done.put((name, time.perf_counter()))


def found(app: Flask, name: str) -> bool:
    """Whether a visitor who asks for it gets it."""
    with app.test_request_context("/search"):
        return find(question_of(urlencode({"q": name})), VISITOR).total > 0


if __name__ == "__main__":
    main()
