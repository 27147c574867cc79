"""One immutable segment, opened for search: columns and facet bit sets in memory, posting lists decoded on demand."""

from __future__ import annotations

import sys
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import repeat
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.reading import TermNotFound

from marketplace.foundation.index.interface import FACETS, Condition, IndexUnusable
from marketplace.foundation.index.postings import Frequencies, read_postings
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.weighed import LENGTHS, Averages, FieldPostings, PostingCache, Postings, bits_of
from marketplace.foundation.index.writer import CLAIM, CLAIM_SIGN, FIELD_ORDER, NUMBERS, TEXT_FIELDS, SegmentBuilder
from marketplace.foundation.leisure import paced

FIELD_WEIGHTS = {"title": 2.5, "body": 1.0, "tags": 1.5}
JUDGED = 64  # conditions whose outcome a segment remembers


class OpenSegment:
    """Reads everything that is small at once, so that only posting lists touch the file later.

    Raises IndexUnusable for whatever a damaged file leads to. The file stays mapped after it was deleted. Any number of
    threads may read: once the terms are open, each read of the mapping names its place (storage.MappedFile).
    """

    def __init__(self, storage: IndexStorage, record: Any) -> None:
        self.name: str = record.segment_id()
        self.size: int = record.doc_count_all()
        with storage.reading(self.name):
            self._files = files = storage.segment_files(record)
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

    def _read(self, field: str, key: bytes) -> tuple[array[int], Frequencies | None]:
        """Postings of one field; empty when it lacks the term."""
        try:
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
        for field, key in self._terms.terms_from(CLAIM, prefix):
            if field != CLAIM or not key.startswith(prefix):
                return
            yield key[len(prefix) :].decode(), self._read(CLAIM, key)[0]

    def words(self) -> Iterator[tuple[str, int]]:
        """Every token of every text field with the number of documents that have it there."""
        try:
            for (field, key), info in paced(self._terms.items()):
                if field in TEXT_FIELDS:
                    yield key.decode(), info.doc_frequency()
        finally:
            self._files.let_go()

    def postings(self, token: str, averages: Averages, cache: PostingCache) -> Postings:
        return cache.get((self.name, averages, token), lambda: self._decode(token, averages))

    def _decode(self, token: str, averages: Averages) -> Postings:
        fields = []
        for name, lengths, average in zip(TEXT_FIELDS, self.lengths, averages, strict=True):
            ids, frequencies = self._read(name, token.encode())
            if ids:
                fields.append(FieldPostings(ids, frequencies, lengths, average, FIELD_WEIGHTS[name]))
        return Postings(fields, self.size)

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
        return zip(ids, repeat(1, len(ids)) if frequencies is None else frequencies, strict=True)


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
