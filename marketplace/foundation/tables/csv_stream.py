"""A long CSV file on disk, read row by row: what an operator imports does not have to fit into memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marketplace.core.text import Text
from marketplace.foundation.files.content import PAGE, UTF16, UTF16_MARKS, begins_as_page, describe
from marketplace.foundation.files.names import clean_name
from marketplace.foundation.files.refusal import Unfit, refusal
from marketplace.foundation.tables.cells import Row, header_and_rows
from marketplace.foundation.tables.csv_text import delimiter_of, records

ALLOWED = Text("CSV（UTF-8、GB18030）", "CSV (UTF-8, GB18030)")
CHANGED = Text("读到一半时内容变了", "it changed while it was being read")
_ENCODINGS = ("utf-8-sig", "gb18030")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class LongTable:
    """The header of a file and how many rows lie below it; the rows are read anew each time they are asked for."""

    header: tuple[str, ...]
    header_number: int
    count: int
    path: Path
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """The rows below the header.

        Raises:
            FieldError: the file is not any more what it was when it was opened.
        """
        try:
            with self.path.open(encoding=self.encoding, newline="") as lines:
                yield from header_and_rows(records(lines, self.delimiter), self.count)[2]
        except (Unfit, UnicodeDecodeError) as error:
            raise refusal("file", clean_name(self.path.name), CHANGED, ALLOWED) from error


def open_csv(path: Path, max_rows: int, field: str = "file") -> LongTable:
    """Read the file once from end to end, keeping nothing but its header.

    Raises:
        FieldError: not text in UTF-8 or GB18030, a page, an unclosed quotation mark, empty, too many rows.
    """
    try:
        encoding, delimiter = _kind_of(path)
        with path.open(encoding=encoding, newline="") as lines:
            number, header, found = header_and_rows(records(lines, delimiter), max_rows)
            count = sum(1 for _row in found)
        return LongTable(header, number, count, path, encoding, delimiter)
    except Unfit as unfit:
        raise refusal(field, clean_name(path.name), unfit.found, ALLOWED) from unfit


def _kind_of(path: Path) -> tuple[str, str]:
    """Encoding and delimiter."""
    with path.open("rb") as stream:
        head = stream.read(_PIECE)
    if head[:2] in UTF16_MARKS:
        raise Unfit(UTF16)
    encoding = next((each for each in _ENCODINGS if _reads(path, each)), None)
    if encoding is None:
        raise Unfit(describe(head))
    if begins_as_page(head):
        raise Unfit(PAGE)
    # A character may be cut at the end of the piece.
    return encoding, delimiter_of(codecs.getincrementaldecoder(encoding)().decode(head))


def _reads(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in this encoding, without NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while piece := stream.read(_PIECE):
                if "\0" in decoder.decode(piece):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
