"""Export → import → export gives the same again, for everything of the sample, also into an empty site."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from marketplace.app import create_app
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry, verify
from marketplace.foundation.tables import read_table
from marketplace.lists.commands import export_list, import_list
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.web.command import Setup
from tests.lists.conftest import Run
from tests.support.databases import Databases
from tests.support.settings import environment, settings
from tests.support.site import close

KINDS = ("organizations", "products", "scenarios")


def counts(app: Flask) -> list[int]:
    with app.app_context():
        tables = (Organization, Product, Scenario, LedgerEntry)
        return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_into_the_same_site_nothing_changes(sample: Flask, run: Run, tmp_path: Path, language: str) -> None:
    before = counts(sample)
    for kind in KINDS:
        first, second = tmp_path / f"{kind}.csv", tmp_path / f"{kind}-2.csv"
        assert run("export", kind, first, "--language", language).exit_code == 0
        answer = run("import", kind, first)
        assert answer.exit_code == 0, answer.output
        assert "新增 0，更新 0" in answer.stdout
        run("export", kind, second, "--language", language)
        assert first.read_bytes() == second.read_bytes()
    assert counts(sample) == before


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_into_an_empty_site_everything_comes_back(
    sample: Flask, run: Run, tmp_path: Path, databases: Databases, ending: str
) -> None:
    firsts = {kind: tmp_path / f"{kind}.{ending}" for kind in KINDS}
    for kind, path in firsts.items():
        assert run("export", kind, path).exit_code == 0
    seconds = tmp_path / "second"
    seconds.mkdir()
    with databases.fresh("sqlite") as url:
        other = create_app(settings(url, tmp_path / "other"))
        move(other, firsts, seconds, ending)
        with other.app_context():
            assert verify().broken is None
        close(other)
    for path in firsts.values():
        again = seconds / path.name
        if ending == "csv":
            assert again.read_bytes() == path.read_bytes()
        with path.open("rb") as one, again.open("rb") as two:
            assert read_table(one, path.name) == read_table(two, path.name)


def move(other: Flask, files: dict[str, Path], folder: Path, ending: str) -> None:
    """Import the files into another site and export them there."""
    setup = Setup(lambda _config: other, lambda _app: lambda: None, environment("", folder))
    for kind, path in files.items():
        answer = CliRunner().invoke(import_list, [kind, str(path)], obj=setup)
        assert answer.exit_code == 0, answer.output
        assert CliRunner().invoke(export_list, [kind, str(folder / f"{kind}.{ending}")], obj=setup).exit_code == 0


def test_an_export_is_there_only_when_it_is_complete(sample: Flask, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "products.txt"
    answer = run("export", "products", path)
    assert answer.exit_code == 1
    assert "文件名要以 .csv 或 .xlsx 结尾" in answer.stderr
    assert list(tmp_path.glob("products*")) == []


def test_the_template_of_every_list_is_what_an_import_reads(run: Run, tmp_path: Path) -> None:
    for kind in KINDS:
        path = tmp_path / f"{kind}.xlsx"
        assert run("lists", "template", kind, path).exit_code == 0
        answer = run("import", kind, path)
        assert answer.exit_code == 1
        assert "只有列名，没有数据" in answer.stderr
    assert run("lists", "template", "products", tmp_path / "t.csv").exit_code == 1
