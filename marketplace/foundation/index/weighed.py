"""A token's documents in one segment, and what it weighs in each: weighed only where somebody asks."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter

from whoosh.util.numeric import byte_to_length

from marketplace.foundation.index.postings import Frequencies

K1 = 1.2
B = 0.75
LENGTHS = tuple(map(byte_to_length, range(256)))
FREQUENT = 256  # postings; above it a token keeps its bit set
CACHE_BYTES = 96 * 1024 * 1024
SPARSE = 12  # a list this many times longer than what is sought in it is searched by halving instead of walked

Averages = tuple[float, ...]
"""Average length of each text field, in tokens, in the order of TEXT_FIELDS."""
_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """A token in one text field: document numbers and how often each has it (None: once).

    ``lengths``: a byte for the length of the field in every document of the segment; ``weight``: of the field.
    """

    ids: array[int]
    frequencies: Frequencies | None
    lengths: bytes
    average: float
    weight: float

    def impacts(self) -> list[float]:
        """BM25 without idf in each document: weight * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))."""
        places = map(self.lengths.__getitem__, self.ids)
        if self.frequencies is None:
            return list(map(self._row(1).__getitem__, places))
        rows = {tf: self._row(tf) for tf in set(self.frequencies)}
        return [rows[tf][place] for tf, place in zip(self.frequencies, places, strict=True)]

    def _row(self, tf: int) -> list[float]:
        """The impact by the byte of the length."""
        return [self._impact(tf, length) for length in LENGTHS]

    def _impact(self, tf: int, length: int) -> float:
        return self.weight * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / self.average))

    def add_to(self, sums: list[float], numbers: Sequence[int]) -> None:
        """Add the impact in each of a few documents; those without the token get nothing."""
        ids, frequencies, last = self.ids, self.frequencies, len(self.ids)
        position = 0
        for place, number in enumerate(numbers):
            position = bisect_left(ids, number, position)
            if position == last:
                return
            if ids[position] == number:
                tf = 1 if frequencies is None else frequencies[position]
                sums[place] += self._impact(tf, LENGTHS[self.lengths[number]])


class Postings:
    """A token in one segment over all text fields: its documents as a set of bits, and BM25 impacts without idf."""

    __slots__ = ("_bits", "_fields", "_order", "_weighed", "count", "size")

    def __init__(self, fields: Sequence[FieldPostings], documents: int) -> None:
        self.size = documents
        # The longest first, so that sums come out the same whichever way they are made.
        self._fields: Sequence[FieldPostings] = sorted(fields, key=lambda each: -len(each.ids))
        self._weighed: tuple[array[int], array[float]] | None = None
        self._order: array[int] | None = None
        longest = sum(len(each.ids) for each in fields)
        self._bits = _union(self._fields, documents) if longest > FREQUENT else None
        self.count = longest if len(fields) < 2 else self.bits.bit_count()

    @property
    def bits(self) -> int:
        """The set of its documents."""
        if self._bits is not None:
            return self._bits
        fields = self._fields
        return bits_of(self._weighed[0], self.size) if self._weighed else _union(fields, self.size)

    @property
    def weighed(self) -> tuple[array[int], array[float]]:
        """Every document with its impact, ascending by number."""
        fields = self._fields  # read before the other: whoever empties it has set that
        if self._weighed is None:
            self._weighed = _merged(fields)
            self._fields = ()
        return self._weighed

    @property
    def order(self) -> array[int]:
        """Positions in ``weighed``, the greatest impact first."""
        if self._order is None:
            impacts = self.weighed[1]
            self._order = array("I", sorted(range(len(impacts)), key=impacts.__getitem__, reverse=True))
        return self._order

    def scores(self, numbers: Sequence[int], bits: int, factor: float) -> list[float]:
        """``factor`` times the impact in documents that have the token, given as ascending numbers and as a set."""
        if not numbers:
            return []
        fields = self._fields
        if self._weighed is None and len(numbers) * SPARSE < self.count:
            sums = [0.0] * len(numbers)
            for each in fields:
                each.add_to(sums, numbers)
            return [impact * factor for impact in array("f", sums)]  # as exact as those that are kept
        ids, impacts = self.weighed
        if len(numbers) * SPARSE < len(ids):
            return [impacts[bisect_left(ids, number)] * factor for number in numbers]
        flags = bin(bits)[:1:-1].encode().translate(_FLAGS).ljust(self.size, b"\x00")
        # One call for all: one for each document took most of the time.
        chosen = itemgetter(*ids)(flags) if len(ids) > 1 else b"\x01"
        return [impact * factor for impact in compress(impacts, chosen)]

    @property
    def bytes(self) -> int:
        return 200 + 12 * self.count + (0 if self._bits is None else self.size // 8)


def _union(fields: Sequence[FieldPostings], size: int) -> int:
    bits = 0
    for each in fields:
        bits |= bits_of(each.ids, size)
    return bits


def _merged(fields: Sequence[FieldPostings]) -> tuple[array[int], array[float]]:
    if len(fields) == 1:
        return fields[0].ids, array("f", fields[0].impacts())
    merged: dict[int, float] = {}
    for each in fields:
        impacts = zip(each.ids, each.impacts(), strict=True)
        if merged:
            for number, impact in impacts:
                merged[number] = merged.get(number, 0.0) + impact
        else:
            merged = dict(impacts)
    order = sorted(merged)
    return array("I", order), array("f", map(merged.__getitem__, order))


class PostingCache:
    """The most recently used posting lists of a process, bounded in bytes; safe for threads."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[tuple[str, Averages, str], Postings] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, Averages, str], decode: Callable[[], Postings]) -> Postings:
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
                return found
        found = decode()
        with self._lock:
            if key not in self._entries:
                self._entries[key] = found
                self._size += found.bytes
            while self._size > self._limit and len(self._entries) > 1:
                self._size -= self._entries.popitem(last=False)[1].bytes
        return found


def bits_of(ids: array[int], size: int) -> int:
    """The set of document numbers as an integer, bit n for document n."""
    if len(ids) * 32 > size:
        digits = bytearray(b"0") * (size or 1)
        for number in ids:
            digits[size - 1 - number] = 49
        return int(digits, 2)
    packed = bytearray((size >> 3) + 1)
    for number in ids:
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")
