"""Word, Excel and PowerPoint packages (ECMA-376): which kind it is, and that nothing in it runs or calls outside."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from marketplace.core.text import Text
from marketplace.foundation.files.content import describe
from marketplace.foundation.files.refusal import MEGABYTE, Unfit

MOST_ENTRIES = 5000
MOST_UNPACKED = 200 * MEGABYTE
_MOST_XML = 5 * MEGABYTE

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    _OFFICE + "wordprocessingml.document.main+xml": "docx",
    _OFFICE + "spreadsheetml.sheet.main+xml": "xlsx",
    _OFFICE + "presentationml.presentation.main+xml": "pptx",
}
_RUNS = re.compile(r"macro|vba|activex", re.IGNORECASE)
_RUNS_BY_NAME = re.compile(
    r"(^|/)(vbaproject|vbadata|activex|macrosheets)[^/]*(/|\.bin$|\.xml$)"
    r"|\.(exe|dll|scr|com|bat|cmd|ps1|vbs|js|jse|wsf|hta|lnk|msi|jar|docm|dotm|xlsm|xltm|xlam|pptm|potm|ppsm)$",
    re.IGNORECASE,
)
# A place on the same computer (a template "file:///C:\…" of the author) loads nothing from outside.
_LOCAL = re.compile(r"file:///[a-z]:|(?!file:)(?![a-z][a-z0-9+.-]+:)(?![\\/]{2})", re.IGNORECASE)
_LINK = re.compile(r"(https?|ftp|mailto|tel):|#", re.IGNORECASE)

# What the readers of the standard library raise for bytes that are not what they claim (found with mutated files).
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, IndexError, OSError)
XML_ERRORS = (expat.ExpatError, LookupError, ValueError)

DAMAGED = Text("文件已损坏或结构不对，请重新另存", "it is damaged or wrongly built; save it again")
MACROS = Text("其中有宏或可执行内容", "it holds macros or something that runs")
ENCRYPTED = Text("文件有密码，请去掉密码后再传", "it is protected by a password; remove the password first")
OTHER_KIND = Text("不是普通的 Word、Excel 或 PowerPoint 文件", "it is not an ordinary Word, Excel or PowerPoint file")
BOMB = Text("解压后过大", "it is far too large when unpacked")


class Package:
    """An opened package whose every entry was unpacked once, within bounds, and is what its directory says."""

    def __init__(self, data: bytes, archive: zipfile.ZipFile) -> None:
        self._data = data
        self._archive = archive

    def names(self) -> list[str]:
        """The names of all parts."""
        return self._archive.namelist()

    def part(self, name: str) -> bytes:
        """The bytes of one part.

        Raises:
            Unfit: there is no such part, or it cannot be read.
        """
        try:
            return self._archive.read(name)
        except (KeyError, *ZIP_ERRORS) as error:
            raise Unfit(DAMAGED) from error


def open_package(data: bytes) -> Package:
    """Open and check a zip before any other reader sees it.

    Raises:
        Unfit: not a zip, encrypted, too many entries, too large when unpacked, paths in names, wrong sizes.
    """
    # The zip must fill the file: nothing in front (a program), nothing behind (a page, a second archive).
    if not data.startswith(b"PK\x03\x04") or data[-22:-18] != b"PK\x05\x06":
        raise Unfit(DAMAGED if data.startswith(b"PK\x03\x04") else describe(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_entries(archive)
        left = MOST_UNPACKED
        for entry in archive.infolist():
            left -= _unpacked_size(data, entry, left)
    except ZIP_ERRORS as error:
        raise Unfit(DAMAGED) from error
    return Package(data, archive)


def kind_of(data: bytes) -> str:
    """The kind of an Office package ("docx", "xlsx" or "pptx") in which nothing runs and nothing calls outside.

    Raises:
        Unfit: anything else.
    """
    return checked_package(data)[0]


def checked_package(data: bytes) -> tuple[str, Package]:
    """The same, with the opened package for a reader that goes on."""
    package = open_package(data)
    names = package.names()
    if "[Content_Types].xml" not in names:
        raise Unfit(describe(data))
    if any(_RUNS_BY_NAME.search(name) for name in names):
        raise Unfit(MACROS)
    types = [attributes for name, attributes in elements(package, "[Content_Types].xml") if name != "Types"]
    if any(_RUNS.search(each.get("ContentType", "")) for each in types):
        raise Unfit(MACROS)
    parts = [(_MAIN.get(each.get("ContentType", "")), each.get("PartName", "")) for each in types]
    kinds = [(kind, name) for kind, name in parts if kind]
    if len(kinds) != 1 or kinds[0][1].lstrip("/") not in names:
        raise Unfit(OTHER_KIND)
    for name in names:
        if name.lower().endswith(".rels"):
            _check_relationships(package, name)
    return kinds[0][0], package


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES:
        raise Unfit(BOMB)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unfit(ENCRYPTED)
    # Two parts of one name: one reader sees the first, another the last.
    if len({name.lower() for name in names}) != len(names):
        raise Unfit(DAMAGED)
    if any(_is_path_trick(name) for name in names):
        raise Unfit(Text("压缩结构中含有路径", "there are paths in the names of its parts"))
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Unfit(DAMAGED)


def _is_path_trick(name: str) -> bool:
    return "\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/")


def _unpacked_size(data: bytes, entry: zipfile.ZipInfo, most: int) -> int:
    """Unpack one entry, counting and keeping nothing; what its directory says of its size must be true.

    Other readers (the spreadsheet reader among them) do not stop at the size that the directory promises.
    """
    head = entry.header_offset
    start = head + 30 + int.from_bytes(data[head + 26 : head + 28], "little")
    start += int.from_bytes(data[head + 28 : head + 30], "little")
    packed = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        size, finished = len(packed), True
    else:
        size, finished = _inflated_size(packed, most)
    if size > most:
        raise Unfit(BOMB)
    if not finished or size != entry.file_size or len(packed) != entry.compress_size:
        raise Unfit(DAMAGED)
    return size


def _inflated_size(packed: memoryview, most: int) -> tuple[int, bool]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    size, rest = 0, bytes(packed)
    while rest and not inflate.eof and size <= most:
        size += len(inflate.decompress(rest, MEGABYTE))
        rest = inflate.unconsumed_tail
    return size, inflate.eof


def _check_relationships(package: Package, name: str) -> None:
    for element, attributes in elements(package, name):
        if element != "Relationship":
            continue
        kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "").strip()
        if _RUNS.search(kind):
            raise Unfit(MACROS)
        if _LOCAL.match(target) or (kind == "hyperlink" and _LINK.match(target)):
            continue
        raise Unfit(
            Text("含有外部内容或可疑链接（%(target)s）", "it refers to outside content or an unsafe link (%(target)s)")
            % {"target": target[:100]}
        )


def elements(package: Package, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Name (without namespace) and attributes of every element of a small XML part."""
    data = package.part(name)
    if len(data) > _MOST_XML:
        raise Unfit(BOMB)
    found: list[tuple[str, dict[str, str]]] = []
    parser = strict_parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((local_name(tag), attributes))
    try:
        parser.Parse(data, True)
    except XML_ERRORS as error:
        raise Unfit(DAMAGED) from error
    return iter(found)


def strict_parser() -> expat.XMLParserType:
    """An XML parser that refuses a document type, and with it every entity of somebody's own making."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def local_name(tag: str) -> str:
    """The name of an element without its prefix."""
    return tag.rpartition(":")[2]


def _refuse_doctype(*_declaration: object) -> None:
    raise Unfit(DAMAGED)
