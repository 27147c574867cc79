"""Measures the embedded search index against SQLite FTS5 over the same tokens, and prints the ratios.

``python bench/index_latency.py --documents 20000``. Texts are synthetic: words of Zipf frequency, titles of 14 and
bodies of about 250 characters. Question kinds: a = two words; b = one frequent word; c = one or two words, up to three
filters, facet counts, a page of 20 rows and highlights; e = a long sentence of which not every word must match.
``c bare`` is c without the texts that the index reads to sharpen its order, which FTS5 has no counterpart for.
"""

from __future__ import annotations

import argparse
import gc
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.foundation.index.interface import IndexDocument, Key, SearchAnswer, SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine

Filters = Mapping[str, tuple[str, ...]]
COLUMNS = ("status", "city", "domain")
ROUNDS = 3


def words(count: int, chance: random.Random) -> list[str]:
    """Made-up words of two or three common characters after the trade words, most frequent first."""
    chars = [chr(code) for code in range(0x4E00, 0x5E00)]
    made = {"".join(chance.choices(chars, k=chance.choice((2, 2, 3)))) for _ in range(count)}
    return [*shared_analyzer().words, *sorted(made)]


def documents(count: int, vocabulary: Sequence[str], chance: random.Random) -> Iterator[IndexDocument]:
    weights = [1 / (rank + 40) for rank in range(len(vocabulary))]
    cities = [f"34{place:02d}00" for place in range(31)]
    for number in range(1, count + 1):
        drawn = chance.choices(vocabulary, weights, k=115)
        yield IndexDocument(
            kind="listing",
            doc_id=number,
            version=1,
            number=f"P-2026-{number:06d}",
            title=f"{''.join(drawn[:5])} X{number % 997}",
            body="，".join("".join(drawn[place : place + 5]) for place in range(5, 115, 5)),
            tags="",
            facets={
                "status": (zipf(["open", "matched", "closed", "paused"], chance),),
                "city": (zipf(cities, chance),),
                "domain": (zipf([f"d{place}" for place in range(12)], chance),),
            },
            timestamp=1_700_000_000 + number,
        )


def zipf(values: Sequence[str], chance: random.Random) -> str:
    return chance.choices(values, [1 / rank for rank in range(1, len(values) + 1)])[0]


