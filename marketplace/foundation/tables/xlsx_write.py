"""Workbooks that people fill in or take away: text cells only, a fixed header with notes, choices to pick from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.tables.cells import doubly_guarded

# Bounds of the format (Excel specifications and limits).
MOST_CHARACTERS = 32_767
_LAST_ROW = 1_048_575
# The format "@" by its number: what is typed stays as typed, leading zeros and 18-digit codes too.
_TEXT_FORMAT = 49
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_CHOICES_SHEET = "选项 choices"


def write_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    sheet_name: str,
    *,
    notes: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """A workbook with one sheet of text cells; nothing in it is a formula or a link.

    Args:
        sheet_name: at most 31 characters, none of []:*?/\\.
        notes: by column name, the comment that the header cell carries.
        choices: by column name, the values that the column's cells may take; they lie in a second, hidden sheet.

    Raises:
        FieldError: a cell has more than 32,767 characters, which the format cannot hold.
    """
    target = io.BytesIO()
    # Rows wait in temporary files, not in memory; their folder goes whatever happens.
    with TemporaryDirectory() as folder:
        workbook = Workbook(target, _OPTIONS | {"tmpdir": folder})
        try:
            _fill(workbook, header, rows, workbook.add_worksheet(sheet_name), notes or {}, choices or {})
        finally:
            workbook.close()
    return target.getvalue()


def _fill(
    workbook: Any,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    sheet: Any,
    notes: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
) -> None:
    text = workbook.add_format({"num_format": _TEXT_FORMAT})
    bold = workbook.add_format({"num_format": _TEXT_FORMAT, "bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.set_column(column, column, min(max(2 * len(name) + 2, 12), 40), text)
        if note := notes.get(name):
            sheet.write_comment(0, column, note)
    _write_choices(workbook, sheet, header, choices)
    _write_row(sheet, 0, header, header, bold)
    for number, row in enumerate(rows, 1):
        _write_row(sheet, number, header, row, text)


def _write_row(sheet: Any, number: int, header: Sequence[str], row: Sequence[str], look: Any) -> None:
    for column, cell in enumerate(row):
        shown = doubly_guarded(cell)
        if len(shown) > MOST_CHARACTERS:
            raise FieldError(
                header[column],
                Text(
                    "第 %(row)s 行内容超过 32767 字，Excel 放不下，请导出 CSV",
                    "row %(row)s has more than 32,767 characters, which Excel cannot hold; export CSV instead",
                )
                % {"row": number + 1},
            )
        if shown:
            sheet.write_string(number, column, shown, look)


def _write_choices(workbook: Any, sheet: Any, header: Sequence[str], choices: Mapping[str, Sequence[str]]) -> None:
    """A list in the sheet itself may have 255 characters only; one in another sheet any number of values."""
    listed = [(name, choices[name]) for name in header if choices.get(name)]
    if not listed:
        return
    hidden = workbook.add_worksheet(_CHOICES_SHEET)
    hidden.hide()
    for number, row in enumerate(zip_longest(*(values for _, values in listed))):
        for column, value in enumerate(row):
            if value is not None:
                hidden.write_string(number, column, value)
    for column, (name, values) in enumerate(listed):
        letter = xl_col_to_name(column)
        source = f"='{_CHOICES_SHEET}'!${letter}$1:${letter}${len(values)}"
        place = list(header).index(name)
        sheet.data_validation(1, place, _LAST_ROW, place, {"validate": "list", "source": source})
