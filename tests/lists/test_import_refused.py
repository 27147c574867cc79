"""What is wrong in a file is named with its row, column, value and reason, and nothing of the file is written."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.numbers import NumberSeries
from marketplace.foundation.tables import write_xlsx
from marketplace.products.models import Product
from tests.factories import accounts
from tests.factories.products import product
from tests.lists.conftest import Run
from tests.lists.files import PRODUCT_HEADER, product_rows, write


def written() -> list[int | None]:
    """What a partial import would leave behind."""
    tables = (Product, LedgerEntry)
    counted = [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]
    return [*counted, db.session.scalar(sa.select(sa.func.sum(NumberSeries.last)))]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_three_bad_rows_of_500_write_nothing_and_are_named(app: Flask, run: Run, tmp_path: Path, ending: str) -> None:
    with app.app_context():
        code = accounts.organization().credit_code
        before = written()
        rows = product_rows(code, 500)
        rows[7][4] = "很重"
        rows[250][1] = accounts.credit_code()
        rows[499][3] = "飞碟"
        report = tmp_path / "report.csv"
        answer = run("import", "products", write(tmp_path / f"list.{ending}", rows), "--report", report)
        assert answer.exit_code == 1
        assert answer.stderr.strip().splitlines()[-1].endswith("没有写入：3 行共 3 处有误，请改正后再导入")
        told = answer.stdout.strip().splitlines()
        assert [line.split("，")[0] for line in told] == ["第 8 行", "第 251 行", "第 500 行"]
        assert told[0].startswith("第 8 行，额定负载 (kg)，“很重”：“额定负载”要填数字")
        assert told[1] == f"第 251 行，单位信用代码，“{rows[250][1]}”：没有这个代码的单位，请先导入单位"
        assert told[2].startswith("第 500 行，产品类别，“飞碟”：请从下列各项中选")
        assert written() == before
    found = list(csv.reader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert found[0] == ["行", "列", "值", "原因"]
    assert [row[0] for row in found[1:]] == ["8", "251", "500"]


def test_the_same_file_without_its_mistakes_is_written(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        path = write(tmp_path / "list.csv", product_rows(accounts.organization().credit_code, 500))
        dry = run("import", "products", path, "--dry-run")
        assert (dry.exit_code, dry.stdout.strip()) == (0, "可以导入：新增 500，更新 0，不变 0")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == 0
        assert run("import", "products", path).stdout.strip() == "已导入：新增 500，更新 0，不变 0"
        rows = db.session.scalars(sa.select(Product)).all()
        assert {(row.state, row.edition, row.category) for row in rows} == {("published", 1, "quadruped")}
        assert len({row.number for row in rows}) == 500


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("名称", "产品类别"), "第 1 行，单位信用代码，“”：缺少这一列"),
        ((*PRODUCT_HEADER, "颜色"), "第 1 行，颜色，“颜色”：没有这一列"),
        ((*PRODUCT_HEADER, "Title"), "第 1 行，Title，“Title”：这一列出现了两次"),
    ],
)
def test_wrong_columns(app: Flask, run: Run, tmp_path: Path, header: tuple[str, ...], told: str) -> None:
    answer = run("import", "products", write(tmp_path / "list.csv", [header, ["x"] * len(header)]))
    assert answer.exit_code == 1
    assert told in answer.stdout
    assert len(answer.stdout.strip().splitlines()) == 1, "wrong columns are told before any row is looked at"


def one_row(app: Flask, run: Run, path: Path, header: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    answer = run("import", "products", write(path, [header, *rows]))
    assert answer.exit_code == 1, answer.output
    return str(answer.stdout)


def test_numbers_names_and_owners_are_checked(app: Flask, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with app.app_context():
        mine, other, pending = accounts.organization(), accounts.organization(), accounts.organization("pending")
        government = accounts.organization(kind="government")
        number = product(organization=other).number
        header = ("编号", "单位信用代码", "单位名称", "名称", "产品类别")
        told = one_row(
            app, run, path, header,
            ("P-2026-000900", mine.credit_code, "", "甲", "四足机器人"),
            ("P-2026-000900", mine.credit_code, "", "乙", "四足机器人"),
            (number, mine.credit_code, "", "丙", "四足机器人"),
            ("", mine.credit_code, "别的公司", "丁", "四足机器人"),
            ("", pending.credit_code, "", "戊", "四足机器人"),
            ("", government.credit_code, "", "己", "四足机器人"),
            ("", mine.credit_code, mine.name, "", "四足机器人"),
        ).strip().splitlines()  # fmt: skip
        assert len(told) == 6
        for line, reason in zip(
            told, ["与第 2 行重复", "属于另一个单位", "不符", "还没有核验", "不登记此类清单", "必填"], strict=True
        ):
            assert reason in line


def test_what_its_owner_is_working_on_is_not_replaced(app: Flask, run: Run, tmp_path: Path) -> None:
    header = ("编号", "单位信用代码", "名称", "产品类别")
    with app.app_context():
        for state, reason in (("withdrawn", "已不公开"), ("draft", "已不公开"), ("in_review", "已不公开")):
            found = product(state)
            row = (found.number, found.organization.credit_code, "改名", "四足机器人")
            assert reason in one_row(app, run, tmp_path / "list.csv", header, row)


def test_between_columns(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        code = accounts.organization().credit_code
        header = ("单位信用代码", "名称", "产品类别", "参数依据", "有效期至")
        row = (code, "甲", "四足机器人", "额定负载 | 有据", "2020-01-01")
        told = one_row(app, run, tmp_path / "a.csv", header, row)
        assert "“额定负载”写了依据，却没有填值" in told
        assert "有效期已过" in told
        beside = one_row(app, run, tmp_path / "b.csv", header[:3], (code, "甲", "四足机器人", "旁边"))
        assert "（列名之外），“旁边”：这一格没有列名" in beside


def test_files_of_the_wrong_kind(app: Flask, run: Run, tmp_path: Path) -> None:
    good = write_xlsx(PRODUCT_HEADER, [["", "x", "y", "z", "1"]], "清单")
    macro = io.BytesIO(good)
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    cases = {
        "macro.xlsx": (macro.getvalue(), "宏"),
        "list.xlsm": (good, "宏"),
        "page.csv": (b"<html><script>alert(1)</script>", "网页"),
        "list.xlsx": (b"PK\x03\x04 nothing", "损坏"),
        "list.pdf": (b"%PDF-1.7", "扩展名"),
        "empty.csv": (b"", "空"),
        "header.csv": (",".join(PRODUCT_HEADER).encode(), "只有列名，没有数据"),
    }
    for name, (data, told) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        answer = run("import", "products", path)
        assert answer.exit_code == 1, name
        assert told in answer.stderr, (name, answer.stderr)
