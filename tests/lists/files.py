"""Small files for imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from marketplace.foundation.tables import write_xlsx

PRODUCT_HEADER = ("编号", "单位信用代码", "名称", "产品类别", "额定负载 (kg)")


def csv_bytes(rows: Iterable[Sequence[str]], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Rows as the CSV that an office program writes."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def write(path: Path, rows: Iterable[Sequence[str]], **options: str) -> Path:
    """The rows as a file of the kind that its name says."""
    if path.suffix == ".xlsx":
        header, *rest = rows
        path.write_bytes(write_xlsx(header, rest, "清单"))
    else:
        path.write_bytes(csv_bytes(rows, **options))
    return path


def product_rows(code: str, count: int) -> list[list[str]]:
    """A header and ``count`` good products of one organization."""
    return [list(PRODUCT_HEADER), *(["", code, f"试验机器人{n}", "四足机器人", str(n + 1)] for n in range(count))]
