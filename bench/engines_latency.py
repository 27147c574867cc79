"""Measures the engine on PostgreSQL against the embedded one: the same documents, questions, texts and process.

``python bench/engines_latency.py --documents 10000``. Kinds of questions as in synthetic.py; the two engines are asked
in turn, question by question, so that what else the machine does falls on both. The last lines are suggestions while
typing, over as many titles.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.synthetic import documents, questions, words
from marketplace.app import create_app
from marketplace.foundation.db import transaction
from marketplace.foundation.index.interface import Key, SearchEngine, SearchRequest
from marketplace.foundation.index.postgres_engine import PostgresEngine
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from marketplace.search import suggesting
from tests.support.databases import Databases
from tests.support.settings import settings
from tests.support.site import close

ROUNDS = 3


def figures(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def measure(engines: Mapping[str, SearchEngine], asked: Mapping[str, list], texts: Mapping[Key, str]) -> None:
    print(f"{'':10}{'embedded p50/p95 ms':>24}{'PostgreSQL p50/p95 ms':>24}{'ratio of p95':>14}")
    for kind in ("c first", "c", "a", "b", "e first", "e"):
        times: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(1 if "first" in kind else ROUNDS):
            for text, filters in asked[kind[0]]:
                for name, engine in engines.items():
                    start = time.perf_counter()
                    engine.search(SearchRequest(text, filters), lambda keys: {key: texts[key] for key in keys})
                    times[name].append((time.perf_counter() - start) * 1000)
        (a, b), (c, d) = figures(times["embedded"]), figures(times["PostgreSQL"])
        print(f"{kind:10}{a:>14.2f} /{b:8.2f}{c:>14.2f} /{d:8.2f}{d / b:>13.2f}x", flush=True)


def changes(engines: Mapping[str, SearchEngine], entries: Sequence) -> None:
    for name, engine in engines.items():
        times = []
        for entry in entries:
            start = time.perf_counter()
            engine.apply([entry], [])
            engine.search(SearchRequest(entry.number, strict=True), lambda keys: {})
            times.append((time.perf_counter() - start) * 1000)
        p50, p95 = figures(times)
        print(f"one change until it is found, {name}: p50 {p50:.1f}, p95 {p95:.1f} ms")


def typing(entries: Sequence, chance: random.Random) -> None:
    for start in range(0, len(entries), 500):
        with transaction():
            suggesting.follow(entries[start : start + 500], ())
    times = []
    for entry in chance.sample(list(entries), 200):
        key = chance.choice(sorted(suggesting.keys_of(entry.title)))[: chance.randint(1, 6)]
        start = time.perf_counter()
        suggesting.suggest(key)
        times.append((time.perf_counter() - start) * 1000)
    p50, p95 = figures(times)
    print(f"a suggestion over {len(entries)} titles, PostgreSQL: p50 {p50:.1f}, p95 {p95:.1f} ms")


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
                engines = {"embedded": WhooshEngine(Path(folder) / "index"), "PostgreSQL": PostgresEngine()}
                for name, engine in engines.items():
                    start = time.perf_counter()
                    engine.rebuild(entries)
                    took = time.perf_counter() - start
                    print(f"{name}: {count} documents in {took:.1f} s, {engine.status().size / 1e6:.0f} MB")
                measure(engines, questions(entries, vocabulary, chance), texts)
                changes(engines, entries[:100])
                typing(entries, chance)
            close(app)
        databases.close()


if __name__ == "__main__":
    main()
