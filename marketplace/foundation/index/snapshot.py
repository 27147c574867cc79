"""A consistent view of one commit. It never changes, so any number of threads may search it."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from marketplace.foundation.index.interface import FACETS, Key
from marketplace.foundation.index.segment import OpenSegment
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.weighed import LENGTHS, Averages, PostingCache, Postings, bits_of
from marketplace.foundation.index.writer import TEXT_FIELDS, id_term
from marketplace.foundation.leisure import paced

DENSE = 25  # a set with more than one of so many documents is read byte by byte instead of one by one
ONES = re.compile("1").finditer
PLACES = tuple(tuple(place for place in range(8) if byte >> place & 1) for byte in range(256))
AVERAGE_STEPS = 4  # steps in a doubling: averages move in steps, so that impacts decoded once stay valid over commits


class View:
    """A segment together with its live documents in one commit."""

    __slots__ = ("deleted", "live", "segment", "totals")

    def __init__(self, segment: OpenSegment, deleted: frozenset[int]) -> None:
        self.segment = segment
        self.deleted = len(deleted)
        self.totals = _token_totals(segment, deleted)
        self.live: int = segment.all & ~bits_of(array("I", deleted), segment.size)


class Snap:
    """All segments of a commit. Segments that ``previous`` has open are taken over, not opened again."""

    def __init__(
        self, storage: IndexStorage, records: list[Any], cache: PostingCache, previous: Snap | None = None
    ) -> None:
        known = {view.segment.name: view for view in previous.views} if previous else {}
        self._cache = cache
        self.views: list[View] = []
        for record in records:
            view = known.get(record.segment_id())
            if not view or view.deleted != record.deleted_count():  # deletions only ever grow
                view = View(view.segment if view else OpenSegment(storage, record), frozenset(record.deleted_docs()))
            self.views.append(view)
        self.documents = sum(view.live.bit_count() for view in self.views)
        self.averages: Averages = tuple(
            average_length(sum(view.totals[place] for view in self.views), self.documents)
            for place in range(len(TEXT_FIELDS))
        )
        self._frequencies: dict[str, int] = {}

    def postings(self, place: int, token: str) -> Postings:
        return self.views[place].segment.postings(token, self.averages, self._cache)

    def token_bits(self, place: int, token: str) -> int:
        return self.postings(place, token).bits

    def document_frequency(self, token: str) -> int:
        """Live documents with this token in any text field."""
        found = self._frequencies.get(token)
        if found is None:
            views = enumerate(self.views)
            found = sum((self.token_bits(place, token) & view.live).bit_count() for place, view in views)
            self._frequencies[token] = found
        return found

    def idf(self, frequency: int) -> float:
        """Lucene's inverse document frequency; Whoosh's own weighs common words too much."""
        return math.log(1 + (self.documents - frequency + 0.5) / (frequency + 0.5))

    @cached_property
    def facet_values(self) -> Mapping[str, list[str]]:
        """Every value that a live document has, by facet."""
        return {
            facet: sorted(
                {value for view in self.views for value, bits in view.segment.facets[facet].items() if bits & view.live}
            )
            for facet in FACETS
        }

    def find(self, key: Key) -> Iterator[tuple[View, int]]:
        """The live places of a document (one, in a sound index)."""
        for view in self.views:
            for number in view.segment.exact("id", id_term(*key)):
                if view.live >> number & 1:
                    yield view, number

    def versions(self) -> dict[Key, int]:
        return {
            (segment.kinds[number], segment.doc_ids[number]): segment.versions[number]
            for view in self.views
            for segment in (view.segment,)
            for number in paced(numbers_of(view.live, segment.size))
        }


def average_length(total: int, documents: int) -> float:
    """Average tokens in a field, rounded to a quarter of a doubling; at least 1."""
    if total <= documents or not documents:
        return 1.0
    return float(2 ** (round(AVERAGE_STEPS * math.log2(total / documents)) / AVERAGE_STEPS))


def _token_totals(segment: OpenSegment, deleted: frozenset[int]) -> tuple[int, ...]:
    totals = segment.token_totals
    if not deleted:
        return totals
    return tuple(
        total - sum(LENGTHS[lengths[number]] for number in deleted)
        for total, lengths in zip(totals, segment.lengths, strict=True)
    )


def numbers_of(bits: int, size: int) -> list[int]:
    """The document numbers of a bit set, ascending."""
    count = bits.bit_count()
    if count < 48:
        numbers = []
        while bits:
            low = bits & -bits
            numbers.append(low.bit_length() - 1)
            bits ^= low
        return numbers
    if count * DENSE < size:
        return [one.start() for one in ONES(bin(bits)[:1:-1])]
    packed = bits.to_bytes((size >> 3) + 1, "little")
    firsts = range(0, 8 * len(packed), 8)
    return [first + place for first, byte in zip(firsts, packed, strict=True) if byte for place in PLACES[byte]]
