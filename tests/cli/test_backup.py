"""``backup`` and ``restore``: what is read back is what was there, also under load and in the other database."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import stat
import tarfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.accounts.models import User, UserSession
from marketplace.accounts.sessions import open_session
from marketplace.accounts.throttle import Origin
from marketplace.admin.models import BackupMade
from marketplace.app import create_app
from marketplace.cli.seeding_organizations import LICENCE
from marketplace.core.actor import SYSTEM
from marketplace.foundation import backup, ledger
from marketplace.foundation.db import db, migrate, transaction
from marketplace.foundation.files import StoredFile, store
from marketplace.foundation.files.store import LocalStore
from marketplace.organizations.services import change_organization, keep_licence, prepare_licence
from tests.factories import accounts, products
from tests.support.commands import Run, assert_one_line, runner
from tests.support.databases import Databases
from tests.support.settings import settings
from tests.support.site import close

# Of these a restored site has its own rows: everybody signs in anew, and the index is built by it.
OWN = {"database/user_session.jsonl", "database/backup_made.jsonl", "database/ledger_head.jsonl"}
DERIVED = ("database/search_", "database/pulse")


def settled(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in parts.items() if name not in OWN and not name.startswith(DERIVED)}


def fill() -> None:
    """Rows of every type: a file, a subsidiary before its parent, a session, dates, JSON, history."""
    child, parent = accounts.organization(), accounts.organization(name="上级“单位” \\ \u2028 🤖")
    actor = accounts.actor(child.members[0].user)
    with transaction():
        licence = keep_licence(child, prepare_licence(io.BytesIO(LICENCE), "执照.pdf"), actor)
        child.licence_id, child.parent_id = licence, parent.id
    products.product("published", child)
    with transaction():
        open_session(child.members[0].user, Origin("127.0.0.1"))


def under_load(app: Flask, work: Callable[[], None]) -> int:
    """Do ``work`` while another thread changes the same organization; returns how often it did."""
    stop, started, times = threading.Event(), threading.Event(), 0

    def change() -> None:
        nonlocal times
        with app.app_context():
            made = accounts.organization(name="忙碌单位")
            actor = accounts.actor(made.members[0].user)
            while not stop.is_set():
                with transaction():
                    change_organization(made, {"about": f"第 {times} 次"}, actor)
                times += 1
                started.set()
            db.session.remove()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert started.wait(20)
        work()
    finally:
        stop.set()
        thread.join()
    return times


def test_what_is_restored_is_what_was_there(
    run: Run, app: Flask, databases: Databases, database_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with app.app_context():
        fill()
        archive, own_store = tmp_path / "one.tar.gz", store()
        under_load(app, lambda: backup.write(archive, db.engine, own_store))
        written = backup.checked(archive)
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        assert ledger.verify().entries > written.history[0] > 10, "it was written to while it was copied"
    other = "postgresql" if database_url.startswith("sqlite") else "sqlite"
    with (
        databases.fresh(other, migrated=False) as url,
        runner(url, tmp_path / "other", monkeypatch, capsys) as elsewhere,
    ):
        said = elsewhere("restore", str(archive))
        assert said.status == 0, said.err
        assert f"{written.history[0]} entries of history hold" in said.out
        again = create_app(settings(url, tmp_path / "other"))
        with again.app_context():
            second = tmp_path / "two.tar.gz"
            assert settled(backup.write(second, db.engine, store()).parts) == settled(written.parts)
            assert ledger.verify().entries == written.history[0]
            assert db.session.query(UserSession).filter_by(ended_at=None).count() == 0
            file = db.session.query(StoredFile).one()
            with store().open(file.sha256) as blob:
                assert blob.read() == LICENCE
            before = db.session.scalar(sa.select(sa.func.max(User.id)))
            assert before is not None
            assert accounts.person().id == before + 1
        close(again)
        assert_one_line(elsewhere("restore", str(archive)), 1, "has users", "MARKETPLACE_DATABASE_URL")


def test_backup_says_what_it_wrote_and_keeps_a_record(run: Run, app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        accounts.person()
    archive = tmp_path / "site.tar.gz"
    said = run("backup", str(archive))
    assert said.status == 0, said.err
    with app.app_context():
        made = db.session.query(BackupMade).one()
        assert made.digest in said.out
        assert made.size == archive.stat().st_size
    assert_one_line(run("backup", str(archive)), 1, "exists already")
    assert [each.name for each in tmp_path.glob("*site*")] == ["site.tar.gz"]


def rewritten(archive: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with its members changed; None leaves one out."""
    made = archive.with_name("changed.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(made, "w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            data = change(member.name, file.read())
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return made


def newer(key: str, value: object) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        return json.dumps({**json.loads(data), key: value}).encode() if name == backup.MANIFEST else data

    return change


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_or_newer_archive_is_refused(
    run: Run, app: Flask, databases: Databases, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    archive = tmp_path / "site.tar.gz"
    with app.app_context():
        fill()
        backup.write(archive, db.engine, store())
    whole = archive.read_bytes()
    cut, flipped, other = (tmp_path / name for name in ("cut.gz", "flipped.gz", "other.gz"))
    cut.write_bytes(whole[: len(whole) // 2])
    middle = len(whole) // 2
    flipped.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    other.write_bytes(gzip.compress(b"nothing of ours"))
    with (
        databases.fresh("sqlite", migrated=False) as url,
        runner(url, tmp_path / "other", monkeypatch, capsys) as elsewhere,
    ):
        for path in (cut, flipped, other):
            assert_one_line(elsewhere("restore", str(path)), 1, "damaged")
        for change in (
            lambda name, data: None if name == backup.MANIFEST else data,
            lambda name, data: None if name.startswith("files/") else data,
            lambda name, data: data.replace("忙".encode(), "闲".encode()) + b" " if "user_account" in name else data,
        ):
            assert_one_line(elsewhere("restore", str(rewritten(archive, change))), 1, "damaged")
        for change in (newer("format", 2), newer("revision", "9999")):
            assert_one_line(elsewhere("restore", str(rewritten(archive, change))), 1, "newer program")
        assert_one_line(elsewhere("restore", str(tmp_path / "none.gz")), 1, "none.gz")
        strange = tmp_path / "strange.gz"
        with tarfile.open(strange, "w:gz") as file:
            file.addfile(tarfile.TarInfo("../../etc/passwd"), io.BytesIO())
        assert_one_line(elsewhere("restore", str(strange)), 1, "damaged", "no part")
        # What was refused has written nothing.
        assert elsewhere("restore", str(archive)).status == 0


def test_history_that_was_broken_before_is_said(
    run: Run, app: Flask, databases: Databases, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    archive = tmp_path / "site.tar.gz"
    with app.app_context():
        person = accounts.person()
        with transaction():
            ledger.record(person, "appoint", SYSTEM, reason="真")
        backup.write(archive, db.engine, store())

    def forge(name: str, data: bytes) -> bytes:
        if "ledger_entry" in name:
            return data.replace("真".encode(), "假".encode())
        if name == backup.MANIFEST:
            values = json.loads(data)
            values["parts"]["database/ledger_entry.jsonl"] = forged
            return json.dumps(values).encode()
        return data

    with tarfile.open(archive) as file:
        lines = file.extractfile("database/ledger_entry.jsonl")
        assert lines is not None
        forged = hashlib.sha256(lines.read().replace("真".encode(), "假".encode())).hexdigest()
    with (
        databases.fresh("sqlite", migrated=False) as url,
        runner(url, tmp_path / "other", monkeypatch, capsys) as elsewhere,
    ):
        assert_one_line(elsewhere("restore", str(rewritten(archive, forge))), 1, "history is broken", "changed")


def test_an_older_archive_is_brought_up(
    run: Run, databases: Databases, database_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kind, archive = database_url.partition(":")[0].partition("+")[0], tmp_path / "old.tar.gz"
    with databases.fresh(kind, migrated=False) as url:
        migrate(settings(url, tmp_path / "old"), "0010")
        engine = sa.create_engine(url)
        assert backup.write(archive, engine, LocalStore(tmp_path / "old" / "files")).revision == "0010"
        engine.dispose()
    with (
        databases.fresh(kind, migrated=False) as url,
        runner(url, tmp_path / "new", monkeypatch, capsys) as elsewhere,
    ):
        said = elsewhere("restore", str(archive))
        assert said.status == 0, said.err
        assert elsewhere("audit", "verify").status == 0
