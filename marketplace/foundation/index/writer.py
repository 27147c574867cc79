"""Writes whole segments at once and commits them: the bulk counterpart of Whoosh's own segment writer."""

from __future__ import annotations

import os
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import fields, formats
from whoosh.codec.whoosh3 import STORED_COLUMN, W3Codec
from whoosh.columns import NumericColumn
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.index import TOC, clean_files
from whoosh.system import pack_ushort
from whoosh.util.numeric import length_to_byte

from marketplace.foundation.index.analyzer import Analyzer
from marketplace.foundation.index.interface import FACETS, IndexDocument
from marketplace.foundation.index.postings import write_postings
from marketplace.foundation.index.storage import INDEX_NAME, IndexStorage

TEXT_FIELDS = ("title", "body", "tags")
NUMBERS = ("docid", "ver", "ts", "evidence")
CLAIM = "claim"
CLAIM_SIGN = "="  # between the name and the value of a claim, which are one term
FIELD_ORDER = (*TEXT_FIELDS, "id", "number", *FACETS, CLAIM)
SEGMENT_POSTINGS = 10_000_000  # a segment is closed at this size, so that a build stays under 600 MB


def schema() -> Any:
    """The Whoosh schema: nothing stored, no positions, frequencies in the weight of a posting.

    It is pickled into every commit, so it names classes of Whoosh only: a moved module of ours cannot orphan an index.
    """
    kinds: dict[str, Any] = {name: fields.KEYWORD(scorable=True) for name in TEXT_FIELDS}
    kinds |= {name: fields.ID(unique=name == "id") for name in ("id", "number")}
    kinds |= {name: fields.KEYWORD() for name in (*FACETS, CLAIM)}
    for field in kinds.values():
        field.format = formats.Existence()
    kinds |= {name: fields.COLUMN(NumericColumn("q")) for name in NUMBERS}
    return fields.Schema(**kinds)


def id_term(kind: str, doc_id: int) -> str:
    return f"{kind}:{doc_id}"


class SegmentBuilder:
    """Collects documents in memory and writes them as one compound segment file."""

    def __init__(self, storage: IndexStorage) -> None:
        self._storage = storage
        self._segment = W3Codec().new_segment(storage, INDEX_NAME)
        self._terms: dict[str, dict[str, array[int]]] = {name: {} for name in FIELD_ORDER}
        self._lengths = {name: bytearray() for name in TEXT_FIELDS}
        self._totals: Counter[str] = Counter()
        self._numbers = {name: array("q") for name in NUMBERS}
        self.postings = 0

    def __len__(self) -> int:
        return len(self._numbers["docid"])

    def add(self, document: IndexDocument, analyzer: Analyzer) -> None:
        number = self.start(document.doc_id, document.version, document.timestamp, document.evidence)
        for name in TEXT_FIELDS:
            tokens = analyzer.index_tokens(getattr(document, name))
            self._lengths[name].append(length_to_byte(len(tokens)))
            self._totals[name] += len(tokens)
            for token, count in Counter(tokens).items():
                self.post(name, token, number, count)
        self.post("id", id_term(*document.key), number, 1)
        if document.number:
            self.post("number", analyzer.normalise(document.number), number, 1)
        if unknown := document.facets.keys() - set(FACETS):
            raise ValueError(f"not a facet: {sorted(unknown)}")
        for facet, values in {**document.facets, "kind": (document.kind,)}.items():
            for value in dict.fromkeys(values):
                self.post(facet, value, number, 1)
        for name, value in document.claims.items():
            self.post(CLAIM, f"{name}{CLAIM_SIGN}{value}", number, 1)

    def start(self, doc_id: int, version: int, timestamp: int, evidence: int) -> int:
        """Begin the next document and return its number in the segment."""
        number = len(self)
        for name, value in zip(NUMBERS, (doc_id, version, timestamp, evidence), strict=True):
            self._numbers[name].append(value)
        return number

    def copy_lengths(self, lengths: Mapping[str, int], totals: Mapping[str, int]) -> None:
        """Take over the length bytes of a document that was written before."""
        for name in TEXT_FIELDS:
            self._lengths[name].append(lengths[name])
            self._totals[name] += totals[name]

    def post(self, field: str, token: str, number: int, count: int) -> None:
        """Add a posting; documents must come in the order of their numbers."""
        postings = self._terms[field].get(token)
        if postings is None:
            self._terms[field][token] = array("I", (number, count))
        else:
            postings.append(number)
            postings.append(count)
        self.postings += 1

    def finish(self) -> Any:
        """Write the segment to disk, synchronised, and return Whoosh's record of it."""
        self._write_terms()
        for name in NUMBERS:
            self._write_column(name, _big_endian(self._numbers[name]))
        for name in TEXT_FIELDS:
            self._write_column(f"_{name}_len", bytes(self._lengths[name]))
        stored = self._storage.create_file(W3Codec.column_filename(self._segment, "_stored"))
        STORED_COLUMN.writer(stored).finish(len(self))
        stored.close()
        self._segment._fieldlengths = dict(self._totals)
        self._segment.set_doc_count(len(self))
        self._segment.create_compound_file(self._storage)
        synchronise(self._storage.segment_path(self._segment))
        return self._segment

    def _write_terms(self) -> None:
        table = OrderedHashWriter(self._segment.create_file(self._storage, W3Codec.TERMS_EXT))
        postfile = self._segment.create_file(self._storage, W3Codec.POSTS_EXT)
        table.extras["fieldmap"] = {name: number for number, name in enumerate(FIELD_ORDER)}
        for number, name in enumerate(FIELD_ORDER):
            prefix = pack_ushort(number)
            terms = self._terms.pop(name)
            for token in sorted(terms):  # UTF-8 keeps the order of the characters
                postings = terms.pop(token)
                table.add(prefix + token.encode(), write_postings(postfile, postings[::2], postings[1::2]))
        postfile.close()
        table.close()

    def _write_column(self, name: str, data: bytes) -> None:
        column = self._storage.create_file(W3Codec.column_filename(self._segment, name))
        column.write(data)
        column.close()


def _big_endian(values: array[int]) -> bytes:
    if sys.byteorder == "little":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def write_segments(storage: IndexStorage, documents: Iterable[IndexDocument], analyzer: Analyzer) -> list[Any]:
    """Write documents into as few segments as memory allows."""
    segments = []
    builder = SegmentBuilder(storage)
    for document in documents:
        builder.add(document, analyzer)
        if builder.postings >= SEGMENT_POSTINGS:
            segments.append(builder.finish())
            builder = SegmentBuilder(storage)
    if len(builder):
        segments.append(builder.finish())
    return segments


def write_commit(storage: IndexStorage, segments: Sequence[Any], number: int) -> None:
    """Make ``segments`` the content of the index as commit ``number``, then remove the files of older commits."""
    TOC(schema(), list(segments), number).write(storage, INDEX_NAME)
    folder = storage.path
    for torn in folder.glob(f"_{INDEX_NAME}_*.toc.*"):  # of a writer that was killed; Whoosh leaves them
        torn.unlink()
    synchronise(folder / TOC._filename(INDEX_NAME, number))
    synchronise(folder)
    clean_files(storage, INDEX_NAME, number, segments)


def synchronise(path: Path) -> None:
    """Force a file or directory to disk; Whoosh itself never does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
