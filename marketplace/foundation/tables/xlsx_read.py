"""One sheet of a workbook as text: numbers, days and errors as people see them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from marketplace.core.text import Text
from marketplace.foundation.files.content import OLE, describe
from marketplace.foundation.files.ooxml import BOMB, DAMAGED, Package, checked_package, elements, local_name
from marketplace.foundation.files.refusal import Unfit
from marketplace.foundation.tables.cells import Table, table_of
from marketplace.foundation.tables.xlsx_measure import MOST_CELLS, Errors, measure

_WORKBOOK = "xl/workbook.xml"
_WORKBOOK_LINKS = "xl/_rels/workbook.xml.rels"


def read_xlsx(data: bytes, sheet: str | None, max_rows: int) -> Table:
    """Read a sheet (the first visible one when ``sheet`` is None).

    Raises:
        Unfit: not a plain workbook, no such sheet, damaged, too large in any way, empty.
    """
    if data.startswith(OLE):
        raise Unfit(describe(data))
    kind, package = checked_package(data)
    if kind != "xlsx":
        raise Unfit(Text("内容是 %(kind)s", "its content is %(kind)s") % {"kind": kind})
    errors = measure(package, max_rows)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            name = _sheet_name(workbook, sheet)
            return table_of(_rows(workbook.get_sheet_by_name(name), errors.get(_part_of(package, name), {})), max_rows)
    except CalamineError as error:
        raise Unfit(DAMAGED) from error


def _sheet_name(workbook: CalamineWorkbook, wanted: str | None) -> str:
    sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    names = [each.name for each in sheets]
    if wanted is None:
        visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
        if not visible:
            raise Unfit(Text("没有可见的工作表", "it has no visible sheet"))
        return visible[0]
    if wanted not in names:
        raise Unfit(
            Text("没有名为“%(wanted)s”的工作表，只有：%(names)s", "it has no sheet “%(wanted)s”, only: %(names)s")
            % {"wanted": wanted, "names": ", ".join(names)[:200]}
        )
    return wanted


def _part_of(package: Package, sheet: str) -> str:
    """The part in which a sheet lies: the workbook names a relationship, the relationship names the part."""
    links = {
        link.get("Id", ""): link.get("Target", "")
        for tag, link in elements(package, _WORKBOOK_LINKS)
        if tag == "Relationship"
    }
    for tag, attributes in elements(package, _WORKBOOK):
        if local_name(tag) == "sheet" and attributes.get("name") == sheet:
            by_name = {local_name(name): value for name, value in attributes.items() if ":" in name}
            target = links.get(by_name.get("id", ""), "")
            return target.lstrip("/") if target.startswith("/") else "xl/" + target
    return ""


def _rows(sheet: CalamineSheet, errors: Errors) -> Iterator[tuple[int, list[str]]]:
    rows = sheet.to_python(skip_empty_area=False)
    cells = [[_text(value) for value in row] for row in rows]
    for (row, column), sign in errors.items():
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = sign
    _fill_merged(cells, sheet.merged_cell_ranges or [])
    return enumerate(cells, 1)


def _fill_merged(cells: list[list[str]], areas: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Let every cell of a merged area read as its first one, as far as the used area goes."""
    left = MOST_CELLS
    for (top, start), (bottom, end) in areas:
        if top >= len(cells) or start >= len(cells[top]):
            continue
        first = cells[top][start]
        for row in cells[top : bottom + 1]:
            width = max(0, min(end + 1, len(row)) - start)
            left -= width + 1
            if left < 0:
                raise Unfit(BOMB)
            row[start : start + width] = [first] * width


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float) -> str:
    """A number with the 15 digits that a spreadsheet keeps, never in powers of ten: 5.0 is "5", 0.1 + 0.2 is "0.3"."""
    if value.is_integer():
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")
