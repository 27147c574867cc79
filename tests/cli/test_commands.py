"""The command line: what a command says, its exit status, and one line on stderr when it could not be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.cli import told
from marketplace.cli.docs import lifecycle_document
from marketplace.cli.seeding import load_sample
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger, outbox
from marketplace.foundation.db import db, transaction
from marketplace.organizations.models import Organization
from marketplace.posts.models import Post
from marketplace.products.models import Product
from tests.factories import accounts
from tests.support.commands import Run, assert_one_line, runner
from tests.support.databases import KINDS, Databases
from tests.support.sample_site import SAID, sample_site

ROOT = Path(__file__).parents[2]


# ---- usage ----------------------------------------------------------------------------------------------------------


WRONG = [
    "fly", "seed", "run --port x", "run --port 70000", "grant", "grant a@b.cn", "audit verify --nothing",
    "docs lifecycles",
]  # fmt: skip


@pytest.mark.parametrize("line", WRONG)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_word_is_usage(run: Run, line: str) -> None:
    said = run(*line.split())
    assert said.status == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("index", "--help"), ("seed", "scale", "--help")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_help_is_no_failure(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.status == 0
    assert "Usage:" in said.out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bad_setting_is_assert_one_line(run: Run) -> None:
    assert_one_line(run("index", "status", MARKETPLACE_LANGUAGE="de"), 1, "MARKETPLACE_LANGUAGE='de'", "zh_CN, en")
    assert_one_line(
        run("index", "status", MARKETPLACE_LANGUAGE="", MARKETPLACE_SECRET_KEY=""),
        1,
        "MARKETPLACE_SECRET_KEY",
        "required",
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Refused(Text("规", "Rule."), Text("事", "Fact."), Text("下", "Next.")), "Rule. Fact. Next."),
        (Invalid([FieldError("a", Text("甲", "A")), FieldError("b", Text("乙", "B"))]), "a: A; b: B"),
        (Conflict(Text("先", "First")), "First"),
        (NotFound(), "not found"),
        (FieldError("a", Text("甲", "A")), "a: A"),
        (OSError("no space left"), "no space left"),
    ],
)
def test_an_error_is_told_in_assert_one_line(error: Exception, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert told(error) == line


def test_chinese_where_the_terminal_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert told(Conflict(Text("先", "First"))) == "先"


# ---- the database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the test makes its own
def test_an_empty_database_says_what_to_do(run: Run, databases: Databases, kind: str) -> None:
    with databases.fresh(kind, migrated=False) as url:
        for words in (
            ("audit", "verify"),
            ("seed", "demo"),
            ("grant", "a@b.cn", "局/340100/review"),
            ("index", "rebuild"),
        ):
            said = run(*words, MARKETPLACE_DATABASE_URL=url, MARKETPLACE_DEMO="1")
            assert_one_line(said, 1, "marketplace init")
        assert run("init", MARKETPLACE_DATABASE_URL=url).status == 0
        assert run("init", MARKETPLACE_DATABASE_URL=url).out == "database: ready\n"
        assert run("audit", "verify", MARKETPLACE_DATABASE_URL=url).out.endswith(" entries hold.\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_away_is_assert_one_line(run: Run) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"
    assert_one_line(run("audit", "verify", MARKETPLACE_DATABASE_URL=away), 1, "the database does not answer")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_data_folder_that_cannot_be_made_is_assert_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = run("audit", "verify", MARKETPLACE_DATA_DIR=str(tmp_path / "file" / "data"))
    assert_one_line(said, 1, "file")


def test_the_sample_goes_into_a_demonstration_only(run: Run) -> None:
    """Its accounts have a password that everybody knows."""
    assert_one_line(run("seed", "demo"), 1, "MARKETPLACE_DEMO=1")


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_is_loaded_once(
    kind: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_site(databases, tmp_path, kind) as site, site.app.app_context():
        said = (tmp_path / SAID).read_text(encoding="utf-8")
        products = db.session.scalar(sa.select(sa.func.count()).select_from(Product))
        assert products > 150
        assert "Subject:" not in said, "what the sample's history would have told people is past"
        assert outbox.waiting() == (0, 0.0)
        db.session.rollback()
        with runner(site.app.extensions["config"].database, tmp_path, monkeypatch, capsys) as run:
            assert_one_line(run("seed", "demo", MARKETPLACE_DEMO="1"), 1, "already has users")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Product)) == products
        assert ledger.verify().broken is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_large_data_set_is_the_same_each_time(run: Run, databases: Databases) -> None:
    found = []
    for _ in range(2):
        with databases.fresh("sqlite") as url:
            size = ("--products", "30", "--scenarios", "12", "--organizations", "5", "--seed", "3")
            assert run("seed", "scale", *size, MARKETPLACE_DATABASE_URL=url).status == 0
            engine = sa.create_engine(url)
            with engine.connect() as connection:
                rows = [connection.execute(sa.text(f"SELECT number, title, content FROM {t} ORDER BY number")).all()
                        for t in ("product", "scenario")]  # fmt: skip
            engine.dispose()
            found.append(rows)
    assert [len(rows) for rows in found[0]] == [30, 12]
    assert [[row[:2] for row in rows] for rows in found[0]] == [[row[:2] for row in rows] for rows in found[1]]


# ---- posts ----------------------------------------------------------------------------------------------------------


def test_a_post_is_given(run: Run, session: scoped_session[Session]) -> None:
    key = accounts.person("zhang@test.example").id
    said = run("grant", "Zhang@test.example", "合肥市经信局/340100/verify,review", "省工信厅/340000/review")
    assert (said.status, len(said.out.splitlines())) == (0, 2)
    session.rollback()
    posts = session.scalars(sa.select(Post).where(Post.user_id == key).order_by(Post.id)).all()
    assert [(post.department, post.region, post.duties) for post in posts] == [
        ("合肥市经信局", "340100", ["verify", "review"]), ("省工信厅", "340000", ["review"]),
    ]  # fmt: skip
    assert [ledger.history(post)[0].action for post in posts] == ["grant", "grant"]


@pytest.mark.parametrize(
    ("words", "status", "told_words"),
    [
        (("nobody@test.example", "局/340100/review"), 1, "register first"),
        (("zhang@test.example", "局/340100/fly"), 1, "duties"),
        (("zhang@test.example", "局/340111/review"), 1, "region"),
        (("zhang@test.example", "局/999999/review"), 1, "region"),
        (("zhang@test.example", "局/340100"), 2, "DEPARTMENT/REGION/DUTY"),
        (("zhang@test.example", "局/340100/review", "局/340100/fly"), 1, "duties"),
    ],
)
def test_a_post_that_cannot_be_is_refused_whole(
    run: Run, session: scoped_session[Session], words: tuple[str, ...], status: int, told_words: str
) -> None:
    accounts.person("zhang@test.example")
    said = run("grant", *words)
    assert (said.status, told_words in said.err) == (status, True), said
    session.rollback()
    assert session.query(Post).count() == 0


def test_an_administrator_is_made(run: Run, session: scoped_session[Session]) -> None:
    key = accounts.person("zhang@test.example").id
    assert run("grant", "zhang@test.example", "admin:audit").out == "zhang@test.example: audit administrator\n"
    session.rollback()
    assert session.get_one(User, key).administrator == "audit"
    assert_one_line(run("grant", "zhang@test.example", "admin:system"), 1, "one kind of administration")
    assert run("grant", "zhang@test.example", "admin:root").status == 2


# ---- history --------------------------------------------------------------------------------------------------------


def test_history_is_verified_and_exported(run: Run, session: scoped_session[Session], tmp_path: Path) -> None:
    accounts.person("zhang@test.example")
    said = run("audit", "verify", "--export", str(tmp_path / "history.jsonl"))
    assert (said.status, said.out) == (0, "2 entries hold.\n")
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["action"][0] for line in lines] == ["register", "confirm"]
    assert [line["previous"] for line in lines] == [ledger.FIRST, lines[0]["hash"]]
    session.rollback()
    assert [entry.digest() for entry in ledger.entries()] == [line["hash"] for line in lines]
    text = (tmp_path / "history.jsonl").read_text(encoding="utf-8")
    assert "zhang" not in text
    assert run("audit", "check", str(tmp_path / "history.jsonl")).out == "2 entries hold.\n"
    (tmp_path / "forged.jsonl").write_text(text.replace('"confirm"', '"approve"'), encoding="utf-8")
    assert_one_line(run("audit", "check", str(tmp_path / "forged.jsonl")), 1, "entry 2", "was changed after")


def test_a_broken_history_is_named(run: Run, session: scoped_session[Session]) -> None:
    accounts.person("zhang@test.example")
    with transaction():
        session.execute(sa.text("DELETE FROM ledger_head"))
    assert_one_line(run("audit", "verify"), 1, "broken at entry 3", "2 entries before it hold", "Restore a backup")


# ---- index ----------------------------------------------------------------------------------------------------------


def test_the_index_is_built_checked_and_told(run: Run, session: scoped_session[Session]) -> None:
    assert_one_line(run("index", "status"), 1, "marketplace index rebuild")
    made = accounts.organization(name="芜湖雪狼机器人有限公司").id
    session.rollback()
    assert run("index", "rebuild").out == "generation 1: 1 documents\n"
    status = run("index", "status")
    assert (status.status, "1 documents" in status.out) == (0, True)
    assert run("index", "check").out == "the index agrees with the database\n"
    with transaction():
        session.get_one(Organization, made).about = "做雪地机器人。"
    found = run("index", "check")
    assert found.status == 1
    assert f"stale: organization {made}" in found.out
    assert "1 differences, mended; 0 left" in found.err
    assert run("index", "check").status == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the files are the same beside both
def test_a_damaged_index_is_named_and_built_anew(run: Run, session: scoped_session[Session], tmp_path: Path) -> None:
    accounts.organization()
    session.rollback()
    run("index", "rebuild")
    for path in (tmp_path / "data" / "search").rglob("*"):
        if path.is_file() and path.stat().st_size > 8:
            path.write_bytes(path.read_bytes()[:-1])
    found = run("index", "check")
    assert (found.status, "file: " in found.out) == (1, True)
    assert "built anew" in found.err
    assert run("index", "check").status == 0


# ---- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_document_of_the_life_cycles_is_that_of_the_code(run: Run, tmp_path: Path) -> None:
    said = run("docs", "lifecycles", str(tmp_path / "lifecycles.md"))
    assert said.status == 0
    assert (tmp_path / "lifecycles.md").read_text(encoding="utf-8") == lifecycle_document()
    assert (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8") == lifecycle_document(), (
        "write it anew: marketplace docs lifecycles docs/lifecycles.md"
    )


def test_the_sample_is_one_transaction(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that was killed while loading leaves an empty database, which the next start fills."""

    def full(*_given: object) -> None:
        raise OSError("the disk is full")

    with app.app_context():
        monkeypatch.setattr("marketplace.cli.seeding.Walk.bring", full)
        with pytest.raises(OSError, match="full"):
            load_sample()
        assert db.session.query(User).count() == 0
        assert db.session.query(Product).count() == 0
