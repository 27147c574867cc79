"""Migrations: up to what the models say, down to nothing, and up again, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory

from marketplace.foundation.db import migrate
from tests.architecture.source import ROOT
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings

VERSIONS = ROOT / "migrations" / "versions"

pytestmark = pytest.mark.migrations


def alembic(url: str = "") -> AlembicConfig:
    made = AlembicConfig(str(ROOT / "migrations" / "alembic.ini"))
    made.attributes["database"] = url
    return made


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    found = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_up_check_down_up(databases: Databases, tmp_path: Path, kind: str) -> None:
    with databases.fresh(kind, migrated=False) as url:
        config = settings(url, tmp_path)
        migrate(config)
        after = tables(url)
        assert "ledger_entry" in after
        command.check(alembic(url))  # raises where the models say something else
        migrate(config, "base")
        assert tables(url) == set(), "a downgrade leaves nothing behind"
        migrate(config)
        assert tables(url) == after


def test_one_line_of_history() -> None:
    script = ScriptDirectory.from_config(alembic())
    assert len(script.get_heads()) == 1, "two migrations follow the same one: rebase the later"
    assert len(script.get_bases()) == 1


def test_names_tell_when_and_what() -> None:
    names = [path.name for path in VERSIONS.glob("*.py") if path.name != "__init__.py"]
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{8}_\d{4}_[a-z0-9_]+\.py", name)] == []
