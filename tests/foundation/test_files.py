"""Files: what is accepted and how it is kept, what is refused and with which words, what is served, what is swept."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from xlsxwriter import Workbook

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError
from marketplace.foundation.db import Base, db, init_database, transaction
from marketplace.foundation.files import (
    FileVariant,
    LocalStore,
    StoredFile,
    accept_document,
    accept_picture,
    init_files,
    orphans,
    response_headers,
    store,
    sweep_orphans,
)
from marketplace.foundation.files.names import clean_name

MB = 1024 * 1024
ACTOR = Actor(kind="user", user_id=7, name="张工")
OFFICE = "application/vnd.openxmlformats-officedocument."
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MAIN = {
    "docx": ("word/document.xml", OFFICE + "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", OFFICE + "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", OFFICE + "presentationml.presentation.main+xml"),
    "docm": ("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
}


@dataclass
class Owner:
    subject_type: str = "product"
    id: int = 3


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    config = Config(data_dir=tmp_path)
    flask = Flask("files")
    init_database(flask, config)
    init_files(flask, config)
    with flask.app_context():
        Base.metadata.create_all(db.engine)
        yield flask
        db.session.remove()
        db.engine.dispose()


def take(accept: Callable[..., StoredFile], data: bytes, name: str) -> StoredFile:
    with transaction():
        return accept(io.BytesIO(data), name, Owner(), ACTOR, field="files.0")


def refused(accept: Callable[..., StoredFile], data: bytes, name: str) -> FieldError:
    with pytest.raises(FieldError) as caught:
        take(accept, data, name)
    error = caught.value
    assert error.field == "files.0"
    for text in (error.message.zh, error.message.en):
        assert clean_name(name) in text
        assert ("10 MB" if accept is accept_picture else "20 MB") in text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0
    assert list(store().blobs()) == []
    return error


def picture(form: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(target, form, **options)
    return target.getvalue()


def kept(sha256: str) -> Image.Image:
    with store().open(sha256) as file:
        image = Image.open(io.BytesIO(file.read()), formats=("WEBP",))
    image.load()
    return image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(width: int, height: int) -> bytes:
    """A small file that says it is huge, with pixels that inflate well."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")


