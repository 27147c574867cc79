"""Files to upload in tests, made on the spot: pictures, Office packages, and hostile ones of every kind."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from PIL import Image
from xlsxwriter import Workbook

from marketplace.core.actor import Actor
from marketplace.foundation.files import store

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

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00" + bytes(200)
GIF_PAGE = b"GIF89a/*" + bytes(30) + b"*/=1;<html><script>alert(1)</script></html>"


@dataclass
class Owner:
    """Whose files they are."""

    subject_type: str = "product"
    id: int = 3


def stored(sha256: str) -> bytes:
    """The bytes in the store of the running app."""
    with store().open(sha256) as file:
        return file.read()


def picture(form: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(target, form, **options)
    return target.getvalue()


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
