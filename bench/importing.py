"""Import of valid rows end to end (S10): the file checked and written, then brought into index and suggestions.

``python bench/importing.py --rows 100000``. The file is an export of ``seed scale``, read by ``marketplace import`` in
a process of its own on a database that has the organizations alone; ``marketplace index rebuild`` follows in another.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fresh import fresh_site, scale_site, variables
from marketplace.app import create_app
from marketplace.cli.scale import grow
from marketplace.foundation.db import db

ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--site", help="a folder with the large site to export, kept for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = asked.site or str(Path(folder) / "source")
        Path(source).mkdir(parents=True, exist_ok=True)
        scale_site(source, asked.rows, asked.rows // 5)
        file = Path(folder) / "products.csv"
        run(source, "export", "products", str(file))
        target = str(Path(folder) / "target")
        Path(target).mkdir()
        with create_app(fresh_site(target)).app_context():
            grow(0, 0, max(20, asked.rows // 20), 1)  # the same organizations, by their codes
            db.engine.dispose()
        print(f"{asked.rows:,} rows, {file.stat().st_size / 1e6:.0f} MB", flush=True)
        clock = spent = 0.0
        for words in (("import", "products", str(file)), ("index", "rebuild")):
            step = run(target, *words)
            clock, spent = clock + step[0], spent + step[1]
            told = f"{step[0]:.0f} s by the clock, {step[1]:.0f} s of processor time, {step[2]:.0f} MB at the peak"
            print(f"S10 {' '.join(words[:2])}: {told}", flush=True)
        print(f"S10 together: {clock:.0f} s by the clock, {spent:.0f} s of processor time")


def run(folder: str, *words: str) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor that a command takes, and its memory at the peak in MB."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "marketplace", *words]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables(folder)}, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
