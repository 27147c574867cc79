"""Files as rows and blobs: names, the store, the sweep of what no row names, and headers with which nothing runs."""

from __future__ import annotations

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import scoped_session

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.foundation.db import transaction
from marketplace.foundation.files import (
    FileVariant,
    LocalStore,
    StoredFile,
    accept_document,
    accept_picture,
    keep,
    orphans,
    prepare_document,
    response_headers,
    store,
    sweep_orphans,
)
from marketplace.foundation.files.names import clean_name
from tests.foundation.file_samples import ACTOR, HTML, PDF, Owner, picture

Rows = scoped_session[Session]


def document(name: str = "报告.pdf") -> StoredFile:
    with transaction():
        return accept_document(io.BytesIO(PDF), name, Owner(), ACTOR)


def photo(name: str = "现场.jpg") -> StoredFile:
    with transaction():
        return accept_picture(io.BytesIO(picture("JPEG", (900, 700))), name, Owner(), ACTOR)


class TestRows:
    def test_a_row_says_what_it_is_and_whose(self, session: Rows) -> None:
        session.expunge(photo())
        file = session.scalars(sa.select(StoredFile)).one()
        assert (file.name, file.media_type, file.purpose) == ("现场.jpg", "image/webp", "picture")
        assert (file.width, file.height) == (900, 700)
        assert (file.owner_type, file.owner_id, file.uploaded_by) == ("product", 3, 7)
        assert clock.now() - file.created_at < timedelta(minutes=1)
        small = file.variant("list")
        assert small is not None
        assert (small.width, small.height) == (480, 373)
        assert file.variant("other") is None

    def test_a_refused_file_leaves_no_row_and_no_blob(self, session: Rows) -> None:
        for accept in (accept_picture, accept_document):
            with pytest.raises(FieldError, match="web page"), transaction():
                accept(io.BytesIO(HTML), "a.pdf", Owner(), ACTOR)
        assert session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0
        assert list(store().blobs()) == []

    def test_one_prepared_file_may_be_kept_for_several_owners(self, session: Rows) -> None:
        prepared = prepare_document(io.BytesIO(PDF), "a.pdf")
        with transaction():
            files = [keep(prepared, Owner("product", number), ACTOR) for number in (1, 2)]
        assert [file.owner_id for file in files] == [1, 2]
        assert {file.sha256 for file in files} == {hashlib.sha256(PDF).hexdigest()}
        assert len(list(store().blobs())) == 1

    def test_variants_go_with_their_file(self, session: Rows) -> None:
        file = photo()
        with transaction():
            session.delete(file)
        assert session.scalar(sa.select(sa.func.count()).select_from(FileVariant)) == 0


class TestNames:
    @pytest.mark.parametrize(
        ("name", "clean"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\王\\报价 单.pdf", "报价 单.pdf"),
            ("/", "未命名"),
            ("..", "未命名"),
            ("", "未命名"),
            (".htaccess", "htaccess"),
            ("a\x00b\r\nc\t.pdf", "ab c.pdf"),
            ("发票\u202efdp.exe", "发票fdp.exe"),
            ("零\u200b宽.txt", "零宽.txt"),
            ('问"号?<b>|*.pdf', "问_号__b___.pdf"),
            ("节能50%（终稿）.docx", "节能50%（终稿）.docx"),
            ("e\u0301.txt", "é.txt"),
            ("半个\ud800.txt", "半个.txt"),
            ("长" * 300 + ".pdf", "长" * 65 + ".pdf"),
        ],
    )
    def test_is_cleaned_and_stays_readable(self, name: str, clean: str) -> None:
        assert clean_name(name) == clean

    def test_a_hostile_name_is_kept_clean(self, session: Rows) -> None:
        assert document("../../" + "长" * 300 + "\u202e.pdf").name == "长" * 65 + ".pdf"

    @given(st.text(max_size=400))
    def test_any_name_becomes_one_that_can_be_saved_and_stays_the_same(self, name: str) -> None:
        clean = clean_name(name)
        assert 0 < len(clean.encode()) <= 200
        assert not set('/\\<>:"|?*\0\r\n') & set(clean)
        assert clean not in (".", "..")
        assert clean_name(clean) == clean


