"""CSV: read as Chinese offices write it (UTF-8 or GB18030, comma, semicolon or tab), written for every program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from marketplace.core.text import Text
from marketplace.foundation.files.content import PAGE, UTF16, UTF16_MARKS, begins_as_page, decoded, describe
from marketplace.foundation.files.refusal import Unfit
from marketplace.foundation.tables.cells import Table, guarded, table_of

DELIMITERS = ",;\t"
# Every delimiter that a reader may guess is quoted, so that only commas stand free and the guess cannot err.
_QUOTED = frozenset(DELIMITERS + '"\r\n')
BOM = b"\xef\xbb\xbf"


def read_csv(data: bytes, max_rows: int) -> Table:
    """Read a CSV file.

    Raises:
        Unfit: not text in UTF-8 or GB18030, a page, an unclosed quotation mark, empty, too many rows.
    """
    if data[:2] in UTF16_MARKS:
        raise Unfit(UTF16)
    text = decoded(data)
    if text is None or "\0" in text:
        raise Unfit(describe(data))
    if begins_as_page(data):
        raise Unfit(PAGE)
    return table_of(records(io.StringIO(text, newline=""), delimiter_of(text)), max_rows)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file in pieces, row by row: UTF-8 with BOM, comma, \\r\\n, no cell that starts a formula.

    ``read_table`` gives back the same cells: export → import → export is the identity, as long as no row is empty.
    """
    yield BOM + _line(header)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(_quoted(guarded(cell)) for cell in cells) + "\r\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.intersection(cell) else cell


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their number; a record is one row of a sheet, however many lines its cells have.

    Raises:
        Unfit: an unclosed quotation mark, or a cell too long.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except csv.Error as error:
        raise Unfit(
            Text(
                "第 %(number)s 行的引号没有配对，或内容过长",
                "row %(number)s has an unpaired quotation mark or is too long",
            )
            % {"number": number + 1}
        ) from error


def delimiter_of(text: str) -> str:
    """The sign that stands most often outside quotation marks in the first line with content."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for character in text.lstrip("\r\n"):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
        elif not quoted and character in "\r\n":
            break
    return max(DELIMITERS, key=lambda sign: counts[sign])
