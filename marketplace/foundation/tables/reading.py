"""The way in for tables: which kind of file it is, and the refusal that a person reads when it cannot be taken."""

from __future__ import annotations

from typing import BinaryIO

from marketplace.core.text import Text
from marketplace.foundation.files.content import describe
from marketplace.foundation.files.names import clean_name, extension_of
from marketplace.foundation.files.ooxml import MACROS
from marketplace.foundation.files.refusal import MEGABYTE, Unfit, refusal, too_large
from marketplace.foundation.tables.cells import Table
from marketplace.foundation.tables.csv_text import read_csv
from marketplace.foundation.tables.xlsx_read import read_xlsx

TABLE_LIMIT = 20 * MEGABYTE
TABLE_HINT = Text(
    "Excel（xlsx）或 CSV（UTF-8、GB18030），不超过 %(most)s MB",
    "Excel (xlsx) or CSV (UTF-8, GB18030) up to %(most)s MB",
)


def read_table(
    stream: BinaryIO,
    name: str,
    *,
    sheet: str | None = None,
    max_rows: int = 100_000,
    max_bytes: int = TABLE_LIMIT,
    field: str = "file",
    hint: Text = TABLE_HINT,
) -> Table:
    """Read a CSV file or one sheet of a workbook (the first visible one, or the one named) as text.

    In workbooks whole numbers read as "5", days as "2026-03-01", moments as "2026-03-01 08:30:00", truth as
    "TRUE" and "FALSE", an error of a formula as its sign ("#N/A"); every cell of a merged area as its first one.
    ``hint`` says what is taken, with ``most`` for the megabytes.

    Raises:
        FieldError: another kind of file, too large, macros, a password, damaged, no such sheet, too many rows.
    """
    shown = clean_name(name)
    try:
        data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise Unfit(too_large(None, max_bytes))
        return _read(data, extension_of(shown), sheet, max_rows)
    except Unfit as unfit:
        raise refusal(field, shown, unfit.found, hint % {"most": max_bytes // MEGABYTE}) from unfit


def _read(data: bytes, extension: str, sheet: str | None, max_rows: int) -> Table:
    if not data:
        raise Unfit(describe(data))
    if extension == "csv":
        return read_csv(data, max_rows)
    if extension == "xlsx":
        return read_xlsx(data, sheet, max_rows)
    if extension in ("xlsm", "xltm", "xlsb", "xlam"):
        raise Unfit(MACROS)
    raise Unfit(
        Text("扩展名 .%(extension)s 不在允许之列", "the extension .%(extension)s is not allowed")
        % {"extension": extension}
    )