def package(kind: str, parts: dict[str, str | bytes] | None = None, *, types: str = "") -> bytes:
    """A minimal Office package with further parts."""
    part, media_type = MAIN[kind]
    content = f'<Types>{types}<Override PartName="/{part}" ContentType="{media_type}"/></Types>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", content)
        archive.writestr("_rels/.rels", relationship("officeDocument", part))
        archive.writestr(part, "<document/>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return target.getvalue()


def relationship(kind: str, target: str, mode: str = "") -> str:
    mode = f' TargetMode="{mode}"' if mode else ""
    return (
        f'<Relationships><Relationship Id="r1" Type="{RELATIONSHIPS}{kind}" Target="{target}"{mode}/></Relationships>'
    )


def workbook() -> bytes:
    target = io.BytesIO()
    book = Workbook(target)
    book.add_worksheet("表").write_string(0, 0, "型号")
    book.close()
    return target.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00" + bytes(200)
GIF_PAGE = b"GIF89a/*" + bytes(30) + b"*/=1;<html><script>alert(1)</script></html>"


class TestPictures:
    @pytest.mark.parametrize(("form", "name"), [("JPEG", "巡检.jpg"), ("PNG", "巡检.PNG"), ("WEBP", "巡检.webp")])
    def test_is_kept_as_webp_with_its_variants(self, app: Flask, form: str, name: str) -> None:
        file = take(accept_picture, picture(form, (2600, 1300)), name)
        assert (file.name, file.media_type, file.purpose) == (name, "image/webp", "picture")
        assert (file.width, file.height) == (2000, 1000) == kept(file.sha256).size
        assert (file.owner_type, file.owner_id, file.uploaded_by) == ("product", 3, 7)
        assert {each.kind: (each.width, each.height) for each in file.variants} == {
            "list": (480, 240),
            "page": (1200, 600),
        }
        for each in file.variants:
            assert kept(each.sha256).size == (each.width, each.height)
            with store().open(each.sha256) as blob:
                assert len(blob.read()) == each.size
        assert file.variant("list").size <= 25_000
        assert file.variant("other") is None

    def test_a_noisy_picture_is_brought_down_towards_the_budget(self, app: Flask) -> None:
        target = io.BytesIO()
        # Noise is the hardest picture; at the first quality its list variant has about 40 KB.
        Image.effect_noise((700, 500), 20).convert("RGB").save(target, "JPEG", quality=95)
        file = take(accept_picture, target.getvalue(), "noise.jpg")
        assert file.variant("list").size <= 25_000
        assert file.variant("page").size <= 120_000

    def test_a_small_picture_is_not_blown_up(self, app: Flask) -> None:
        file = take(accept_picture, picture("PNG", (40, 30)), "标志.png")
        assert (file.width, file.height) == (40, 30)
        assert {(each.width, each.height) for each in file.variants} == {(40, 30)}

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_stands_upright_and_forgets_where_it_was_taken(self, app: Flask, form: str) -> None:
        image = Image.new("RGB", (60, 40), "white")
        image.paste("red", (0, 0, 20, 40))
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees clockwise
        exif[0x010F] = "secret-camera"
        exif.get_ifd(0x8825)[1] = "N"
        target = io.BytesIO()
        image.save(target, form, exif=exif, icc_profile=b"secret-profile" * 20, quality=95)
        assert b"secret-camera" in target.getvalue()
        file = take(accept_picture, target.getvalue(), "现场." + form.lower())
        shown = kept(file.sha256)
        assert shown.size == (40, 60)
        red, green, _blue = shown.convert("RGB").getpixel((20, 5))
        assert red > 200
        assert green < 80
        for sha256 in (file.sha256, *(each.sha256 for each in file.variants)):
            with store().open(sha256) as blob:
                data = blob.read()
            assert b"secret" not in data
            assert not {b"EXIF", b"ICCP", b"XMP "} & {data[i : i + 4] for i in range(12, 200)}

    def test_transparency_stays(self, app: Flask) -> None:
        target = io.BytesIO()
        Image.new("RGBA", (50, 50), (0, 0, 255, 0)).save(target, "PNG")
        assert kept(take(accept_picture, target.getvalue(), "a.png").sha256).getpixel((5, 5))[3] == 0

    @pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "I;16"])
    def test_every_colour_mode_is_drawn(self, app: Flask, mode: str) -> None:
        target = io.BytesIO()
        sixteen_bits = Image.new("I;16", (64, 64), 32768)
        image = sixteen_bits if mode == "I;16" else Image.new("L", (64, 64), 128).convert(mode)
        image.save(target, "JPEG" if mode == "CMYK" else "PNG")
        shown = kept(take(accept_picture, target.getvalue(), "a.jpg").sha256).convert("RGB")
        if mode != "1":
            assert all(abs(value - 128) < 12 for value in shown.getpixel((30, 30)))

    @pytest.mark.parametrize("form", ["PNG", "WEBP"])
    def test_of_an_animation_the_first_picture_is_kept(self, app: Flask, form: str) -> None:
        target = io.BytesIO()
        frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
        frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=100)
        shown = kept(take(accept_picture, target.getvalue(), "动.webp").sha256)
        assert getattr(shown, "n_frames", 1) == 1
        assert shown.convert("RGB").getpixel((9, 9))[0] > 200

    @pytest.mark.parametrize(
        ("data", "name", "found"),
        [
            (HTML, "照片.png", "网页"),
            (SVG, "图.png", "SVG"),
            (SVG, "图.svg", "SVG"),
            (GIF_PAGE, "动图.png", "GIF"),
            (EXE, "a.jpg", "可执行"),
            (b"", "空.png", "0 字节"),
            (PDF, "a.jpg", "PDF"),
            (picture("BMP"), "a.png", "BMP"),
            (picture("JPEG")[:2000], "断.jpg", "不完整"),
            (picture("PNG")[:-40], "断.png", "不完整"),
            (picture("WEBP")[:-40], "断.webp", "不完整"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png", "不完整"),
            (picture("JPEG"), "a.html", "扩展名 .html"),
            (picture("JPEG"), "没有扩展名", "没有扩展名"),
            (picture("PNG") + bytes(int(10.1 * MB)), "大.png", "10.11 MB"),
        ],
    )
    def test_refuses(self, app: Flask, data: bytes, name: str, found: str) -> None:
        assert found in refused(accept_picture, data, name).message.zh

    @pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (8_000, 6_000), (2**31 - 1, 2**31 - 1)])
    def test_refuses_a_decompression_bomb_before_decoding_it(self, app: Flask, width: int, height: int) -> None:
        started = time.monotonic()
        error = refused(accept_picture, huge_png(width, height), "bomb.png")
        assert f"{width} × {height}" in error.message.zh
        assert time.monotonic() - started < 1

    @pytest.mark.parametrize("lossless", [True, False])
    def test_refuses_a_webp_bomb(self, app: Flask, lossless: bool) -> None:
        data = bytearray(picture("WEBP", (16, 16), lossless=lossless))
        if lossless:
            data[21:25] = (int.from_bytes(data[21:25], "little") | 0x0FFF_FFFF).to_bytes(4, "little")
        else:
            data[26:30] = struct.pack("<HH", 16_383, 16_383)
        assert "4000 万" in refused(accept_picture, bytes(data), "bomb.webp").message.zh

    def test_refuses_a_jpeg_bomb(self, app: Flask) -> None:
        data = bytearray(picture("JPEG", (16, 16)))
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
        assert "60000 × 60000" in refused(accept_picture, bytes(data), "bomb.jpg").message.zh

    def test_a_page_hidden_behind_a_picture_is_gone(self, app: Flask) -> None:
        file = take(accept_picture, picture("JPEG") + HTML, "a.jpg")
        with store().open(file.sha256) as blob:
            assert b"script" not in blob.read()


