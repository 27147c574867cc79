"""Import of valid rows end to end (S10): the file checked and written, then brought into index and suggestions.

``python bench/importing.py --rows 100000``. The file is an export of ``seed scale``, read by ``marketplace import`` in
a process of its own on a database that has the organizations alone; the worker's task then brings what was imported
into the index, in another process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fresh import fresh_site, variables
from marketplace.app import create_app
from marketplace.cli.scale import grow
from marketplace.foundation.db import db
from marketplace.search.services import catch_up

MARKETPLACE = ("-m", "marketplace")
ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--catch-up", metavar="FOLDER", help="only index what waits on the site there")
    asked = parser.parse_args()
    if asked.catch_up:
        return follow(asked.catch_up)
    with tempfile.TemporaryDirectory() as folder:
        source, target, file = (str(Path(folder) / name) for name in ("source", "target", "products.csv"))
        grown(source, asked.rows, asked.rows)
        run(source, MARKETPLACE, "export", "products", file)
        grown(target, 0, asked.rows)  # the same organizations, by their codes
        run(target, MARKETPLACE, "index", "rebuild")
        print(f"{asked.rows:,} rows, {Path(file).stat().st_size / 1e6:.0f} MB", flush=True)
        clock = spent = 0.0
        for name, words in (
            ("checked and written", (*MARKETPLACE, "import", "products", file)),
            ("indexed", (__file__, "--catch-up", target)),
        ):
            step = run(target, words)
            clock, spent = clock + step[0], spent + step[1]
            told = f"{step[0]:.0f} s by the clock, {step[1]:.0f} s of processor time, {step[2]:.0f} MB at the peak"
            print(f"S10 {name}: {told}", flush=True)
        print(f"S10 together: {clock:.0f} s by the clock, {spent:.0f} s of processor time")


def grown(folder: str, products: int, rows: int) -> None:
    """A site with the organizations of so many rows, and with so many products."""
    Path(folder).mkdir()
    with create_app(fresh_site(folder)).app_context():
        grow(products, 0, max(20, rows // 20), 1)
        db.engine.dispose()


def follow(folder: str) -> None:
    """What the worker does until nothing waits to be indexed."""
    with create_app(fresh_site(folder)).app_context():
        while catch_up():
            pass


def run(folder: str, program: Sequence[str], *words: str) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor that a command takes, and its memory at the peak in MB."""
    start = time.perf_counter()
    command = [sys.executable, *program, *words]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables(folder)}, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
