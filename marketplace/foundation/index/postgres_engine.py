"""The search engine on PostgreSQL: its full text over the same words, evaluated by the rules of the embedded one.

A word's documents come from a GIN index over tsvectors that we write ourselves (to_tsvector would cut model numbers
again). Counting, filters and facets are done on bit sets in the process; PostgreSQL weighs at most ``CANDIDATES``
documents of a question, so that a frequent word is never ranked whole.
"""

from __future__ import annotations

import json
import threading
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa

from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.analyzer import Analyzer, analyzer_of, dictionary
from marketplace.foundation.index.evaluator import Evaluator, Filters, Match, allowed
from marketplace.foundation.index.interface import (
    FACETS,
    IndexBusy,
    IndexDocument,
    IndexStatus,
    IndexUnusable,
    Key,
    SearchAnswer,
    SearchRequest,
    Synonyms,
    Texts,
    Words,
)
from marketplace.foundation.index.plan import Node, Plan, Term
from marketplace.foundation.index.postgres_slots import COLUMNS, SetCache, Slots, SlotSnap, lexeme
from marketplace.foundation.index.questions import Answerer
from marketplace.foundation.index.ranking import Ranked, best, newest
from marketplace.foundation.index.snapshot import numbers_of
from marketplace.foundation.index.weighed import bits_of

CANDIDATES = 2_000  # documents whose weight PostgreSQL is asked for; of more, the newest
POLL_SECONDS = 0.2
PORTION = 500
KEEP_RETIRED = 600  # seconds that an old generation stays for readers still on it
DELETED_SHARE = 0.3
FEW_DELETED = 1_000
WRITE_KEY = 0x4A49_5949  # "JIYI": the advisory lock of the one writer
LAYOUT = "pg-1"
# Of the classes D, C, B, A: body, nothing, tags, title, in the proportions of the embedded engine.
WEIGHTS = "{0.4, 0, 0.6, 1}"
FIELDS = (("title", "A"), ("tags", "B"), ("body", "D"))
LAST_POSITION = 16_383
INSERT = sa.text(
    "INSERT INTO search_entry (generation, slot, seq, live, kind, doc_id, version, number, timestamp, evidence, facets,"
    " claims, vector) VALUES (:generation, :slot, :seq, true, :kind, :doc_id, :version, :number, :timestamp, :evidence,"
    " :facets, :claims, CAST(:vector AS tsvector)) ON CONFLICT (generation, slot) DO UPDATE SET seq = excluded.seq,"
    " live = true, version = excluded.version, number = excluded.number, timestamp = excluded.timestamp,"
    " evidence = excluded.evidence, facets = excluded.facets, claims = excluded.claims, vector = excluded.vector"
)


class SlotEvaluator(Evaluator):
    """Evaluates on slots; weights are asked for the candidates of a question only."""

    def __init__(self, snap: SlotSnap) -> None:
        super().__init__(snap)
        self._slots = snap
        self._ranks: dict[str, dict[int, float]] = {}

    def prepare(self, plan: Plan) -> None:
        self._slots.read_ahead(_tokens((*plan.groups, *plan.loose)))

    def weigh(self, nodes: Iterable[Node], numbers: Sequence[int]) -> None:
        """Ask for the weight of every token of ``nodes`` in these documents: one statement."""
        tokens = list(_tokens(nodes))
        ranks = ", ".join(
            f"ts_rank(CAST(:weights AS float4[]), words, CAST(:q{n} AS tsquery), 1)" for n in range(len(tokens))
        )
        # The inner select unpacks a stored vector once, however many words are weighed in it.
        rows = db.session.execute(
            sa.text(
                f"SELECT slot, {ranks} FROM (SELECT slot, vector || CAST('' AS tsvector) AS words FROM search_entry"
                " WHERE generation = :generation AND slot = ANY(:numbers) OFFSET 0) AS chosen"
            ),
            {"weights": WEIGHTS, "generation": self._slots.slots.generation, "numbers": list(numbers)}
            | {f"q{n}": lexeme(token) for n, token in enumerate(tokens)},
        ).all()
        self._ranks = {token: {row[0]: row[n] for row in rows} for n, token in enumerate(tokens, 1)}

    def scores(self, place: int, node: Node, numbers: Sequence[int], bits: int) -> list[float]:
        if not isinstance(node, Term):
            return super().scores(place, node, numbers, bits)
        if node.token not in self._ranks:
            self.weigh([node], numbers)
        ranks, idf = self._ranks[node.token], self.idf(node)
        return [ranks.get(number, 0.0) * idf for number in numbers]


