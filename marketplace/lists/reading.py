"""A file becomes rows of values: columns by their names, cells by their columns, and every mistake with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.tables import LongTable, Row, Table, open_csv, read_table
from marketplace.lists.columns import Column, Sheet, cleaned
from marketplace.reference.catalogue import fold

MOST_ROWS = 1_000_000
SHOWN = 80  # characters of a bad value that a report repeats

EMPTY_FILE = Text("文件里只有列名，没有数据", "There are column names and no rows in it")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the row as the spreadsheet counts it, the column, what stands there, what is wrong with it."""

    row: int
    column: Text
    value: str
    reason: Text

    def cells(self, language: str) -> tuple[str, str, str, str]:
        """Row, column, value and reason as texts."""
        value = self.value if len(self.value) <= SHOWN else self.value[:SHOWN] + "…"
        return str(self.row), self.column.say(language), value, self.reason.say(language)


@dataclass(frozen=True, slots=True)
class Given:
    """One row of the file: the values of the columns it has, and what could not be read."""

    row: int
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class File:
    """A file whose columns are known. Cells are read when the rows are asked for, each time anew."""

    sheet: Sheet
    table: Table | LongTable
    columns: tuple[tuple[int, Column], ...]

    @cached_property
    def blanks(self) -> Mapping[str, Any]:
        """What an empty cell means, by column; most cells of a long list are empty."""
        return {column.key: column.read("") for _place, column in self.columns if not column.required}

    def __len__(self) -> int:
        return self.table.count if isinstance(self.table, LongTable) else len(self.table.rows)

    def portions(self, size: int) -> Iterator[list[Given]]:
        """The rows, ``size`` at a time."""
        rows = self.table.rows() if isinstance(self.table, LongTable) else iter(self.table.rows)
        while portion := list(islice(rows, size)):
            yield [_given(self, row) for row in portion]


def open_file(sheet: Sheet, path: Path) -> tuple[File, list[Problem]]:
    """Read a CSV file or the first visible sheet of a workbook, and what is wrong with its columns.

    Raises:
        FieldError: it cannot be read at all: another kind of file, macros, damaged, empty, too many rows.
    """
    file, problems = matched(sheet, _table(path))
    if not len(file):
        raise FieldError("file", EMPTY_FILE)
    return file, problems


def _table(path: Path) -> Table | LongTable:
    """A workbook is taken into memory, a CSV file is not."""
    if path.suffix.lower() == ".csv" and path.stat().st_size:
        return open_csv(path, MOST_ROWS)
    with path.open("rb") as stream:
        return read_table(stream, path.name, max_rows=MOST_ROWS)


def matched(sheet: Sheet, table: Table | LongTable) -> tuple[File, list[Problem]]:
    """The columns of a table by their names, and what is wrong with them."""
    found: dict[str, tuple[int, Column]] = {}
    problems = []
    for place, cell in enumerate(table.header):
        name = cleaned(cell)
        column = sheet.by_name.get(folded(name))
        wrong = _wrong_name(name, column, found)
        if wrong:
            problems.append(Problem(table.header_number, Text(name, name), name, wrong))
        elif column is not None:
            found[column.key] = (place, column)
    missing = Text("缺少这一列，请照模板补上", "This column is missing; see the template")
    for column in sheet.columns:
        if column.required and column.key not in found:
            problems.append(Problem(table.header_number, column.head, "", missing))
    read = tuple((place, column) for place, column in found.values() if not column.informs)
    return File(sheet, table, read), problems


def folded(name: str) -> str:
    """A column's name reduced to what must agree; the star that some put behind what is required is passed over."""
    return fold(name).rstrip("*")


def _wrong_name(name: str, column: Column | None, found: Mapping[str, Any]) -> Text | None:
    if column is None:
        return Text("没有这一列，列名请照模板写", "There is no such column; take the names of the template")
    if column.key in found:
        return Text("这一列出现了两次", "This column is there twice")
    return None


def _given(file: File, row: Row) -> Given:
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    problems = []
    for place, column in file.columns:
        text = texts[column.key] = cleaned(row.cells[place])
        if not text and column.key in file.blanks:
            values[column.key] = copy(file.blanks[column.key])
            continue
        try:
            if column.required and not text:
                raise FieldError(column.key, Text("必填", "This must be filled in"))
            values[column.key] = column.read(text)
        except FieldError as error:
            problems.append(Problem(row.number, column.head, text, error.message))
    beside = next((cell for cell in row.cells[len(file.table.header) :] if cell), "")
    if beside:
        nowhere = Text("（列名之外）", "(beyond the columns)")
        problems.append(Problem(row.number, nowhere, beside, Text("这一格没有列名", "This cell has no column name")))
    return Given(row.number, values, texts, tuple(problems))


def problems_of(given: Given, sheet: Sheet, errors: Sequence[FieldError]) -> tuple[Problem, ...]:
    """Errors between the values of a row, at their columns."""
    return tuple(
        Problem(given.row, sheet.by_key[error.field].head, given.texts.get(error.field, ""), error.message)
        for error in errors
    )
