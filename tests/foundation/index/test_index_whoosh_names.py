"""Every name of Whoosh 2.7.4 that is not its public interface and that we lean on, one test each."""

from __future__ import annotations

import inspect
import re
from array import array
from pathlib import Path
from typing import Any

import pytest
import whoosh
from whoosh import columns, fields, index
from whoosh.codec import whoosh3
from whoosh.filedb import filetables
from whoosh.filedb.filestore import FileStorage
from whoosh.util import numeric

from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.writer import schema


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(str(tmp_path))


@pytest.fixture
def segment(storage: FileStorage) -> Any:
    """A segment as Whoosh writes it: three documents, of which the third lacks the word."""
    ix = storage.create_index(fields.Schema(body=fields.KEYWORD(scorable=True)))
    writer = ix.writer()
    for body in ("甲 乙 甲", "甲", "乙"):
        writer.add_document(body=body)
    getattr(writer, "commit")()  # noqa: B009 (the house allows one commit, that of the database)
    return index.TOC.read(storage, "MAIN").segments[0]


@pytest.fixture
def terms(storage: FileStorage, segment: Any) -> Any:
    return whoosh3.W3Codec().terms_reader(segment.open_compound_file(storage), segment)


def test_version() -> None:
    assert whoosh.__version__ == (2, 7, 4)


def test_magic() -> None:
    assert whoosh3.WHOOSH3_HEADER_MAGIC == b"W3Bl"


def test_term_info_fields() -> None:
    info = whoosh3.W3TermInfo()
    assert {"_weight", "_df", "_minlength", "_maxlength", "_maxweight", "_minid", "_maxid"} <= vars(info).keys()
    info._weight, info._df, info._minid, info._maxid, info._maxweight = 3.0, 2, 5, 9, 2.0
    info.set_extent(7, 70)
    read = whoosh3.W3TermInfo.from_bytes(info.to_bytes())
    assert (read.weight(), read.doc_frequency(), read.min_id(), read.max_id(), read.max_weight()) == (3.0, 2, 5, 9, 2.0)


def test_extent_is_left_packed() -> None:
    info = whoosh3.W3TermInfo()
    info.set_extent(7, 70)
    assert whoosh3.W3TermInfo.from_bytes(info.to_bytes()).extent() == (7, (70,))


def test_terms_reader_has_a_posting_file(terms: Any) -> None:
    offset, (length,) = terms.term_info("body", "甲".encode()).extent()
    assert terms._postfile.get(offset, length)[:4] == whoosh3.WHOOSH3_HEADER_MAGIC


def test_terms_reader_walks_a_field_in_order(terms: Any) -> None:
    assert list(terms.terms_from("body", b"")) == [("body", "乙".encode()), ("body", "甲".encode())]
    assert [(key, info.doc_frequency()) for key, info in terms.items()] == [
        (("body", "乙".encode()), 2),
        (("body", "甲".encode()), 2),
    ]


def test_segment_keeps_field_lengths(segment: Any) -> None:
    assert segment._fieldlengths == {"body": 5}


def test_segment_records(segment: Any, storage: FileStorage) -> None:
    assert re.fullmatch("MAIN_[0-9a-z]{16}", segment.segment_id())
    assert segment.make_filename(segment.COMPOUND_EXT) == f"{segment.segment_id()}.seg"
    segment.delete_document(1)
    assert (segment.doc_count_all(), segment.doc_count(), list(segment.deleted_docs())) == (3, 2, [1])


def test_new_segment_is_filled_by_hand(storage: FileStorage) -> None:
    fresh = whoosh3.W3Codec().new_segment(storage, "MAIN")
    fresh.create_file(storage, whoosh3.W3Codec.TERMS_EXT).close()
    fresh.set_doc_count(3)
    fresh.create_compound_file(storage)
    assert fresh.is_compound()
    assert storage.list() == [f"{fresh.segment_id()}.seg"]
    assert fresh.doc_count() == 3


def test_column_files(segment: Any, storage: FileStorage) -> None:
    files = segment.open_compound_file(storage)
    name = whoosh3.W3Codec.column_filename(segment, "_body_len")
    assert files.open_file(name).get(0, files.file_length(name)) == bytes([3, 1, 1])


def test_files_of_a_segment_are_read_from_its_mapping(segment: Any, storage: FileStorage) -> None:
    mapped = IndexStorage(Path(storage.folder)).segment_files(segment)
    terms = whoosh3.W3Codec().terms_reader(mapped, segment)
    assert list(terms.terms_from("body", b"")) == [("body", "乙".encode()), ("body", "甲".encode())]
    offset, (length,) = terms.term_info("body", "甲".encode()).extent()
    assert terms._postfile.get(offset, length)[:4] == whoosh3.WHOOSH3_HEADER_MAGIC
    assert terms._postfile._buf.obj is mapped._source  # no copy of it


def test_stored_column(storage: FileStorage) -> None:
    stream = storage.create_file("stored")
    whoosh3.STORED_COLUMN.writer(stream).finish(2)
    stream.close()
    with storage.open_file("stored") as written:
        reader = whoosh3.STORED_COLUMN.reader(written, 0, storage.file_length("stored"), 2)
        assert [reader[0], reader[1]] == [None, None]


def test_numeric_column_is_big_endian(storage: FileStorage) -> None:
    stream = storage.create_file("numbers")
    writer = columns.NumericColumn("q").writer(stream)
    writer.add(0, 1)
    stream.close()
    assert Path(storage.folder, "numbers").read_bytes() == bytes(7) + b"\x01"


def test_hash_table_keeps_its_field_map(storage: FileStorage) -> None:
    table = filetables.OrderedHashWriter(storage.create_file("table"))
    table.extras["fieldmap"] = {"body": 0}
    table.add(b"\x00\x00a", b"1")
    table.close()
    with storage.open_file("table") as written:
        reader = filetables.OrderedHashReader(written, storage.file_length("table"))
    assert reader.extras["fieldmap"] == {"body": 0}


def test_postings_are_read_by_the_stock_matcher() -> None:
    parameters = list(inspect.signature(whoosh3.W3Codec.postings_reader).parameters)
    assert parameters == ["self", "dbfile", "terminfo", "format_", "term", "scorer"]


def test_toc_names(storage: FileStorage) -> None:
    assert index.TOC._filename("MAIN", 3) == "_MAIN_3.toc"
    assert index.TOC._latest_generation(storage, "MAIN") == -1
    index.TOC(schema(), [], 3).write(storage, "MAIN")
    assert index.TOC._latest_generation(storage, "MAIN") == 3
    assert index.TOC.read(storage, "MAIN").generation == 3


def test_clean_files_removes_what_a_commit_left_behind(segment: Any, storage: FileStorage) -> None:
    index.clean_files(storage, "MAIN", 1, [])
    assert "_MAIN_1.toc" in storage.list()
    assert not [name for name in storage.list() if name.endswith(".seg")]


def test_length_bytes() -> None:
    assert [numeric.length_to_byte(length) for length in (0, 10, 11, 12)] == [0, 10, 11, 11]
    assert [numeric.byte_to_length(byte) for byte in (0, 10, 11, 255)] == [0, 10, 12, 106374]


def test_schema_names_only_classes_of_whoosh(storage: FileStorage) -> None:
    index.TOC(schema(), [], 0).write(storage, "MAIN")
    assert b"marketplace" not in (Path(storage.folder) / "_MAIN_0.toc").read_bytes()
    assert array("I").itemsize == array("f").itemsize == 4