class SlotAnswerer(Answerer):
    """Answers one question on slots."""

    def _best(self, matches: Sequence[Match], filters: Filters, limit: int) -> list[Ranked]:
        """The best of the candidates by weight, then what is no candidate, the newest first."""
        evaluator = self._evaluator
        assert isinstance(evaluator, SlotEvaluator)
        (match,) = matches
        chosen = newest([match], filters, CANDIDATES)
        if not chosen:
            return []
        numbers = self._numbers(match, filters, chosen)
        if match.scores is None:
            evaluator.weigh(match.groups, numbers)
            bits = bits_of(array("I", numbers), match.view.segment.size)
            add_up = evaluator.loose_sums if match.loose else evaluator.sums
            weights = add_up(match.place, match.groups, numbers, bits)
            match = Match(match.place, match.view, bits, scores=dict(zip(numbers, weights, strict=True)))
        ranked = best(evaluator, [match], filters, limit)
        if limit > len(ranked) and len(chosen) == CANDIDATES:
            known = {entry.key for entry in ranked}
            ranked += [entry for entry in newest(matches, filters, limit) if entry.key not in known]
        return ranked[:limit]

    @staticmethod
    def _numbers(match: Match, filters: Filters, chosen: Sequence[Ranked]) -> list[int]:
        bits = match.bits & allowed(match.view, filters)
        numbers = numbers_of(bits, match.view.segment.size)
        if len(numbers) <= CANDIDATES:
            return numbers
        keys = {entry.key for entry in chosen}
        segment = match.view.segment
        return [number for number in numbers if (segment.kinds[number], segment.doc_ids[number]) in keys]


