"""Measures how long matching takes to become current (S11): from nothing, and after one listing changed.

``python bench/matching.py --products 10000 --scenarios 1000``. One process on SQLite; the worker's own task is run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa

from bench.fresh import fresh_site
from marketplace.app import create_app
from marketplace.cli.scale import grow
from marketplace.core.actor import SYSTEM
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.listings.models import Listing
from marketplace.matching.keeping import Keeper
from marketplace.matching.models import Match
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario

CHANGES = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--scenarios", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = fresh_site(folder)
        with create_app(config).app_context():
            grow(asked.products, asked.scenarios, 500, 1)
            measure()


def measure() -> None:
    keeper = Keeper()
    wall, cpu = settle(keeper)
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(Match))
    print(f"S11 from nothing: {wall:.1f} s ({cpu:.1f} s of processor time), {rows} matches kept")
    for model, count in ((Product, CHANGES), (Scenario, CHANGES // 4)):
        changes = [settle_after_change(keeper, model, key) for key in first_keys(model, count)]
        for way, spent in zip(("by the clock", "of processor time"), zip(*changes, strict=True), strict=True):
            told = f"{statistics.median(spent):.2f} s median, {max(spent):.2f} s at the most of {count}"
            print(f"S11 one changed {model.__tablename__}: {told}, {way}")


def first_keys(model: type[Listing], count: int) -> Sequence[int]:
    return db.session.scalars(sa.select(model.id).order_by(model.id).limit(count)).all()


def settle_after_change(keeper: Keeper, model: type[Listing], key: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor until the matches of a listing with another title are current."""
    with transaction():
        listing = db.session.get_one(model, key)
        listing.title += "·"
        db.session.flush()
        ledger.record(listing, "edit", SYSTEM)
    return settle(keeper)


def settle(keeper: Keeper) -> tuple[float, float]:
    """Run the task until nothing is due; seconds by the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    while keeper.run():
        pass
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
