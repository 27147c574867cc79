"""Memory of one web process and of the worker, each at rest, on the large site (S13).

``python bench/memory.py --products 10000``. The web process (gunicorn, eight threads) has answered lists, searches and
pages; the worker has had a minute. What is told is the resident memory of the process, shared libraries included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fresh import scale_site, variables
from tests.support.servers import answers, free_port, wait_until

ROOT = Path(__file__).parents[1]
ASKED = (
    "/", "/products", "/products?page=2", "/products?domain=logistics", "/scenarios", "/organizations",
    "/search?q=巡检", "/search?q=机器人 负载", "/search?q=变电站巡检用四足机器人", "/products?spec.payload.ge=20",
    "/help",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--site", help="a folder in which the large site is kept for the next time")
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = asked.site or folder
        scale_site(site, asked.products, asked.products // 5)
        port = free_port()
        own = {**os.environ, **variables(site, MARKETPLACE_BASE_URL=f"http://127.0.0.1:{port}")}
        web = [sys.executable, "-m", "gunicorn", "wsgi:app", "-w", "1", "-k", "gthread", "--threads", "8",
               "-b", f"127.0.0.1:{port}", "--log-level", "warning"]  # fmt: skip
        with subprocess.Popen(web, cwd=ROOT, env=own) as server:
            try:
                browse(port)
                told("one web process", children(server.pid))
            finally:
                server.terminate()
        with subprocess.Popen([sys.executable, "-m", "marketplace", "worker"], cwd=ROOT, env=own) as worker:
            try:
                threading.Event().wait(asked.seconds)
                told("the worker", [worker.pid, *children(worker.pid)])
            finally:
                worker.terminate()


def browse(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    wait_until(lambda: answers(f"{base}/healthz"), "gunicorn answers", 60.0)
    for _ in range(10):
        for path in ASKED:
            with urllib.request.urlopen(base + urllib.parse.quote(path, safe="/?=&.")) as answer:
                answer.read()


def children(parent: int) -> Sequence[int]:
    return [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def told(name: str, processes: Sequence[int]) -> None:
    for process in processes:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
        now, most = (int(lines[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))
        print(f"S13 {name}: {now:.0f} MB, {most:.0f} MB at the peak", flush=True)


if __name__ == "__main__":
    main()
