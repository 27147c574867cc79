"""Measures a pilot with many readings (S12): import of a file, confirming it, and the page.

``python bench/pilots.py --readings 1000000``. One process on SQLite; files of so many rows as the page takes of CSV.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from flask import Flask

from bench.fresh import fresh_site
from marketplace.app import create_app
from marketplace.cli.seeding import load_sample
from marketplace.core import clock
from marketplace.foundation.db import db, transaction
from marketplace.foundation.tables import open_csv
from marketplace.organizations.models import Member
from marketplace.organizations.queries import actor_of
from marketplace.pilots import intake, measuring
from marketplace.pilots.models import Pilot, Reading

PAGES = 50
MOST = intake.MOST_ROWS["csv"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = fresh_site(folder, MARKETPLACE_DEMO="1")
        app = create_app(config)
        with app.app_context():
            load_sample()
            measure(app, asked.readings)


def timed(act: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    start = clock()
    found = act()
    return clock() - start, found


def spent(act: Callable[[], Any]) -> tuple[float, Any]:
    """The same in processor time: what other work on the machine leaves alone."""
    return timed(act, time.process_time)


def measure(app: Flask, readings: int) -> None:
    page(app, the_running_one().number, "with the sample's readings")
    pilot = the_running_one()
    supplier, demander = (
        actor_of(db.session.scalars(sa.select(Member).where(Member.organization_id == side)).first().user)
        for side in (pilot.supplier_id, pilot.demander_id)
    )
    done, checked, written = 0, 0.0, 0.0
    while done < readings:
        count = min(MOST, readings - done)
        data = rows(pilot, done, count)
        took, found = spent(lambda data=data: check(pilot, data))
        checked += took
        assert not found.problems, found.problems[:3]
        written += spent(lambda found=found, part=done: write(pilot, supplier, found, part))[0]
        done += count
    print(f"import of {done} readings, by processor time:")
    print(f"checks {done / checked:,.0f} a second, writing {done / written:,.0f} a second,")
    print(f"both together {done / (checked + written):,.0f} a second")
    last = db.session.scalar(sa.select(sa.func.max(Reading.id))) or 0
    page(app, pilot.number, f"with {done} readings that wait")
    took, changed = timed(lambda: confirm(the_running_one(), demander, last))
    print(f"confirming {changed} at once: {took:.1f} s")
    page(app, pilot.number, f"S12 with {done} confirmed readings")
    print(f"memory at the peak: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, the file included")


def the_running_one() -> Pilot:
    """Read anew: a request of the client ends the session that knew it."""
    return db.session.scalars(sa.select(Pilot).where(Pilot.state == "running")).one()


def rows(pilot: Pilot, start: int, count: int) -> bytes:
    """A file as a machine writes it: one device a part, a value every two seconds."""
    assert pilot.started_on is not None
    first = datetime.combine(pilot.started_on, datetime.min.time(), clock.BEIJING) + timedelta(hours=1)
    lines = ["时间,指标,数值,设备"]
    for place in range(count):
        at = first + timedelta(seconds=2 * (start + place) + 1)
        lines.append(f"{at:%Y-%m-%d %H:%M:%S},T2,{1.7 + (place % 37) / 120:.3f},M{start // MOST}")
    return "\n".join(lines).encode()


def check(pilot: Pilot, data: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        path.write_bytes(data)
        return intake.check(intake.rows_of(open_csv(path, MOST)), measuring.rules_of(pilot))


def write(pilot: Pilot, actor: Any, found: Any, part: int) -> None:
    with transaction():
        measuring.record(pilot, actor, found, "file", f"{part:064d}")


def confirm(pilot: Pilot, actor: Any, last: int) -> int:
    with transaction():
        return measuring.decide(pilot, actor, "confirmed", None, last=last)


def page(app: Flask, number: str, words: str) -> None:
    """Server time of the page of a visitor, median and longest."""
    client = app.test_client()
    times = []
    with patch.dict(app.config, {"TESTING": True}):
        for _turn in range(PAGES):
            took, answer = timed(lambda: client.get(f"/pilots/{number}"))
            assert answer.status_code == 200
            times.append(1000 * took)
    times.sort()
    print(f"page {words}: {median(times):.0f} ms, {times[-1]:.0f} ms at the most of {PAGES}")


if __name__ == "__main__":
    main()