class TestDocuments:
    @pytest.mark.parametrize(
        ("data", "name", "media_type"),
        [
            (PDF, "检测报告.pdf", "application/pdf"),
            (package("docx"), "方案.docx", OFFICE + "wordprocessingml.document"),
            (workbook(), "参数.xlsx", OFFICE + "spreadsheetml.sheet"),
            (package("pptx"), "介绍.PPTX", OFFICE + "presentationml.presentation"),
            ("重量 20 kg\r\n".encode(), "说明.txt", "text/plain"),
            ("型号,重量\r\n甲,5".encode("gb18030"), "表.csv", "text/csv"),
            (b"\xef\xbb\xbfBM a text that begins like a bitmap", "a.txt", "text/plain"),
            (b"a < b, <5 mm>", "a.txt", "text/plain"),
        ],
    )
    def test_is_kept_as_it_is(self, app: Flask, data: bytes, name: str, media_type: str) -> None:
        file = take(accept_document, data, name)
        assert (file.name, file.media_type, file.size, file.purpose) == (name, media_type, len(data), "document")
        assert (file.width, file.height, file.variants) == (None, None, [])
        with store().open(file.sha256) as blob:
            assert blob.read() == data

    @pytest.mark.parametrize(
        ("data", "name", "found"),
        [
            (b"", "空.pdf", "0 字节"),
            (PDF + bytes(int(20.1 * MB)), "大.pdf", "20.11 MB"),
            (HTML, "页.html", "扩展名 .html"),
            (HTML, "页.txt", "网页"),
            (HTML, "页.pdf", "网页"),
            (b"\xef\xbb\xbf \n" + HTML, "页.csv", "网页"),
            ("好".encode("gb18030") + HTML, "页.txt", "网页"),
            (SVG, "图.txt", "SVG"),
            (b"<svg onload=alert(1)>", "图.csv", "SVG"),
            (b"#!/bin/sh\nrm -rf /", "a.txt", "脚本"),
            (EXE, "a.exe", "扩展名 .exe"),
            (EXE, "a.pdf", "可执行"),
            (EXE, "a.docx", "可执行"),
            (b"\x7fELF" + bytes(100), "a.txt", "可执行"),
            (picture("PNG"), "a.pdf", "PNG"),
            (GIF_PAGE, "a.txt", "网页"),
            ("型号".encode("utf-16"), "a.txt", "UTF-16"),
            (bytes(range(256)), "a.txt", "无法识别"),
            (PDF, "a.txt", "PDF"),
            (PDF, "a.docx", "PDF"),
            (PDF[:-8], "断.pdf", "PDF 不完整"),
            (PDF + HTML, "尾.pdf", "PDF 不完整"),
            (b"junk" + PDF, "头.pdf", "纯文本"),
            (package("docx"), "a.xlsx", "内容却是 docx"),
            (package("docx"), "a.zip", "扩展名 .zip"),
            (package("docm"), "a.docm", "宏"),
            (package("docm"), "a.docx", "宏"),
            (package("xlsx", {"xl/vbaProject.bin": b"x"}), "a.xlsx", "宏"),
            (package("xlsx", {"xl/VBAPROJECT.BIN": b"x"}), "a.xlsx", "宏"),
            (package("xlsx", {"xl/macrosheets/sheet1.xml": b"x"}), "a.xlsx", "宏"),
            (package("docx", {"word/embeddings/setup.exe": b"x"}), "a.docx", "可执行"),
            (package("docx", types='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
             "a.docx", "宏"),
            (package("docx", {"word/activeX/activeX1.xml": b"x"}), "a.docx", "宏"),
            (package("docx", {"../../evil.xml": b"x"}), "a.docx", "路径"),
            (package("docx", {"/etc/cron.d/x": b"x"}), "a.docx", "路径"),
            (package("docx", {"c:\\evil.xml": b"x"}), "a.docx", "路径"),
            (package("docx", {"WORD/document.xml": b"x"}), "a.docx", "损坏"),
            (package("docx")[:-30], "断.docx", "损坏"),
            (package("docx") + HTML, "尾.docx", "损坏"),
            (EXE + package("docx"), "头.docx", "可执行"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧.docx", "旧版"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密.xlsx", "密码"),
        ],
    )  # fmt: skip
    def test_refuses(self, app: Flask, data: bytes, name: str, found: str) -> None:
        assert found in refused(accept_document, data, name).message.zh

    def test_refuses_a_plain_archive_named_as_a_document(self, app: Flask) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("run.txt", "x")
        error = refused(accept_document, target.getvalue(), "a.docx")
        assert "压缩包" in error.message.zh
        assert "archive" in error.message.en

    @pytest.mark.parametrize(
        ("kind", "target"),
        [
            ("attachedTemplate", "http://evil.example/t.dotm"),
            ("attachedTemplate", "\\\\evil.example\\share\\t.dotx"),
            ("attachedTemplate", "file://evil.example/t.dotx"),
            ("image", "https://evil.example/pixel.png"),
            ("oleObject", "mhtml:http://evil.example/x.html!x-usc:http://evil.example/x.html"),
            ("frame", "//evil.example/x"),
            ("hyperlink", "javascript:alert(1)"),
            ("hyperlink", "ms-msdt:/id PCWDiagnostic"),
        ],
    )
    def test_refuses_what_calls_outside(self, app: Flask, kind: str, target: str) -> None:
        parts: dict[str, str | bytes] = {"word/_rels/settings.xml.rels": relationship(kind, target, "External")}
        error = refused(accept_document, package("docx", parts), "a.docx")
        assert "外部内容" in error.message.zh
        assert target[:40] in error.message.en

    @pytest.mark.parametrize(
        ("kind", "target"),
        [
            ("attachedTemplate", "file:///C:\\Users\\wang\\Normal.dotx"),
            ("hyperlink", "https://www.ah.gov.cn/"),
            ("hyperlink", "mailto:a@example.com"),
            ("externalLinkPath", "成本.xlsx"),
        ],
    )
    def test_takes_links_and_places_on_the_authors_own_disk(self, app: Flask, kind: str, target: str) -> None:
        parts: dict[str, str | bytes] = {"word/_rels/document.xml.rels": relationship(kind, target, "External")}
        assert take(accept_document, package("docx", parts), "a.docx").id

    def test_refuses_entities_of_its_own_making(self, app: Flask) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Relationships>&b;</Relationships>'
        for data in (bomb.encode(), bomb.encode("utf-16")):
            assert "损坏" in refused(accept_document, package("docx", {"word/_rels/a.rels": data}), "a.docx").message.zh

    def test_refuses_a_zip_bomb(self, app: Flask) -> None:
        data = package("docx", {f"word/media/{i}.bin": bytes(30 * MB) for i in range(7)})
        assert len(data) < MB
        assert "解压后过大" in refused(accept_document, data, "a.docx").message.zh

    def test_refuses_too_many_entries(self, app: Flask) -> None:
        data = package("docx", {f"word/{i}.xml": b"" for i in range(5001)})
        assert "解压后过大" in refused(accept_document, data, "a.docx").message.zh

    def test_refuses_an_entry_that_hides_its_size(self, app: Flask) -> None:
        data = bytearray(package("docx", {"word/big.xml": bytes(5 * MB)}))
        for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            at = data.rindex(mark) + offset
            assert data[at : at + 4] == struct.pack("<I", 5 * MB)
            data[at : at + 4] = struct.pack("<I", 100)
        assert "损坏" in refused(accept_document, bytes(data), "a.docx").message.zh

    def test_refuses_an_encrypted_entry(self, app: Flask) -> None:
        data = bytearray(package("docx"))
        data[data.rindex(b"PK\x01\x02") + 8] |= 1
        assert "密码" in refused(accept_document, bytes(data), "a.docx").message.zh

    def test_does_not_read_an_endless_stream_to_its_end(self, app: Flask) -> None:
        class Endless(io.RawIOBase):
            read_bytes = 0

            def read(self, size: int = -1) -> bytes:
                assert size > 0
                self.read_bytes += size
                return b"a" * size

        stream = Endless()
        with pytest.raises(FieldError, match="over 20 MB"):
            accept_document(stream, "a.txt", Owner(), ACTOR)
        assert stream.read_bytes == 20 * MB + 1


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
        ],
    )
    def test_is_cleaned_and_stays_readable(self, name: str, clean: str) -> None:
        assert clean_name(name) == clean

    def test_a_long_chinese_name_is_cut_and_keeps_its_extension(self, app: Flask) -> None:
        file = take(accept_document, PDF, "长" * 300 + ".pdf")
        assert file.name == "长" * 65 + ".pdf"
        assert db.session.scalar(sa.select(StoredFile.name)) == file.name

    @given(st.text(max_size=400))
    def test_any_name_becomes_one_that_can_be_saved_and_stays_the_same(self, name: str) -> None:
        clean = clean_name(name)
        assert 0 < len(clean.encode()) <= 200
        assert not set('/\\<>:"|?*\0\r\n') & set(clean)
        assert clean not in (".", "..")
        assert clean_name(clean) == clean


