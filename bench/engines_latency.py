"""Measures the engine on PostgreSQL against the embedded one: the same documents, questions, texts and process.

``python bench/engines_latency.py --documents 10000``. Kinds of questions as in synthetic.py; the two engines are asked
in turn, question by question, so that what else the machine does falls on both. Times are of the processor, spent by
this process and by PostgreSQL's server; beside them those by the clock. The last line is suggestions while typing, over
as many titles.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.synthetic import documents, questions, words
from marketplace.app import create_app
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.interface import IndexDocument, Key, SearchEngine, SearchRequest
from marketplace.foundation.index.postgres_engine import PostgresEngine
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from marketplace.search import suggesting
from tests.support.databases import Databases
from tests.support.settings import settings
from tests.support.site import close

ROUNDS = 3


class Stopwatch:
    """Milliseconds of a call: of the processors of this process and of all of the server's, and by the clock.

    Linux: the server's processes are read from /proc, in nanoseconds.
    """

    def __init__(self) -> None:
        own = Path(f"/proc/{db.session.scalar(sa.text('SELECT pg_backend_pid()'))}/stat").read_text()
        server = own.rpartition(")")[2].split()[1]
        self._children = Path(f"/proc/{server}/task/{server}/children")

    def time(self, call: Callable[[], object]) -> tuple[float, float]:
        server, spent, start = self._server(), time.process_time_ns(), time.perf_counter()
        call()
        took, own = time.perf_counter() - start, time.process_time_ns() - spent
        return (own + self._server() - server) / 1e6, took * 1000

    def _server(self) -> int:
        processes = self._children.read_text().split()
        return sum(int(Path(f"/proc/{each}/schedstat").read_text().split()[0]) for each in processes)


def figures(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def report(kind: str, times: Mapping[str, list[tuple[float, float]]]) -> None:
    """One line for each way to take the time."""
    for way, name in enumerate(("processor", "clock")):
        (a, b), (c, d) = (figures([time[way] for time in times[engine]]) for engine in ("embedded", "PostgreSQL"))
        print(f"{kind:24}{name:10}{a:>10.2f} /{b:8.2f}{c:>14.2f} /{d:8.2f}{d / b:>9.2f}x", flush=True)


def measure(
    engines: Mapping[str, SearchEngine], watch: Stopwatch, asked: Mapping[str, list], texts: Mapping[Key, str]
) -> None:
    print(f"{'ms, p50 / p95':34}{'embedded':>20}{'PostgreSQL':>24}{'of p95':>10}")
    for kind in ("c first", "c", "a first", "a", "b first", "b", "e first", "e"):
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
        for _ in range(1 if "first" in kind else ROUNDS):
            for text, filters in asked[kind[0]]:
                for name, engine in engines.items():
                    search = partial(engine.search, SearchRequest(text, filters))
                    times[name].append(watch.time(partial(search, lambda keys: {key: texts[key] for key in keys})))
        report(kind, times)


def changes(engines: Mapping[str, SearchEngine], watch: Stopwatch, entries: Sequence) -> None:
    """One changed document, until a search finds it."""

    def change(engine: SearchEngine, entry: IndexDocument) -> None:
        engine.apply([entry], [])
        engine.search(SearchRequest(entry.number, strict=True), lambda keys: {})

    times: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for entry in entries:
        for name, engine in engines.items():
            times[name].append(watch.time(partial(change, engine, entry)))
    report("one change", times)


def typing(watch: Stopwatch, entries: Sequence, chance: random.Random) -> None:
    for start in range(0, len(entries), 500):
        with transaction():
            suggesting.follow(entries[start : start + 500], ())
    times = []
    for entry in chance.sample(list(entries), 200):
        key = chance.choice(sorted(suggesting.keys_of(entry.title)))[: chance.randint(1, 6)]
        times.append(watch.time(partial(suggesting.suggest, key))[0])
    p50, p95 = figures(times)
    print(f"a suggestion over {len(entries)} titles, PostgreSQL: p50 {p50:.1f}, p95 {p95:.1f} ms of the processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    count = parser.parse_args().documents
    chance = random.Random(7)
    vocabulary = words(40_000, chance)
    entries = list(documents(count, vocabulary, chance))
    texts = {entry.key: f"{entry.title} {entry.body}" for entry in entries}
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        with databases.fresh("postgresql") as url:
            app = create_app(settings(url, Path(folder) / "data"))
            with app.app_context():
                engines: dict[str, SearchEngine] = {
                    "embedded": WhooshEngine(Path(folder) / "index"),
                    "PostgreSQL": PostgresEngine(),
                }
                watch = Stopwatch()
                for name, engine in engines.items():
                    spent, took = (t / 1000 for t in watch.time(partial(engine.rebuild, entries)))
                    size = engine.status().size / 1e6
                    print(f"{name}: {count} documents, {spent:.1f} s of the processor, {took:.1f} s by the clock, "
                          f"{size:.0f} MB", flush=True)  # fmt: skip
                measure(engines, watch, questions(entries, vocabulary, chance), texts)
                changes(engines, watch, entries[:100])
                typing(watch, entries, chance)
            close(app)
        databases.close()


if __name__ == "__main__":
    main()
