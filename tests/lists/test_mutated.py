"""Files that were damaged or forged in any way: either a clear refusal or a whole import, never anything between."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.core.errors import FieldError
from marketplace.foundation.db import db, transaction
from marketplace.foundation.tables import write_xlsx
from marketplace.lists import services
from marketplace.lists.reading import File, open_file
from marketplace.lists.sheets import SHEETS
from marketplace.products.models import Product
from tests.factories import accounts
from tests.lists.files import csv_bytes

CASES = 150
HEADER = [
    "编号", "单位信用代码", "名称", "产品类别", "额定负载 (kg)", "参数依据", "应用领域", "有效期至", "资料来源",
    "联系邮箱",
]  # fmt: skip
# What stands for a cell: signs of the grammar, formulas, other scripts, numbers that are none.
HOSTILE = [
    "", "=1+1", "|", "\\", "（（", "≥≥", "NaN", "1e999", "-0", "9" * 40, "\u202e", "\ufeff", "𝟙𝟚", "٣", "１２ｋｇ",
    "\t", "\x00", "额定负载 | 有据 | a", "四足机器人", "2027-02-30", "a@b", "\n\n", "<script>", "{{7*7}}", "%(x)s",
    "P-2026-999999", "P-2026-000001", "是", "x" * 40_000,
]  # fmt: skip


class Undone(Exception):
    """Raised to take a good import back."""


def good(code: str) -> list[list[str]]:
    rows = [
        ["", code, f"甲{n}", "四足机器人", "20", "额定负载 | 有据", "工业制造", "2099-01-01", "手册", ""]
        for n in range(4)
    ]
    return [HEADER, *rows]


def mutated_cells(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    """One to four cells, headers among them, replaced; sometimes a row or a column doubled, cut or swapped."""
    found = [list(row) for row in rows]
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(found)
        row[chance.randrange(len(row))] = chance.choice(HOSTILE)
    act = chance.randrange(5)
    if act == 0:
        found.append(list(chance.choice(found)))
    elif act == 1:
        found = [row[: chance.randint(1, len(row))] for row in found]
    elif act == 2:
        chance.choice(found).append(chance.choice(HOSTILE))
    return found


def mutated_bytes(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, a piece cut out or doubled."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    start = chance.randrange(len(found))
    if chance.random() < 0.3:
        del found[start : start + chance.randint(1, 200)]
    elif chance.random() < 0.3:
        found[start:start] = found[start : start + chance.randint(1, 200)]
    return bytes(found)


def make(kind: str, code: str, chance: random.Random) -> tuple[str, bytes]:
    if kind == "cells.csv":
        return "list.csv", csv_bytes(mutated_cells(good(code), chance))
    if kind == "cells.xlsx":
        header, *rows = [[cell[:30_000] for cell in row] for row in mutated_cells(good(code), chance)]
        return "list.xlsx", write_xlsx(header, rows, "清单")
    if kind == "bytes.csv":
        return "list.csv", mutated_bytes(csv_bytes(good(code)), chance)
    return "list.xlsx", mutated_part(write_xlsx(HEADER, good(code)[1:], "清单"), chance)


def mutated_part(data: bytes, chance: random.Random) -> bytes:
    """A workbook whose one part was changed, in a package that is whole: the check sums are right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice([name for name in old.namelist() if "sheet" in name or "workbook" in name])
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, mutated_bytes(part, chance) if name == chosen else part)
    return made.getvalue()


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0


def tried(path: Path) -> str:
    """What became of the file: refused, wrong (with its mistakes), or written whole and taken back."""
    try:
        file, problems = open_file(SHEETS["products"](), path)
    except FieldError:
        return "refused"
    problems = problems or services.check(file, lambda _rows: None).problems
    if problems:
        assert all(each.row > 0 and each.reason.zh and each.reason.en for each in problems)
        return "wrong"
    with pytest.raises(Undone):
        written_and_undone(file)
    return "written"


def written_and_undone(file: File) -> None:
    with transaction():
        done = services.write(file, services.check(file, lambda _rows: None), lambda _rows: None)
        assert count() == done.new == len(file)
        raise Undone


@pytest.mark.parametrize("kind", ["cells.csv", "cells.xlsx", "bytes.csv", "bytes.xlsx"])
def test_a_mutated_file_is_refused_or_written_whole(app: Flask, tmp_path: Path, kind: str) -> None:
    with app.app_context():
        code = accounts.organization().credit_code
        seen = set()
        for seed in range(CASES if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else CASES // 10):
            name, data = make(kind, code, random.Random(f"{kind}{seed}"))
            path = tmp_path / name
            path.write_bytes(data)
            seen.add(tried(path))
            assert count() == 0, seed
        assert seen & {"refused", "wrong"}, "the mutations are too weak to say anything"


def test_the_file_that_is_mutated_is_good(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        code = accounts.organization().credit_code
        path = tmp_path / "list.csv"
        path.write_bytes(io.BytesIO(csv_bytes(good(code))).getvalue())
        assert tried(path) == "written"