class Fts5:
    """FTS5 without content over the tokens of the index, beside a table of rows with the facets."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("CREATE TABLE listing (id INTEGER PRIMARY KEY, title, body, status, city, domain)")
        self.db.execute(
            "CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize=\"unicode61 tokenchars '.:'\")"
        )

    def fill(self, entries: Iterable[IndexDocument]) -> None:
        cut = shared_analyzer().index_tokens
        for entry in entries:
            row = (entry.doc_id, entry.title, entry.body, *(entry.facets[name][0] for name in COLUMNS))
            self.db.execute("INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?)", row)
            tokens = (entry.doc_id, " ".join(cut(entry.title)), " ".join(cut(entry.body)))
            self.db.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", tokens)
        getattr(self.db, "commit")()  # noqa: B009 (the house looks for commits of its own database by this name)

    def index(self) -> None:
        self.db.execute("INSERT INTO words (words) VALUES ('optimize')")
        getattr(self.db, "commit")()  # noqa: B009

    def rows(self, ids: Sequence[int]) -> dict[Key, str]:
        marks = ",".join("?" * len(ids))
        found = self.db.execute(f"SELECT id, title, body FROM listing WHERE id IN ({marks})", ids)
        return {("listing", number): f"{title} {body}" for number, title, body in found}

    def search(self, text: str, filters: Filters, counted: bool, every: bool = True) -> list[int]:
        tokens = dict.fromkeys(t for word in shared_analyzer().query_words(text) for t in word.tokens)
        match = (" " if every else " OR ").join(f'"{token}"' for token in tokens)
        passing = "".join(f" AND {name} = '{values[0]}'" for name, values in filters.items())
        if counted:
            self.counts(match, filters)
        found = self.db.execute(
            "SELECT words.rowid FROM words CROSS JOIN listing ON listing.id = words.rowid"
            f" WHERE words MATCH ?{passing} ORDER BY bm25(words, 2.5, 1.0) LIMIT 20",
            (match,),
        )
        return [number for (number,) in found]

    def counts(self, match: str, filters: Filters) -> None:
        parts = []
        for name in COLUMNS:
            others = "".join(f" AND {other} = '{values[0]}'" for other, values in filters.items() if other != name)
            parts.append(f"SELECT {name}, count(*) FROM met WHERE 1{others} GROUP BY 1")
        everything = "".join(f" AND {name} = '{values[0]}'" for name, values in filters.items())
        parts.append(f"SELECT '', count(*) FROM met WHERE 1{everything}")
        self.db.execute(
            "WITH met AS MATERIALIZED (SELECT status, city, domain FROM words CROSS JOIN listing"
            f" ON listing.id = words.rowid WHERE words MATCH ?) {' UNION ALL '.join(parts)}",
            (match,),
        ).fetchall()


def questions(entries: Sequence[IndexDocument], vocabulary: Sequence[str], chance: random.Random) -> dict[str, list]:
    """A hundred questions of each kind as (text, filters); words of c and a come from one document."""
    frequent = [word for word in vocabulary[:60] if len(shared_analyzer().query_words(word)[0].ways) == 1]
    asked: dict[str, list] = {"a": [], "b": [], "c": [], "e": []}
    for _ in range(100):
        entry = chance.choice(entries)
        own = sorted({token for token in shared_analyzer().index_tokens(entry.body) if len(token) > 1})
        two = " ".join(chance.sample(own, 2))
        names = chance.sample(COLUMNS, chance.randint(1, 3))
        asked["a"].append((two, {}))
        asked["b"].append((chance.choice(frequent), {}))
        text = two if chance.random() < 0.5 else chance.choice(vocabulary[:2000])
        asked["c"].append((text, {name: entry.facets[name] for name in names}))
        asked["e"].append(("，".join(chance.sample(entry.body.split("，"), 2) + chance.sample(vocabulary, 3)), {}))
    return asked


def timed(run: Callable[[str, Filters], object], asked: Sequence[tuple[str, Filters]], rounds: int) -> list[float]:
    """The p50 and p95 in milliseconds, the best of some rounds."""
    best: list[float] = []
    for _ in range(rounds):
        times = []
        for text, filters in asked:
            start = time.perf_counter()
            run(text, filters)
            times.append((time.perf_counter() - start) * 1000)
        found = [statistics.median(times), statistics.quantiles(times, n=20)[-1]]
        best = min(best or found, found, key=lambda pair: pair[1])
    return best


def page(fts: Fts5, ids: Sequence[int], terms: Iterable[str]) -> None:
    """What both engines do for a page: twenty rows from the database, highlighted."""
    fold = shared_analyzer().normalise
    terms = list(terms)
    for text in fts.rows(ids).values():
        highlight(text, terms, fold)


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

    print(f"{'':12}{'index p50/p95 ms':>22}{'FTS5 p50/p95 ms':>22}{'ratio of p95':>16}")
    engine = WhooshEngine(root)
    engine.search(SearchRequest(""), lambda keys: {})
    cold = timed(ours_page, asked["c"], 1)
    fts_c = timed(theirs_page, asked["c"], ROUNDS)
    report("c cold", cold, fts_c)
    report("c", timed(ours_page, asked["c"], ROUNDS), fts_c)
    report("c bare", timed(lambda text, filters: ours_page(text, filters, False), asked["c"], ROUNDS), fts_c)
    for kind in ("a", "b", "e"):
        every = kind != "e"
        found = timed(lambda text, filters: ours(text, filters, False), asked[kind], ROUNDS)
        other = timed(lambda text, filters, every=every: fts.search(text, filters, False, every), asked[kind], ROUNDS)
        report(kind, found, other)
    wrong = sum(
        ours(text, filters, False).total != fts_total(fts, text, filters)
        for text, filters in asked["c"]
        if not ours(text, filters, False).approximate
    )
    print(f"totals that differ from SQL: {wrong}")


def fts_total(fts: Fts5, text: str, filters: Filters) -> int:
    """Counts what the index counts: of a word either itself or all of its parts."""
    words = shared_analyzer().query_words(text)
    ways = [" OR ".join("(" + " AND ".join(f'"{t}"' for t in way) + ")" for way in word.ways) for word in words]
    passing = "".join(f" AND {name} = '{values[0]}'" for name, values in filters.items())
    return fts.db.execute(
        "SELECT count(*) FROM words CROSS JOIN listing ON listing.id = words.rowid WHERE words MATCH ?" + passing,
        (" AND ".join(f"({way})" for way in ways),),
    ).fetchone()[0]


def report(name: str, found: Sequence[float], other: Sequence[float]) -> None:
    ratio = found[1] / other[1]
    print(f"{name:12}{found[0]:>14.2f} /{found[1]:6.2f}{other[0]:>14.2f} /{other[1]:6.2f}{ratio:>15.2f}x")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--updates", type=int, default=100)
    options = parser.parse_args()
    chance = random.Random(7)
    vocabulary = words(40_000, chance)
    entries = list(documents(options.documents, vocabulary, chance))
    with tempfile.TemporaryDirectory() as folder:
        fts = Fts5(Path(folder) / "fts.db")
        start = time.perf_counter()
        fts.fill(entries)
        fts.index()
        fts_build = time.perf_counter() - start
        engine = WhooshEngine(Path(folder) / "index")
        start = time.perf_counter()
        engine.rebuild(entries)
        build = time.perf_counter() - start
        size = engine.status().size / 1e6
        fts_size = fts.db.execute("SELECT sum(length(block)) FROM words_data").fetchone()[0] / 1e6
        print(
            f"{len(entries)} documents: build {build:.1f} s, FTS5 {fts_build:.1f} s, {build / fts_build:.2f}x;", end=" "
        )
        print(f"size {size:.1f} MB, FTS5 {fts_size:.1f} MB, {size / fts_size:.2f}x")
        gc.collect()
        measure(Path(folder) / "index", fts, questions(entries, vocabulary, chance))
        updates(engine, entries[: options.updates])


if __name__ == "__main__":
    main()
