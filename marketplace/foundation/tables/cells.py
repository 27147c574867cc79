"""What a table is once it was read, and how a cell is kept from being taken for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from marketplace.core.text import Text
from marketplace.foundation.files.refusal import Unfit

# What starts a formula in one spreadsheet program or another (OWASP, CSV injection), the full-width signs too.
_TRIGGER = "=+\\-@\t\r\n＝＋－＠"
_NEEDS_GUARD = re.compile(rf"'*[{_TRIGGER}]")
_GUARDED = re.compile(rf"'+[{_TRIGGER}]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")

EMPTY = Text("没有内容，第一行应为列名", "there is nothing in it; the first row should hold the column names")


class Row(NamedTuple):
    """A row as people count it in their spreadsheet (1-based), and its cells as text, as many as the header at least.

    More cells than the header mean that something stands beside the table.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The header row and the rows below it; rows without any content are left out, the numbers stay."""

    header: tuple[str, ...]
    header_number: int
    rows: tuple[Row, ...]


def guarded(cell: str) -> str:
    """The cell as it may stand in a CSV file: an apostrophe before what would start a formula.

    A plain number stays as it is. A cell that itself begins with apostrophes before such a sign gets one more,
    so that ``unguarded`` gives back exactly what was written.
    """
    return "'" + cell if _NEEDS_GUARD.match(cell) and not _PLAIN_NUMBER.fullmatch(cell) else cell


def doubly_guarded(cell: str) -> str:
    """The cell as it stands in a workbook, where text starts no formula: only what would be unguarded is marked."""
    return "'" + cell if _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """What ``guarded`` was given. Read from workbooks too: people save an exported CSV file as one."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell


def table_of(rows: Iterable[tuple[int, Sequence[str]]], max_rows: int) -> Table:
    """Numbered rows of raw cells as a table; the first row with content is its header.

    Raises:
        Unfit: no content, or more than ``max_rows`` rows below the header.
    """
    header_number, header, found = header_and_rows(rows, max_rows)
    return Table(header, header_number, tuple(found))


def header_and_rows(
    rows: Iterable[tuple[int, Sequence[str]]], max_rows: int
) -> tuple[int, tuple[str, ...], Iterator[Row]]:
    """The number of the header's row, the header, and the rows below it as they are asked for.

    Raises:
        Unfit: no content; while the rows are read, more than ``max_rows``.
    """
    filled = ((number, cells) for number, cells in rows if any(cells))
    header_number, names = next(filled, (0, ()))
    header = tuple(unguarded(cell) for cell in _without_empty_end(names, 0))
    if not header:
        raise Unfit(EMPTY)
    return header_number, header, _below(filled, len(header), max_rows)


def _below(filled: Iterator[tuple[int, Sequence[str]]], width: int, max_rows: int) -> Iterator[Row]:
    for count, (number, cells) in enumerate(filled):
        if count == max_rows:
            raise Unfit(too_many_rows(max_rows))
        kept = [unguarded(cell) for cell in _without_empty_end(cells, width)]
        yield Row(number, tuple(kept) + ("",) * (width - len(kept)))


def too_many_rows(most: int) -> Text:
    """What is found in a table over its limit."""
    return Text(
        "数据超过 %(most)s 行，请分成几个文件", "it has more than %(most)s rows; split it into several files"
    ) % {"most": f"{most:,}"}


def _without_empty_end(cells: Sequence[str], least: int) -> Sequence[str]:
    end = len(cells)
    while end > least and not cells[end - 1]:
        end -= 1
    return cells[:end]
