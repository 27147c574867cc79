"""A long CSV file read from disk row by row says what the reader of small files says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.foundation.tables import open_csv, read_table

CELLS = st.text(st.sampled_from("a，;\t,\"\r\n='1中 "), max_size=6)


def outcome(path: Path, data: bytes, *, long: bool) -> object:
    """Header and rows, or that the file was refused."""
    path.write_bytes(data)
    try:
        if long:
            table = open_csv(path, 20)
            rows = tuple(table.rows())
            assert len(rows) == table.count
            return table.header, table.header_number, rows
        small = read_table(io.BytesIO(data), path.name, max_rows=20)
        return small.header, small.header_number, small.rows
    except FieldError:
        return "refused"


@given(
    st.lists(CELLS, max_size=12), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])
)
def test_both_readers_agree(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], sign: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "list.csv"
    data = sign.join(cells).encode(encoding)
    assert outcome(path, data, long=True) == outcome(path, data, long=False)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfea\x00", b"<html>", b"\x80\xff", b"a,b\n\x00,1", b"\n\n", b'a,"b', b"a\n" + b"1\n" * 21,
        b"a\n" + b"1" * 140_000,
    ],
)  # fmt: skip
def test_both_refuse_the_same(tmp_path: Path, data: bytes) -> None:
    assert outcome(tmp_path / "list.csv", data, long=True) == "refused"
    assert outcome(tmp_path / "list.csv", data, long=False) == "refused"


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a,b\n1,2\n")
    table = open_csv(path, 10)
    assert [row.cells for row in table.rows()] == [("1", "2")]
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(FieldError, match="changed while it was being read"):
        list(table.rows())
