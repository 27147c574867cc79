"""Signed-in pages a second (S14): two web processes (gunicorn) on PostgreSQL with the sample, asked over HTTP.

``python bench/signed_in.py``. Eight connections ask one page after the other as the demo vendor; the client runs on the
same processors. Beside the clock stands the processor time that the two web processes spend on a page, which what else
the machine does changes less.
"""

from __future__ import annotations

import argparse
import http.client
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa

from marketplace.app import create_app
from marketplace.foundation.db import db
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_database
from tests.support.servers import answers, free_port, wait_until
from tests.support.settings import environment, settings
from tests.support.site import Client, close

ROOT = Path(__file__).parents[1]
PROCESSES, THREADS, CONNECTIONS = 2, 4, 8
PAGES = ("/workspace/", "/workspace/inbox/", "/products/{product}", "/scenarios/{scenario}", "/workspace/enquiries")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        with ExitStack() as stack:
            with redirect_stdout(io.StringIO()):  # the mails of the sample
                url = stack.enter_context(sample_database(databases, Path(folder) / "site", "postgresql"))
            port = free_port()
            cookie, pages = prepared(url, Path(folder) / "site", f"http://127.0.0.1:{port}")
            measure(serving(url, Path(folder) / "site", port), port, cookie, pages, seconds)
        databases.close()


def prepared(database: str, folder: Path, base: str) -> tuple[str, Sequence[str]]:
    """The cookies of the signed-in vendor, and the pages to ask for."""
    app = create_app(settings(database, folder, base_url=base, demo=True))
    app.test_client_class = Client
    jar = SampleSite(app).person("vendor").jar()
    cookie = "; ".join(f"{each.key}={each.value}" for each in jar.values())
    with app.app_context():
        published = {
            name: db.session.scalar(sa.select(model.number).where(model.state == "published").order_by(model.id))
            for name, model in (("product", Product), ("scenario", Scenario))
        }
    close(app)
    return cookie, [page.format(**published) for page in PAGES]


def serving(database: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """gunicorn with its processes, warm."""
    own = {**os.environ, **environment(database, folder), "MARKETPLACE_BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-w", str(PROCESSES), "-k", "gthread",
               "--threads", str(THREADS), "-b", f"127.0.0.1:{port}", "--log-level", "warning"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=own)
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "gunicorn answers", 60.0)
    return server


def measure(server: subprocess.Popen[bytes], port: int, cookie: str, pages: Sequence[str], seconds: float) -> None:
    try:
        ask(port, cookie, pages, seconds / 4)  # warm
        before, start = spent(server.pid), time.perf_counter()
        times = ask(port, cookie, pages, seconds)
        took, used = time.perf_counter() - start, spent(server.pid) - before
    finally:
        server.terminate()
        server.wait(30)
    every = sorted(each for page in times for each in page)
    p50, p95 = statistics.median(every), statistics.quantiles(every, n=20)[-1]
    print(f"S14 {CONNECTIONS} connections, {len(every)} pages: {len(every) / took:.0f} a second, p50 {p50:.0f} ms, "
          f"p95 {p95:.0f} ms; {used / len(every) * 1000:.1f} ms of the web processes' processor time a page, so "
          f"{2 * len(every) / used:.0f} a second at the most on two processors")  # fmt: skip
    for page, own in zip(pages, times, strict=True):
        print(f"  {page}: p50 {statistics.median(own):.0f} ms, p95 {statistics.quantiles(own, n=20)[-1]:.0f} ms")


def ask(port: int, cookie: str, pages: Sequence[str], seconds: float) -> list[list[float]]:
    """Milliseconds of every answer, by page."""
    over = time.perf_counter() + seconds
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        told = list(pool.map(lambda first: connection(port, cookie, pages, first, over), range(CONNECTIONS)))
    return [[each for own in told for each in own[page]] for page in range(len(pages))]


def connection(port: int, cookie: str, pages: Sequence[str], first: int, over: float) -> list[list[float]]:
    """What one connection measures until ``over``, beginning with another page than the others."""
    times: list[list[float]] = [[] for _ in pages]
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    turn = first
    while time.perf_counter() < over:
        page = turn % len(pages)
        start = time.perf_counter()
        line.request("GET", pages[page], headers={"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{pages[page]} answered {answer.status}")
        times[page].append((time.perf_counter() - start) * 1000)
        turn += 1
    line.close()
    return times


def spent(parent: int) -> float:
    """Seconds of processor time of the processes that ``parent`` started."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ticks = 0
    for child in children:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
