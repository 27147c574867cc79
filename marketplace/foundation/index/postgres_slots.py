"""The documents of one generation on PostgreSQL as a process sees them: columns and facets in memory, the rest asked.

What was asked (the documents with a word, with a claim) is kept as a bit set together with the commit at which it was
true; afterwards only the documents written since are asked again.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import sqlalchemy as sa

from marketplace.foundation.db import db
from marketplace.foundation.index.interface import FACETS, Condition
from marketplace.foundation.index.weighed import Postings, bits_of

KEPT = 2_000  # words and claims whose documents a process remembers
COLUMNS = "slot, seq, live, kind, doc_id, version, timestamp, evidence, facets"


class SetCache:
    """Bit sets by name with the commit at which they were true; safe for threads."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[int, str], tuple[int, dict[str, int]]] = OrderedDict()
        self._lock = Lock()

    def get(self, generation: int, name: str) -> tuple[int, dict[str, int]] | None:
        """(commit, value → documents), or None."""
        with self._lock:
            found = self._entries.get((generation, name))
            if found is not None:
                self._entries.move_to_end((generation, name))
            return found

    def put(self, generation: int, name: str, commit: int, sets: dict[str, int]) -> None:
        """Remember; what was not asked for longest gives way."""
        with self._lock:
            self._entries[generation, name] = (commit, sets)
            while len(self._entries) > KEPT:
                self._entries.popitem(last=False)