class TestStore:
    def test_a_path_follows_from_content_alone_and_blobs_are_shared(self, app: Flask, tmp_path: Path) -> None:
        first = take(accept_document, PDF, "../../甲.pdf")
        second = take(accept_document, PDF, "乙.pdf")
        assert (first.sha256, first.id) == (second.sha256, second.id - 1)
        files = [path for path in (tmp_path / "files").rglob("*") if path.is_file() and path.name != "lock"]
        assert files == [tmp_path / "files" / first.sha256[:2] / first.sha256]

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
    def age(self, sha256: str, tmp_path: Path) -> None:
        before = time.time() - 25 * 3600
        os.utime(tmp_path / "files" / sha256[:2] / sha256, (before, before))

    def test_removes_only_what_is_old_and_named_by_no_row(self, app: Flask, tmp_path: Path) -> None:
        file = take(accept_picture, picture("JPEG", (900, 700)), "a.jpg")
        named = {file.sha256, *(each.sha256 for each in file.variants)}
        old, young = store().put(b"old orphan"), store().put(b"young orphan")
        for sha256 in (*named, old):
            self.age(sha256, tmp_path)
        assert orphans() == [old]
        assert sweep_orphans() is False
        assert {blob.sha256 for blob in store().blobs()} == named | {young}

    def test_bytes_of_an_upload_that_was_rolled_back_become_orphans(self, app: Flask, tmp_path: Path) -> None:
        def upload_that_fails_later() -> None:
            with transaction():
                accept_document(io.BytesIO(PDF), "a.pdf", Owner(), ACTOR)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            upload_that_fails_later()
        sha256 = hashlib.sha256(PDF).hexdigest()
        self.age(sha256, tmp_path)
        assert orphans() == [sha256]

    def test_bytes_put_again_while_the_sweep_runs_stay(self, app: Flask, tmp_path: Path) -> None:
        sha256 = store().put(b"orphan")
        self.age(sha256, tmp_path)
        assert orphans() == [sha256]
        store().put(b"orphan")
        assert not store().discard(sha256, unless_put_since=clock.now() - timedelta(days=1))
        assert store().has(sha256)

    def test_variants_go_with_their_file(self, app: Flask) -> None:
        file = take(accept_picture, picture("PNG"), "a.png")
        with transaction() as session:
            session.delete(file)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FileVariant)) == 0


class TestServing:
    def test_a_document_is_only_ever_saved(self, app: Flask) -> None:
        headers = response_headers(take(accept_document, PDF, '检测 100%；"报告".pdf'))
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"] == (
            'attachment; filename="__ 100______.pdf"; '
            "filename*=UTF-8''%E6%A3%80%E6%B5%8B%20100%25%EF%BC%9B_%E6%8A%A5%E5%91%8A_.pdf"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"].startswith("private")
        assert headers["Content-Length"] == str(len(PDF))

    def test_a_picture_is_shown_as_what_it_was_made(self, app: Flask) -> None:
        file = take(accept_picture, picture("JPEG", (900, 700)), "现场.jpg")
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

    @given(st.text(min_size=1, max_size=80))
    def test_no_name_breaks_out_of_its_header(self, name: str) -> None:
        for shown in (name, clean_name(name)):
            if any("\ud800" <= c <= "\udfff" for c in shown):
                continue
            file = StoredFile(name=shown, purpose="document", media_type="text/plain", size=1, sha256="0" * 64)
            value = response_headers(file)["Content-Disposition"]
            assert value.isascii()
            assert value.isprintable()
            assert value.count('"') == 2
            assert value.count(";") == 2
