"""One immutable segment, opened for search: columns and facet bit sets in memory, posting lists decoded on demand."""

from __future__ import annotations

import sys
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.reading import TermNotFound
from whoosh.util.numeric import byte_to_length

from marketplace.foundation.index.interface import FACETS, Condition, IndexUnusable
from marketplace.foundation.index.postings import read_postings
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.writer import CLAIM, CLAIM_SIGN, FIELD_ORDER, NUMBERS, TEXT_FIELDS, SegmentBuilder

FIELD_WEIGHTS = {"title": 2.5, "body": 1.0, "tags": 1.5}
K1 = 1.2
B = 0.75
LENGTHS = tuple(map(byte_to_length, range(256)))
FREQUENT = 256  # postings; above it a term keeps its bit set
CACHE_BYTES = 96 * 1024 * 1024
JUDGED = 64  # conditions whose outcome a segment remembers

Averages = tuple[float, ...]
"""Average length of each text field, in tokens, in the order of TEXT_FIELDS."""


class Postings:
    """A token in one segment over all text fields: document numbers, BM25 impacts without idf, and their bit set."""

    __slots__ = ("_bits", "_order", "ids", "impacts", "size")

    def __init__(self, ids: array[int], impacts: array[float], documents: int) -> None:
        self.ids = ids
        self.impacts = impacts
        self.size = documents
        self._bits = bits_of(ids, documents) if len(ids) > FREQUENT else None
        self._order: array[int] | None = None

    @property
    def bits(self) -> int:
        return bits_of(self.ids, self.size) if self._bits is None else self._bits

    @property
    def order(self) -> array[int]:
        """Positions in ``ids``, the greatest impact first."""
        if self._order is None:
            self._order = array("I", sorted(range(len(self.ids)), key=self.impacts.__getitem__, reverse=True))
        return self._order

    @property
    def bytes(self) -> int:
        return 200 + 12 * len(self.ids) + (0 if self._bits is None else self.size // 8)


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


class OpenSegment:
    """Reads everything that is small at once, so that only posting lists touch the file later.

    Raises IndexUnusable for whatever a damaged file leads to. The file stays mapped after it was deleted.
    """

    def __init__(self, storage: IndexStorage, record: Any) -> None:
        self.name: str = record.segment_id()
        self.size: int = record.doc_count_all()
        self._lock = threading.Lock()  # the readers of Whoosh share one file position between threads
        with storage.reading(self.name):
            files = record.open_compound_file(storage)
            self._terms = W3Codec().terms_reader(files, record)
            columns = {name: _integers(files, record, name, self.size) for name in NUMBERS}
            self.lengths = [_bytes(files, record, f"_{name}_len", self.size) for name in TEXT_FIELDS]
            self.facets = {facet: dict(self._facet(facet)) for facet in FACETS}
            self.kinds = self._kinds()
        self.doc_ids, self.versions, self.timestamps, self.evidence = (columns[name] for name in NUMBERS)
        self._judged: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self.all = (1 << self.size) - 1

    def _facet(self, facet: str) -> Iterator[tuple[str, int]]:
        for field, key in self._terms.terms_from(facet, b""):
            if field != facet:
                return
            ids, _ = self._read(facet, key)
            yield key.decode(), bits_of(ids, self.size)

    def _kinds(self) -> list[str]:
        kinds = [""] * self.size
        for kind in self.facets["kind"]:
            for number in self._read("kind", kind.encode())[0]:
                kinds[number] = sys.intern(kind)
        if "" in kinds:
            raise IndexUnusable(f"{self.name}: a document has no kind")
        return kinds

    def _read(self, field: str, key: bytes) -> tuple[array[int], list[int] | None]:
        """Postings of one field; empty when it lacks the term."""
        try:
            with self._lock:
                offset, (length,) = self._terms.term_info(field, key).extent()  # Whoosh leaves the length packed
                data = self._terms._postfile.get(offset, length)
            ids, frequencies = read_postings(data)
        except TermNotFound:
            return array("I"), None
        except Exception as error:  # a damaged block may raise anything: struct, zlib, pickle, value, index errors
            raise IndexUnusable(f"{self.name}: {error!r}") from error
        if ids[-1] >= self.size:
            raise IndexUnusable(f"{self.name}: a posting lies beyond the last document")
        return ids, frequencies

    def exact(self, field: str, value: str) -> array[int]:
        """Document numbers with this value in an unscored field (``id``, ``number``)."""
        return self._read(field, value.encode())[0]

    def judged(self, condition: Condition) -> tuple[int, int]:
        """The documents that meet the condition and those that fail it; of the others it is not known."""
        known = self._judged.get(condition.label)
        if known is None:
            met, failed = array("I"), array("I")
            for value, ids in self._claims(condition.name):
                verdict = condition.judge(value)
                if verdict != "unknown":
                    (met if verdict == "met" else failed).extend(ids)
            known = self._judged[condition.label] = bits_of(met, self.size), bits_of(failed, self.size)
            while len(self._judged) > JUDGED:
                self._judged.popitem(last=False)
        return known

    def _claims(self, name: str) -> Iterator[tuple[str, array[int]]]:
        prefix = f"{name}{CLAIM_SIGN}".encode()
        keys = []
        with self._lock:
            for field, key in self._terms.terms_from(CLAIM, prefix):
                if field != CLAIM or not key.startswith(prefix):
                    break
                keys.append(key)
        for key in keys:
            yield key[len(prefix) :].decode(), self._read(CLAIM, key)[0]

    def words(self) -> Iterator[tuple[str, int]]:
        """Every token of every text field with the number of documents that have it there."""
        with self._lock:
            found = [(key.decode(), info.doc_frequency()) for (field, key), info in self._terms.items()
                     if field in TEXT_FIELDS]  # fmt: skip
        yield from found

    def postings(self, token: str, averages: Averages, cache: PostingCache) -> Postings:
        return cache.get((self.name, averages, token), lambda: self._decode(token, averages))

    def _decode(self, token: str, averages: Averages) -> Postings:
        merged: dict[int, float] = {}
        parts = []
        for name, lengths, average in zip(TEXT_FIELDS, self.lengths, averages, strict=True):
            ids, frequencies = self._read(name, token.encode())
            if ids:
                parts.append((ids, _impacts(ids, frequencies, lengths, average, FIELD_WEIGHTS[name])))
        if len(parts) == 1:
            return Postings(parts[0][0], array("f", parts[0][1]), self.size)
        parts.sort(key=lambda part: -len(part[0]))
        for ids, impacts in parts:
            if merged:
                for number, impact in zip(ids, impacts, strict=True):
                    merged[number] = merged.get(number, 0.0) + impact
            else:
                merged = dict(zip(ids, impacts, strict=True))
        order = sorted(merged)
        return Postings(array("I", order), array("f", map(merged.__getitem__, order)), self.size)

    @cached_property
    def newest(self) -> array[int]:
        """Document numbers, the newest first; of the same second the greater doc_id first."""
        keys = [(stamp << 64) + doc_id for stamp, doc_id in zip(self.timestamps, self.doc_ids, strict=True)]
        return array("I", sorted(range(self.size), key=keys.__getitem__, reverse=True))

    @cached_property
    def token_totals(self) -> tuple[int, ...]:
        """Tokens in each text field, as far as length bytes tell."""
        return tuple(sum(map(LENGTHS.__getitem__, lengths)) for lengths in self.lengths)

    def copy_into(self, builder: SegmentBuilder, live: int) -> None:
        """Add the live documents of this segment to another one, posting by posting."""
        places: list[int] = []
        columns = (self.doc_ids, self.versions, self.timestamps, self.evidence)
        for number in range(self.size):
            if not live >> number & 1:
                places.append(-1)
                continue
            places.append(builder.start(*(column[number] for column in columns)))
            lengths = {name: field[number] for name, field in zip(TEXT_FIELDS, self.lengths, strict=True)}
            builder.copy_lengths(lengths, {name: LENGTHS[value] for name, value in lengths.items()})
        for (field, key), info in self._terms.items():
            if field not in FIELD_ORDER:
                raise IndexUnusable(f"{self.name}: unknown field {field}")
            token = key.decode()
            for number, count in self._counts(field, key, info):
                if places[number] >= 0:
                    builder.post(field, token, places[number], count)

    def _counts(self, field: str, key: bytes, info: Any) -> Iterable[tuple[int, int]]:
        if info.doc_frequency() == 1:  # most terms of a small segment: the record says it all
            return ((info.min_id(), int(info.weight())),)
        ids, frequencies = self._read(field, key)
        return zip(ids, frequencies or [1] * len(ids), strict=True)


def _impacts(
    ids: array[int], frequencies: list[int] | None, lengths: bytes, average: float, weight: float
) -> Sequence[float]:
    """BM25 without idf: weight * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))."""
    rows: dict[int, list[float]] = {}
    for tf in {1} if frequencies is None else set(frequencies):
        rows[tf] = [weight * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / average)) for length in LENGTHS]
    places = map(lengths.__getitem__, ids)
    if frequencies is None:
        return list(map(rows[1].__getitem__, places))
    return [rows[tf][place] for tf, place in zip(frequencies, places, strict=True)]


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


def _column(files: Any, record: Any, name: str) -> bytes:
    filename = W3Codec.column_filename(record, name)
    data: bytes = files.open_file(filename).get(0, files.file_length(filename))
    return data


def _integers(files: Any, record: Any, name: str, size: int) -> array[int]:
    values = array("q")
    values.frombytes(_column(files, record, name))
    if sys.byteorder == "little":
        values.byteswap()
    if len(values) != size:
        raise IndexUnusable(f"{record.segment_id()}: column {name} is short")
    return values


def _bytes(files: Any, record: Any, name: str, size: int) -> bytes:
    data = _column(files, record, name)
    if len(data) != size:
        raise IndexUnusable(f"{record.segment_id()}: column {name} is short")
    return data