class Slots:
    """The documents of a generation at one commit. Never changes: ``with_rows`` makes the next one."""

    def __init__(self, generation: int, commit: int, cache: SetCache) -> None:
        self.generation = generation
        self.commit = commit
        self.live = 0
        self.kinds: list[str] = []
        self.doc_ids, self.versions, self.timestamps = array("q"), array("q"), array("q")
        self.evidence, self.written = array("q"), array("q")
        self.facets: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
        self._cache = cache

    @property
    def size(self) -> int:
        return len(self.kinds)

    @property
    def segment(self) -> Slots:
        """A generation is one segment, and its own view."""
        return self

    def with_rows(self, rows: Sequence[Any], commit: int) -> Slots:
        """The state after these rows were written (slot, seq, live, kind, doc_id, version, timestamp, …)."""
        made = Slots(self.generation, commit, self._cache)
        made.kinds = list(self.kinds)
        for name in ("doc_ids", "versions", "timestamps", "evidence", "written"):
            made.__dict__[name] = self.__dict__[name][:]
        size = max([self.size, *(row.slot + 1 for row in rows)])
        made.kinds.extend([""] * (size - self.size))
        for column in (made.doc_ids, made.versions, made.timestamps, made.evidence, made.written):
            column.extend([0] * (size - self.size))
        found: dict[str, dict[str, array[int]]] = {facet: {} for facet in FACETS}
        for row in rows:
            made._set(row)
            for facet, _, value in (each.partition("=") for each in row.facets if row.live):
                found[facet].setdefault(value, array("I")).append(row.slot)
        changed = bits_of(array("I", (row.slot for row in rows)), size)
        made.live = self.live & ~changed | bits_of(array("I", (row.slot for row in rows if row.live)), size)
        for facet, values in self.facets.items():
            kept = {value: bits & ~changed for value, bits in values.items()}
            for value, slots in found[facet].items():
                kept[value] = kept.get(value, 0) | bits_of(slots, size)
            made.facets[facet] = kept
        return made

    def _set(self, row: Any) -> None:
        self.kinds[row.slot] = row.kind
        self.doc_ids[row.slot], self.versions[row.slot] = row.doc_id, row.version
        self.timestamps[row.slot], self.evidence[row.slot] = row.timestamp, row.evidence
        self.written[row.slot] = row.seq

    @cached_property
    def newest(self) -> array[int]:
        """Document numbers, the newest first; of the same second the greater doc_id first."""
        keys = [(stamp << 64) + doc_id for stamp, doc_id in zip(self.timestamps, self.doc_ids, strict=True)]
        return array("I", sorted(range(self.size), key=keys.__getitem__, reverse=True))

    # ---- asked of the database --------------------------------------------------------------------------------------

    def sets(self, names: Iterable[str], ask: Any) -> dict[str, dict[str, int]]:
        """Name → value → documents. ``ask(names, since)`` gives rows (name, value, slots) of what was written after."""
        found: dict[str, dict[str, int]] = {}
        behind: dict[int, list[str]] = {}
        for name in dict.fromkeys(names):
            commit, found[name] = self._cache.get(self.generation, name) or (-1, {})
            if commit < self.commit:
                behind.setdefault(commit, []).append(name)
        for since, stale in behind.items():
            changed = bits_of(array("I", (n for n, seq in enumerate(self.written) if seq > since)), self.size)
            renewed = {name: {value: bits & ~changed for value, bits in found[name].items()} for name in stale}
            for name, value, slots in ask(stale, since):
                own = array("I", (slot for slot in slots if slot < self.size))
                renewed[name][value] = renewed[name].get(value, 0) | bits_of(own, self.size)
            for name in stale:
                found[name] = renewed[name]
                self._cache.put(self.generation, name, self.commit, renewed[name])
        return found

    def words(self, tokens: Iterable[str]) -> dict[str, int]:
        """Token → the documents that have it."""
        found = self.sets((f"w{token}" for token in tokens), self._ask_words)
        return {name[1:]: sets.get("", 0) for name, sets in found.items()}

    def _ask_words(self, names: Sequence[str], since: int) -> Iterator[tuple[str, str, Sequence[int]]]:
        rows = db.session.execute(
            sa.text(
                "SELECT asked.name, array_agg(entry.slot) FROM unnest(CAST(:names AS text[]), CAST(:queries AS text[]))"
                " AS asked(name, query) JOIN search_entry AS entry ON entry.vector @@ CAST(asked.query AS tsquery)"
                " WHERE entry.generation = :generation AND entry.seq > :since GROUP BY asked.name"
            ),
            {"names": list(names), "queries": [lexeme(name[1:]) for name in names], **self._place(since)},
        )
        yield from ((name, "", slots) for name, slots in rows)

    def _ask_claims(self, names: Sequence[str], since: int) -> Iterator[tuple[str, str, Sequence[int]]]:
        for name in names:
            prefix = f"{name[1:]}="
            rows = db.session.execute(
                sa.text(
                    "SELECT claim, array_agg(slot) FROM search_entry CROSS JOIN unnest(claims) AS claim"
                    " WHERE generation = :generation AND seq > :since AND starts_with(claim, :prefix) GROUP BY claim"
                ),
                {"prefix": prefix, **self._place(since)},
            )
            yield from ((name, claim[len(prefix) :], slots) for claim, slots in rows)

    def _place(self, since: int) -> dict[str, int]:
        return {"generation": self.generation, "since": since}

    def judged(self, condition: Condition) -> tuple[int, int]:
        """The documents that meet the condition and those that fail it; of the others it is not known."""
        met = failed = 0
        for value, bits in self.sets([f"c{condition.name}"], self._ask_claims)[f"c{condition.name}"].items():
            verdict = condition.judge(value) if bits else "unknown"
            if verdict == "met":
                met |= bits
            elif verdict == "not_met":
                failed |= bits
        return met, failed

    def exact(self, field: str, value: str) -> Sequence[int]:
        """Document numbers with this value in an unscored field, which stands among the claims."""
        select = "SELECT slot FROM search_entry WHERE generation = :generation AND claims @> CAST(:wanted AS text[])"
        slots = db.session.scalars(sa.text(select), {"generation": self.generation, "wanted": [f"{field}:{value}"]})
        return [slot for slot in slots if slot < self.size]


class SlotSnap:
    """A generation as the evaluation reads it."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.views = (slots,)
        self._bits: dict[str, int] = {}

    def read_ahead(self, tokens: Iterable[str]) -> None:
        """Ask for the documents of many tokens in one statement."""
        self._bits.update(self.slots.words(token for token in tokens if token not in self._bits))

    def token_bits(self, place: int, token: str) -> int:
        if token not in self._bits:
            self.read_ahead([token])
        return self._bits[token]

    def postings(self, place: int, token: str) -> Postings:
        raise NotImplementedError("PostgreSQL keeps the weights; see postgres_engine.SlotEvaluator")

    def document_frequency(self, token: str) -> int:
        return (self.token_bits(0, token) & self.slots.live).bit_count()

    def idf(self, frequency: int) -> float:
        return math.log(1 + (self.slots.live.bit_count() - frequency + 0.5) / (frequency + 0.5))

    @property
    def facet_values(self) -> Mapping[str, Sequence[str]]:
        return {
            facet: sorted(value for value, bits in values.items() if bits & self.slots.live)
            for facet, values in self.slots.facets.items()
        }


def lexeme(token: str) -> str:
    """A token as tsvector and tsquery write it."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
