"""What an import writes: encodings, formulas, changes that keep what the file does not hold, parents."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.core.errors import Conflict
from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import history
from marketplace.foundation.tables import read_table, write_csv
from marketplace.lists import services
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from tests.factories import accounts
from tests.factories.products import claim, product
from tests.lists.conftest import Run
from tests.lists.files import product_rows, write

ORGANIZATION_HEADER = ("名称", "单位类型", "统一社会信用代码", "所在市县", "上级单位信用代码")


def only(model: type) -> object:
    return db.session.scalars(sa.select(model)).one()


@pytest.mark.parametrize(
    "options",
    [
        {"encoding": "utf-8"},
        {"encoding": "utf-8-sig"},
        {"encoding": "gb18030"},
        {"encoding": "gb18030", "delimiter": ";"},
        {"encoding": "utf-8", "delimiter": "\t"},
    ],
    ids=str,
)
def test_csv_as_offices_write_it(app: Flask, run: Run, tmp_path: Path, options: dict[str, str]) -> None:
    with app.app_context():
        rows = product_rows(accounts.organization().credit_code, 1)
        rows[1][2] = "机器人，“巡检”;A,B"
        answer = run("import", "products", write(tmp_path / "list.csv", rows, **options))
        assert answer.exit_code == 0, answer.output
        found = only(Product)
        assert isinstance(found, Product)
        assert found.title == "机器人，“巡检”;A,B"
        assert found.content["specs"] == {"payload": claim({"from": "1"})}
        assert dirty.pending(10)[-1].kind == "product"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_formulas_stay_text_and_never_start(app: Flask, run: Run, tmp_path: Path, ending: str) -> None:
    titles = ["=1+1", "+cmd|'/c calc'!A0", "@SUM(A1)", "'=1", "-2"]
    with app.app_context():
        rows = product_rows(accounts.organization().credit_code, len(titles))
        for row, title in zip(rows[1:], titles, strict=True):
            row[2] = title
        path = tmp_path / f"list.{ending}"
        if ending == "csv":
            path.write_bytes(b"".join(write_csv(rows[0], rows[1:])))
        else:
            write(path, rows)
        assert run("import", "products", path).exit_code == 0
        assert [each.title for each in db.session.scalars(sa.select(Product).order_by(Product.id))] == titles
        out = tmp_path / f"out.{ending}"
        run("export", "products", out)
    if ending == "csv":
        cells = out.read_text(encoding="utf-8-sig").splitlines()[1].split(",")
        assert "'=1+1" in cells
        assert "=1+1" not in cells
    table = read_table(io.BytesIO(out.read_bytes()), out.name)
    assert [row.cells[table.header.index("名称")] for row in table.rows] == titles


def test_a_known_number_is_replaced_and_keeps_what_the_file_lacks(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        before = product(pictures=[{"file": 7, "caption": "正面"}])
        number, code = before.number, before.organization.credit_code
        header = ["编号", "单位信用代码", "名称", "产品类别", "额定负载 (kg)", "续航 (h)"]
        path = write(tmp_path / "list.csv", [header, [number, code, before.title, "四足机器人", "25", ""]])
        assert run("import", "products", path).stdout.strip() == "已导入：新增 0，更新 1，不变 0"
        after = only(Product)
        assert isinstance(after, Product)
        assert after.content["specs"]["payload"] == claim({"from": "25"}, "tested", "检测报告 2026-1")
        assert "endurance" not in after.content["specs"]
        assert after.content["pictures"] == [{"file": 7, "caption": "正面"}]
        assert after.content["contact_phone"] == "0551-62990000"
        assert (after.edition, after.state) == (2, "published")
        assert history(after)[-1].action == "reload"
        assert run("import", "products", path).stdout.strip() == "已导入：新增 0，更新 0，不变 1"


def test_a_new_listing_takes_the_contact_of_its_organization(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        owner = accounts.organization()
        run("import", "products", write(tmp_path / "list.csv", product_rows(owner.credit_code, 1)))
        found = only(Product)
        assert isinstance(found, Product)
        assert found.content["contact_phone"] == owner.contact_phone


def test_numbers_of_an_import_are_never_given_again(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        rows = product_rows(accounts.organization().credit_code, 1100)
        year = product().number.split("-")[1]
        rows[1090][0] = f"P-{year}-000003"
        assert run("import", "products", write(tmp_path / "list.csv", rows)).exit_code == 0
        assert len(set(db.session.scalars(sa.select(Product.number)))) == 1101


def test_scenarios_with_everything_that_is_compact_text(app: Flask, run: Run, tmp_path: Path) -> None:
    header = ["单位信用代码", "名称", "领域", "子场景", "现场条件", "硬性要求", "目标", "预算方式", "预算（万元）"]
    with app.app_context():
        code = accounts.organization(kind="state_owned_firm").credit_code
        musts = "负载>=15 kg（红外云台）；防护等级>=IP66"
        good = [
            code,
            "铸件去毛刺",
            "工业制造",
            "打磨去毛刺",
            "最大坡度 = 8 °",
            musts,
            "识别率 | >= 95 %",
            "固定金额",
            "120.5",
        ]
        assert run("import", "scenarios", write(tmp_path / "a.csv", [header, good])).exit_code == 0
        found = only(Scenario)
        assert isinstance(found, Scenario)
        assert [each["spec"] for each in found.content["requirements"]] == ["payload", "ip_rating"]
        assert found.content["conditions"] == {"slope": {"from": "8"}}
        assert found.content["targets"][0]["target"] == "95"
        bad = run("import", "scenarios", write(tmp_path / "b.csv", [header, [*good[:2], "物流运输", *good[3:]]]))
        assert "子场景“打磨去毛刺”不属于领域“物流运输”" in bad.stdout


def test_organizations_in_any_order_with_their_parents(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        upper, code = accounts.credit_code(), accounts.credit_code()
        rows = [
            ORGANIZATION_HEADER,
            ("子公司", "国有企业", code, "合肥市庐阳区", upper),
            ("集团", "国有企业", upper, "340100", ""),
        ]
        path = write(tmp_path / "list.csv", rows)
        assert run("import", "organizations", path).stdout.strip() == "已导入：新增 2，更新 0，不变 0"
        found = {each.name: each for each in db.session.scalars(sa.select(Organization))}
        assert found["子公司"].parent is found["集团"]
        lower = found["子公司"]
        assert (lower.state, lower.region, lower.compiled) == ("verified", "340103", False)
        assert run("import", "organizations", path).stdout.strip() == "已导入：新增 0，更新 0，不变 2"


def test_organizations_that_cannot_be(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        peopled, one, two, three = accounts.organization(), *(accounts.credit_code() for _ in range(3))
        unknown = accounts.credit_code()
        rows = [
            ORGANIZATION_HEADER,
            ("甲", "机器人企业", one, "合肥市", two),
            ("乙", "机器人企业", two, "合肥市", one),
            ("丙", "机器人企业", three, "", ""),
            ("丁", "机器人企业", three, "合肥市", unknown),
            (peopled.name, "高校院所", peopled.credit_code, "合肥市", ""),
        ]
        answer = run("import", "organizations", write(tmp_path / "list.csv", rows))
        told = answer.stdout
        for reason in ("连成了一圈", "请写所在省市", "与第 4 行重复", "文件中也没有", "由成员自己修改"):
            assert reason in told
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 1


def test_what_changes_between_check_and_writing_stops_everything(
    app: Flask, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        owner = accounts.organization()
        path = write(tmp_path / "list.csv", product_rows(owner.credit_code, 3))
        checked = services.check

        def then_renamed(*arguments: object) -> object:
            outcome = checked(*arguments)  # type: ignore[arg-type]
            with transaction():
                db.session.execute(sa.update(Organization).values(credit_code=accounts.credit_code()))
            return outcome

        monkeypatch.setattr(services, "check", then_renamed)
        with pytest.raises(Conflict) as refused:
            run("import", "products", path)
        assert "检查之后第 2 行变得不能写入" in refused.value.message.zh
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == 0