class PostgresEngine:
    """One index in the database of the site. Shared by threads; every process keeps its own view of it."""

    def __init__(self, words: Words = tuple) -> None:
        self._words = words
        self._cache = SetCache()
        self._state: tuple[Slots, Analyzer] | None = None
        self._checked = 0.0
        self._lock = threading.Lock()

    # -- reading ------------------------------------------------------------------------------------------------------

    def search(self, request: SearchRequest, texts: Texts, synonyms: Synonyms | None = None) -> SearchAnswer:
        """Answer a question; see SearchEngine."""
        slots, analyzer = self._read(newest=request.strict)
        return SlotAnswerer(SlotEvaluator(SlotSnap(slots)), analyzer, texts).answer(request, synonyms)

    def versions(self) -> Mapping[Key, int]:
        slots, _ = self._read(newest=True)
        live = numbers_of(slots.live, slots.size)
        return {(slots.kinds[number], slots.doc_ids[number]): slots.versions[number] for number in live}

    def position(self) -> tuple[int, int]:
        slots, _ = self._read()
        return slots.generation, slots.commit

    def words(self) -> Mapping[str, int]:
        slots, _ = self._read(newest=True)
        texts = f"SELECT vector FROM search_entry WHERE generation = {slots.generation}"
        return dict(db.session.execute(sa.text("SELECT word, ndoc FROM ts_stat(:texts)"), {"texts": texts}).all())

    def status(self) -> IndexStatus:
        slots, analyzer = self._read(newest=True)
        built_at = self._current()["built_at"]
        size = db.session.scalar(sa.text("SELECT pg_total_relation_size('search_entry')")) or 0
        documents = slots.live.bit_count()
        deleted, current = slots.size - documents, analyzer.words == dictionary(self._words())
        return IndexStatus(
            generation=slots.generation, commit=slots.commit, documents=documents, deleted=deleted, segments=1,
            size=size, built_at=built_at, dictionary_current=current,
            rebuild_advised=not current or deleted > max(FEW_DELETED, slots.size * DELETED_SHARE),
        )  # fmt: skip

    def check_files(self) -> list[str]:
        """The database looks after its own files; here: that there is a generation, of this program's rules."""
        try:
            self._read(newest=True)
        except IndexUnusable as error:
            return [str(error)]
        return []

    def _read(self, newest: bool = False) -> tuple[Slots, Analyzer]:
        """The state to read from; looks for a newer commit at most every POLL_SECONDS unless ``newest``."""
        state = self._state
        if state and not newest and time.monotonic() - self._checked < POLL_SECONDS:
            return state
        with self._lock:
            state = self._state = self._open(self._state)
            self._checked = time.monotonic()
            return state

    def _open(self, known: tuple[Slots, Analyzer] | None) -> tuple[Slots, Analyzer]:
        current = self._current()
        number, commit = current["number"], current["commit"]
        if known and (known[0].generation, known[0].commit) == (number, commit):
            return known
        if known and known[0].generation == number:
            slots, analyzer = known
        else:
            slots, analyzer = Slots(number, -1, self._cache), _analyzer_of(current)
        rows = db.session.execute(
            sa.text(f"SELECT {COLUMNS} FROM search_entry WHERE generation = :number AND seq > :seen"),
            {"number": number, "seen": slots.commit},
        ).all()
        return slots.with_rows(rows, commit), analyzer

    def _current(self) -> Mapping[str, Any]:
        found = db.session.execute(sa.text("SELECT * FROM search_generation WHERE current")).mappings().first()
        if found is None:
            raise IndexUnusable("no generation of the index has been built")
        return {str(name): value for name, value in found.items()}

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, upserts: Iterable[IndexDocument], deletes: Iterable[Key]) -> None:
        """Commit replaced, new and deleted documents at once; of the same key the last upsert counts.

        Raises ValueError when a key is both to be written and to be deleted, IndexBusy, IndexUnusable.
        """
        documents = {document.key: document for document in upserts}
        gone = set(deletes)
        if both := gone & documents.keys():
            raise ValueError(f"both written and deleted: {sorted(both)}")
        if not documents and not gone:
            return
        with transaction() as session:
            if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(WRITE_KEY))):
                raise IndexBusy("another writer is at work")
            current = self._current()
            number, seq = current["number"], current["commit"] + 1
            analyzer = _analyzer_of(current)
            slots = self._slots_of(number, [*documents, *gone])
            free = session.scalar(
                sa.text("SELECT coalesce(max(slot) + 1, 0) FROM search_entry WHERE generation = :n"), {"n": number}
            )
            rows = []
            for key, document in documents.items():
                if key not in slots:
                    slots[key], free = free, free + 1
                rows.append(row_of(document, analyzer) | {"generation": number, "slot": slots[key], "seq": seq})
            if rows:
                session.execute(INSERT, rows)
            self._delete(number, seq, [slots[key] for key in gone if key in slots])
            session.execute(
                sa.text("UPDATE search_generation SET commit = :seq WHERE number = :n"), {"seq": seq, "n": number}
            )
            if time.time() - current["built_at"] > KEEP_RETIRED:
                self._remove_others(number)
        self._read(newest=True)

    def _slots_of(self, generation: int, keys: Sequence[Key]) -> dict[Key, int]:
        wanted: dict[str, list[int]] = {}
        for kind, doc_id in keys:
            wanted.setdefault(kind, []).append(doc_id)
        select = sa.text(
            "SELECT doc_id, slot FROM search_entry WHERE generation = :n AND kind = :kind AND doc_id = ANY(:ids)"
        )
        return {
            (kind, doc_id): slot
            for kind, ids in wanted.items()
            for doc_id, slot in db.session.execute(select, {"n": generation, "kind": kind, "ids": ids})
        }

    def _delete(self, generation: int, seq: int, slots: Sequence[int]) -> None:
        db.session.execute(
            sa.text(
                "UPDATE search_entry SET live = false, seq = :seq, vector = '', facets = '{}', claims = '{}'"
                " WHERE generation = :n AND slot = ANY(:slots)"
            ),
            {"n": generation, "seq": seq, "slots": list(slots)},
        )

    @staticmethod
    def _remove_others(number: int) -> None:
        for table, column in (("search_entry", "generation"), ("search_generation", "number")):
            db.session.execute(sa.text(f"DELETE FROM {table} WHERE {column} <> :n"), {"n": number})

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Build the next generation from all documents and swap it in; readers stay on the old one until then."""
        with self._writing() as connection:
            last = connection.scalar(sa.text("SELECT coalesce(max(number), 0) FROM search_generation"))
            number = int(last or 0) + 1
            analyzer = analyzer_of(dictionary(self._words()))
            connection.execute(
                sa.text("INSERT INTO search_generation VALUES (:n, false, 0, :analyzer, :words, :now)"),
                {"n": number, "analyzer": _identity(analyzer), "words": json.dumps(analyzer.words),
                 "now": int(time.time())},
            )  # fmt: skip
            free, waiting = 0, iter(documents)
            while portion := list(islice(waiting, PORTION)):
                rows = [row_of(each, analyzer) | {"generation": number, "slot": free + n, "seq": 0}
                        for n, each in enumerate(portion)]  # fmt: skip
                connection.execute(INSERT, rows)
                free += len(portion)
            connection.execute(sa.text("ANALYZE search_entry"))
            connection.execute(sa.text("UPDATE search_generation SET current = (number = :n)"), {"n": number})
        self._read(newest=True)
        return number

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """Be the only writer for as long as a build takes, on a connection of its own, statement by statement.

        What a build that died left behind is removed first. Raises IndexBusy.
        """
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(WRITE_KEY))):
                raise IndexBusy("another writer is at work")
            try:
                current = "SELECT number FROM search_generation WHERE current"
                for table, column in (("search_entry", "generation"), ("search_generation", "number")):
                    connection.execute(sa.text(f"DELETE FROM {table} WHERE {column} NOT IN ({current})"))
                yield connection
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(WRITE_KEY)))
        finally:
            connection.close()


def row_of(document: IndexDocument, analyzer: Analyzer) -> dict[str, Any]:
    """A document as a row, without its place."""
    facets = {**document.facets, "kind": (document.kind,)}
    if unknown := facets.keys() - set(FACETS):
        raise ValueError(f"not a facet: {sorted(unknown)}")
    number = analyzer.normalise(document.number)
    claims = [f"{name}={value}" for name, value in document.claims.items()]
    return {
        "kind": document.kind, "doc_id": document.doc_id, "version": document.version, "number": number,
        "timestamp": document.timestamp, "evidence": document.evidence,
        "facets": [f"{facet}={value}" for facet, values in facets.items() for value in dict.fromkeys(values)],
        "claims": claims + ([f"number:{number}"] if number else []), "vector": vector_of(document, analyzer),
    }  # fmt: skip


def vector_of(document: IndexDocument, analyzer: Analyzer) -> str:
    """The tsvector of a document, written out: 'word':1A,7D."""
    places: dict[str, list[str]] = {}
    position = 0
    for field, weight in FIELDS:
        for token in analyzer.index_tokens(getattr(document, field)):
            position = min(position + 1, LAST_POSITION)
            places.setdefault(token, []).append(f"{position}{weight}")
    return " ".join(f"{lexeme(token)}:{','.join(found)}" for token, found in places.items())


def _tokens(nodes: Iterable[Node]) -> dict[str, None]:
    found: dict[str, None] = {}
    for node in nodes:
        found |= {node.token: None} if isinstance(node, Term) else _tokens(node.nodes)
    return found


def _identity(analyzer: Analyzer) -> str:
    return f"{LAYOUT}/{analyzer.identity}"


def _analyzer_of(generation: Mapping[str, Any]) -> Analyzer:
    """What the texts of a generation were cut with.

    Raises:
        IndexUnusable: they were cut by other rules than those of this program.
    """
    analyzer = analyzer_of(tuple(json.loads(generation["words"])))
    if generation["analyzer"] != _identity(analyzer):
        raise IndexUnusable(f"built with {generation['analyzer']}, not {_identity(analyzer)}")
    return analyzer
