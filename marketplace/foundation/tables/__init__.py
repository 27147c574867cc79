"""Tables in and out: CSV and Excel as text cells, read within bounds, written so that no cell starts a formula."""

from marketplace.foundation.tables.cells import Row, Table
from marketplace.foundation.tables.csv_stream import LongTable, open_csv
from marketplace.foundation.tables.csv_text import write_csv
from marketplace.foundation.tables.reading import TABLE_HINT, TABLE_LIMIT, read_table
from marketplace.foundation.tables.xlsx_write import write_xlsx

__all__ = [
    "TABLE_HINT",
    "TABLE_LIMIT",
    "LongTable",
    "Row",
    "Table",
    "open_csv",
    "read_table",
    "write_csv",
    "write_xlsx",
]
