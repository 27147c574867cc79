"""Measures the embedded search index against SQLite FTS5 over the same tokens, and prints the ratios (S4 to S7).

``python bench/index_latency.py --documents 20000``. Documents and kinds of questions: bench/synthetic.py. ``c`` counts
facets, reads a page of 20 rows and highlights it; ``c bare`` is c without the texts that the index reads to sharpen its
order, which FTS5 has no counterpart for; ``first`` is the first touch of each word. The two are asked in turn, question
by question; times are of the processor, so that what else the machine does changes them little. The index is built by
a process of its own (bench/index_build.py). At the end two processes ask while a third writes.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fts5 import Fts5, page, total
from bench.index_build import INDEX, build_apart
from bench.index_readers import throughput
from bench.synthetic import Filters, documents, questions, words
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import IndexDocument, SearchAnswer, SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine

ROUNDS = 3
Asking = Callable[[str, Filters], object]


def timed(ours: Asking, theirs: Asking, asked: Sequence[tuple[str, Filters]], rounds: int) -> list[list[float]]:
    """The p50 and p95 of both, in milliseconds of the processor."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for text, filters in asked:
            for spent, run in zip(times, (ours, theirs), strict=True):
                start = time.process_time()
                run(text, filters)
                spent.append((time.process_time() - start) * 1000)
    return [[statistics.median(each), statistics.quantiles(each, n=20)[-1]] for each in times]


def measure(root: Path, fts: Fts5, asked: dict[str, list]) -> None:
    def ours(text: str, filters: Filters, sharpen: bool = True) -> SearchAnswer:
        texts = (lambda keys: fts.rows([number for _, number in keys])) if sharpen else (lambda keys: {})
        return engine.search(SearchRequest(text, filters), texts)

    def ours_page(text: str, filters: Filters, sharpen: bool = True) -> None:
        answer = ours(text, filters, sharpen)
        page(fts, [hit.doc_id for hit in answer.hits], answer.terms)

    def theirs_page(text: str, filters: Filters) -> None:
        ids = fts.search(text, filters, counted=True)
        page(fts, ids, [word.surface for word in shared_analyzer().query_words(text)])

    def bare(text: str, filters: Filters) -> None:
        ours_page(text, filters, False)

    print(f"{'':12}{'index p50/p95 ms':>22}{'FTS5 p50/p95 ms':>22}{'ratio of p95':>16}")
    engine = WhooshEngine(root)
    engine.search(SearchRequest(""), lambda keys: {})
    report("c first", *timed(ours_page, theirs_page, asked["c"], 1))
    report("c", *timed(ours_page, theirs_page, asked["c"], ROUNDS))
    report("c bare", *timed(bare, theirs_page, asked["c"], ROUNDS))
    for kind in ("a", "b", "e"):

        def found(text: str, filters: Filters) -> object:
            return ours(text, filters, False)

        def other(text: str, filters: Filters, every: bool = kind != "e") -> object:
            return fts.search(text, filters, False, every)

        report(f"{kind} first", *timed(found, other, asked[kind], 1))
        report(kind, *timed(found, other, asked[kind], ROUNDS))
    wrong = sum(
        ours(text, filters, False).total != total(fts, text, filters)
        for text, filters in asked["c"]
        if not ours(text, filters, False).approximate
    )
    print(f"totals that differ from SQL: {wrong}")


def report(name: str, found: Sequence[float], other: Sequence[float]) -> None:
    ratio = found[1] / other[1]
    print(f"{name:12}{found[0]:>14.2f} /{found[1]:6.2f}{other[0]:>14.2f} /{other[1]:6.2f}{ratio:>15.2f}x", flush=True)


def updates(engine: WhooshEngine, entries: Sequence[IndexDocument]) -> None:
    """One changed document: from the call until a search finds it."""
    times = []
    for entry in entries:
        start = time.perf_counter()
        engine.apply([entry], [])
        engine.search(SearchRequest(entry.number), lambda keys: {})
        times.append((time.perf_counter() - start) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"update visible: p50 {statistics.median(times):.1f}, p95 {p95:.1f}, max {max(times):.1f} ms")


def built(folder: Path, entries: Sequence[IndexDocument]) -> tuple[Fts5, WhooshEngine]:
    """Both over the same documents, and what that took."""
    start = time.process_time()
    fts = Fts5(folder / "fts.db")
    fts.fill(entries)
    fts.index()
    fts_build = time.process_time() - start
    build, before, peak = build_apart(folder, entries)
    engine = WhooshEngine(folder / INDEX)
    size, fts_size = engine.status().size / 1e6, fts.size() / 1e6
    print(f"{len(entries)} documents: build {build:.1f} s, FTS5 {fts_build:.1f} s, {build / fts_build:.2f}x; "
          f"size {size:.1f} MB, FTS5 {fts_size:.1f} MB, {size / fts_size:.2f}x; memory of the building process "
          f"{peak:.0f} MB at the peak, {before:.0f} MB before", flush=True)  # fmt: skip
    return fts, engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--updates", type=int, default=100)
    options = parser.parse_args()
    chance = random.Random(7)
    vocabulary = words(40_000, chance)
    entries = list(documents(options.documents, vocabulary, chance))
    with tempfile.TemporaryDirectory() as folder:
        fts, engine = built(Path(folder), entries)
        gc.collect()
        asked = questions(entries, vocabulary, chance)
        measure(Path(folder) / INDEX, fts, asked)
        throughput(Path(folder), asked, entries)
        updates(engine, entries[: options.updates])


if __name__ == "__main__":
    main()