class TestStore:
    def test_a_path_follows_from_content_alone(self, tmp_path: Path) -> None:
        local = LocalStore(tmp_path)
        sha256 = local.put(PDF)
        assert sha256 == local.put(PDF) == hashlib.sha256(PDF).hexdigest()
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"]
        assert files == [tmp_path / sha256[:2] / sha256]
        with local.open(sha256) as file:
            assert file.read() == PDF

    @pytest.mark.parametrize("name", ["../x", "a" * 63, "A" * 64, "", "a" * 64 + "\n"])
    def test_refuses_an_address_that_is_not_a_hash(self, tmp_path: Path, name: str) -> None:
        local = LocalStore(tmp_path)
        with pytest.raises(ValueError, match="SHA-256"):
            local.open(name)

    def test_says_so_when_bytes_are_missing(self, tmp_path: Path) -> None:
        local = LocalStore(tmp_path)
        assert not local.has("a" * 64)
        with pytest.raises(FileNotFoundError):
            local.open("a" * 64)

    def test_a_write_that_fails_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        local = LocalStore(tmp_path)

        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            local.put(b"x")
        assert list(local.blobs()) == []
        assert list((tmp_path / "incoming").iterdir()) == []

    def test_old_remains_of_a_killed_process_go_at_the_next_start(self, tmp_path: Path) -> None:
        LocalStore(tmp_path)
        old, new = tmp_path / "incoming" / "old", tmp_path / "incoming" / "new"
        for path in (old, new):
            path.write_bytes(b"half")
        os.utime(old, (0, 0))
        LocalStore(tmp_path)
        assert (old.exists(), new.exists()) == (False, True)


class TestSweep:
    @pytest.fixture
    def folder(self, config: Config) -> Path:
        return config.files_dir

    def age(self, sha256: str, folder: Path) -> None:
        before = time.time() - 25 * 3600
        os.utime(folder / sha256[:2] / sha256, (before, before))

    def test_removes_only_what_is_old_and_named_by_no_row(self, session: Rows, folder: Path) -> None:
        file = photo()
        named = {file.sha256, *(each.sha256 for each in file.variants)}
        old, young = store().put(b"old orphan"), store().put(b"young orphan")
        for sha256 in (*named, old):
            self.age(sha256, folder)
        assert orphans() == [old]
        assert sweep_orphans() is False
        assert {blob.sha256 for blob in store().blobs()} == named | {young}

    def test_bytes_of_an_upload_that_was_rolled_back_become_orphans(self, session: Rows, folder: Path) -> None:
        def upload_that_fails_later() -> None:
            with transaction():
                accept_document(io.BytesIO(PDF), "a.pdf", Owner(), ACTOR)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            upload_that_fails_later()
        sha256 = hashlib.sha256(PDF).hexdigest()
        self.age(sha256, folder)
        assert orphans() == [sha256]

    def test_bytes_put_again_while_the_sweep_runs_stay(self, session: Rows, folder: Path) -> None:
        sha256 = store().put(b"orphan")
        self.age(sha256, folder)
        assert orphans() == [sha256]
        store().put(b"orphan")
        assert not store().discard(sha256, unless_put_since=clock.now() - timedelta(days=1))
        assert store().has(sha256)


class TestServing:
    def test_a_document_is_only_ever_saved(self) -> None:
        name = "检测 100%；_报告_.pdf"
        file = StoredFile(name=name, purpose="document", media_type="application/pdf", size=9, sha256="0" * 64)
        headers = response_headers(file)
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"] == (
            'attachment; filename="__ 100______.pdf"; '
            "filename*=UTF-8''%E6%A3%80%E6%B5%8B%20100%25%EF%BC%9B_%E6%8A%A5%E5%91%8A_.pdf"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"].startswith("private")
        assert headers["Content-Length"] == "9"

    def test_a_picture_is_shown_as_what_it_was_made(self, session: Rows) -> None:
        file = photo()
        small = file.variant("list")
        assert small is not None
        headers, smaller = response_headers(file), response_headers(file, small)
        assert headers["Content-Type"] == smaller["Content-Type"] == "image/webp"
        assert (
            headers["Content-Disposition"] == "inline; filename=\"__.webp\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.webp"
        )
        assert (headers["ETag"], smaller["ETag"]) == (f'"{file.sha256}"', f'"{small.sha256}"')
        assert smaller["Content-Length"] == str(small.size)
        assert headers["X-Content-Type-Options"] == "nosniff"

    @given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80))
    def test_no_name_breaks_out_of_its_header(self, name: str) -> None:
        file = StoredFile(name=name, purpose="document", media_type="text/plain", size=1, sha256="0" * 64)
        value = response_headers(file)["Content-Disposition"]
        assert value.isascii()
        assert value.isprintable()
        assert (value.count('"'), value.count(";")) == (2, 2)
        assert unquote(value.partition("UTF-8''")[2]) == name
