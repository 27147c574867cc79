"""Lists as files: an operator's export, the public twins in Excel, CSV and JSON, and the templates."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.tables import write_csv, write_xlsx
from marketplace.lists import queries
from marketplace.lists.columns import Column, Sheet
from marketplace.lists.items import ITEMS
from marketplace.lists.product_columns import SPEC

ENDINGS = (".csv", ".xlsx")
MOST_NOTE = 1000  # characters that a spreadsheet shows of a note without scrolling for long


def columns_for(columns: Iterable[Column], sheet: Sheet, ids: Sequence[int]) -> list[Column]:
    """The columns without those specs that none of the rows states: nobody reads 190 empty columns."""
    if sheet.name != "products":
        return list(columns)
    used = {SPEC + key for key in queries.specs_used(ids)}
    return [each for each in columns if not each.key.startswith(SPEC) or each.key in used]


def header(columns: Iterable[Column], language: str) -> list[str]:
    """The names of the columns."""
    return [each.head.say(language) for each in columns]


def csv_pieces(sheet: Sheet, columns: Sequence[Column], ids: Sequence[int], language: str) -> Iterator[bytes]:
    """The list as CSV, row by row."""
    return write_csv(header(columns, language), _rows(sheet, columns, ids, language))


def xlsx_bytes(sheet: Sheet, columns: Sequence[Column], ids: Sequence[int], language: str) -> bytes:
    """The list as a workbook.

    Raises:
        FieldError: a cell is longer than the format can hold.
    """
    return write_xlsx(header(columns, language), _rows(sheet, columns, ids, language), sheet.label.say(language))


def json_pieces(sheet: Sheet, ids: Sequence[int]) -> Iterator[bytes]:
    """The list as {"items", "total", "next"}, object by object; nothing follows, so that ``next`` is null."""
    yield b'{"items": ['
    for place, item in enumerate(queries.objects(sheet.name, ids)):
        yield (b",\n" if place else b"\n") + json.dumps(ITEMS[sheet.name](item), ensure_ascii=False).encode()
    yield f'\n], "total": {len(ids)}, "next": null}}\n'.encode()


def _rows(sheet: Sheet, columns: Sequence[Column], ids: Sequence[int], language: str) -> Iterator[list[str]]:
    for item in queries.objects(sheet.name, ids):
        yield sheet.cells(columns, item, language)


def template(sheet: Sheet, language: str) -> bytes:
    """The published template: every column with a note, and what may be chosen."""
    names = {each.head.say(language): each for each in sheet.exported}
    notes = {name: _note(each).say(language)[:MOST_NOTE] for name, each in names.items()}
    choices = {name: [word.say(language) for word in each.choices] for name, each in names.items() if each.choices}
    return write_xlsx(list(names), (), sheet.label.say(language), notes=notes, choices=choices)


def _note(column: Column) -> Text:
    if not column.required:
        return column.help
    return Text("必填。%(help)s", "Required. %(help)s") % {"help": column.help}


def export(sheet: Sheet, ids: Sequence[int], path: Path, language: str, advance: Callable[[int], Any]) -> None:
    """Write these rows with their private columns to a file, which appears only when it is complete.

    Raises:
        FieldError: the ending is neither .csv nor .xlsx, or Excel cannot hold a cell.
    """
    if path.suffix.lower() not in ENDINGS:
        raise FieldError("file", Text("文件名要以 .csv 或 .xlsx 结尾", "The file must end in .csv or .xlsx"))
    columns = columns_for(sheet.exported, sheet, ids)
    rows = _counted(_rows(sheet, columns, ids, language), advance)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as stream:
            if path.suffix.lower() == ".csv":
                stream.writelines(write_csv(header(columns, language), rows))
            else:
                stream.write(write_xlsx(header(columns, language), rows, sheet.label.say(language)))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _counted(rows: Iterable[list[str]], advance: Callable[[int], Any]) -> Iterator[list[str]]:
    for row in rows:
        yield row
        advance(1)
