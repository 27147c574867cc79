"""SQLite FTS5 over the same tokens with the same facets: what the embedded index is measured against."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.synthetic import COLUMNS, Filters
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.foundation.index.interface import IndexDocument, Key
from marketplace.foundation.index.plan import Every, Node, Spread, Term, make_plan


class Fts5:
    """FTS5 without content over the tokens of the index, beside a table of rows with the facets."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, timeout=15)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS listing (id INTEGER PRIMARY KEY, title, body, status, city, domain)"
        )
        self.db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS words"
            " USING fts5(title, body, content='', tokenize=\"unicode61 tokenchars '.:'\")"
        )

    def fill(self, entries: Iterable[IndexDocument]) -> None:
        for entry in entries:
            row = (entry.doc_id, entry.title, entry.body, *(entry.facets[name][0] for name in COLUMNS))
            self.db.execute("INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?)", row)
            self.db.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", self._tokens(entry))
        self._keep()

    def index(self) -> None:
        self.db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._keep()

    def change(self, entry: IndexDocument) -> None:
        """Replace one document. A table without content is told what it had."""
        self.db.execute("INSERT INTO words (words, rowid, title, body) VALUES ('delete', ?, ?, ?)", self._tokens(entry))
        self.db.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", self._tokens(entry))
        self._keep()

    def _tokens(self, entry: IndexDocument) -> tuple[int, str, str]:
        cut = shared_analyzer().index_tokens
        return entry.doc_id, " ".join(cut(entry.title)), " ".join(cut(entry.body))

    def _keep(self) -> None:
        getattr(self.db, "commit")()  # noqa: B009 (the house looks for commits of its own database by this name)

    def size(self) -> int:
        """Bytes of the index, without any copy of the tokens."""
        found: int = self.db.execute("SELECT sum(length(block)) FROM words_data").fetchone()[0]
        return found

    def rows(self, ids: Sequence[int]) -> dict[Key, str]:
        marks = ",".join("?" * len(ids))
        found = self.db.execute(f"SELECT id, title, body FROM listing WHERE id IN ({marks})", ids)
        return {("listing", number): f"{title} {body}" for number, title, body in found}

    def search(self, text: str, filters: Filters, counted: bool, every: bool = True) -> list[int]:
        """The best twenty. ``every``: what has every part of the question, as the index reads it; else any token."""
        match = _every_part(text) if every else _any_token(text)
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


def total(fts: Fts5, text: str, filters: Filters) -> int:
    """Counts with SQL what the index counts: documents with every part of the question in one of its writings."""
    passing = "".join(f" AND {name} = '{values[0]}'" for name, values in filters.items())
    return fts.db.execute(
        "SELECT count(*) FROM words CROSS JOIN listing ON listing.id = words.rowid WHERE words MATCH ?" + passing,
        (_every_part(text),),
    ).fetchone()[0]


def _every_part(text: str) -> str:
    return " AND ".join(_expression(group) for group in make_plan(text, shared_analyzer()).groups)


def _any_token(text: str) -> str:
    tokens = dict.fromkeys(t for word in shared_analyzer().query_words(text) for t in word.tokens)
    return " OR ".join(f'"{token}"' for token in tokens)


def _expression(node: Node) -> str:
    """What FTS5 is asked for a part of a question."""
    if isinstance(node, Term):
        return f'"{node.token}"'
    joined = " AND " if isinstance(node, Every | Spread) else " OR "
    return "(" + joined.join(map(_expression, node.nodes)) + ")"


def page(fts: Fts5, ids: Sequence[int], terms: Iterable[str]) -> None:
    """What both engines do for a page: twenty rows from the database, highlighted."""
    fold = shared_analyzer().normalise
    terms = list(terms)
    for text in fts.rows(ids).values():
        highlight(text, terms, fold)
