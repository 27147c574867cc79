"""What bytes are, told by the bytes: names for people of what was found, and the checks of text and PDF."""

from __future__ import annotations

import re

import filetype

from marketplace.core.text import Text
from marketplace.foundation.files.refusal import Unfit

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ARCHIVES = {"zip", "rar", "7z", "tar", "gz", "bz2", "xz", "lz", "zst", "Z", "cab", "ar", "deb", "rpm", "crx"}
_PROGRAMS = {"exe", "elf", "dex", "dey", "wasm", "swf", "jar"}

# Where a browser that sniffs would begin to see a page (WHATWG MIME sniffing 7.1), whatever the headers say.
_PAGE_START = re.compile(
    rb"<(!doctype|!--|\?xml|\?php|html|head|body|script|style|iframe|svg|title|table|div|font|meta|link|h1|a|b|br|p)[\s>/]",
    re.IGNORECASE,
)
_PAGE_PART = re.compile(rb"<(script|svg|iframe|object|embed|html)[\s>/]|<!doctype\s+html", re.IGNORECASE)
_SCRIPT_START = re.compile(rb"#!|<\?php|@echo off|<%", re.IGNORECASE)
_OTHER_TEXT = re.compile(rb"\{\\rtf|%PDF-|%!PS")
# What no text holds: control characters except tab, line ends, page break, and the old end mark at the end.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HEAD = 8192

PAGE = Text("内容像是网页或脚本（HTML、XML）", "it looks like a web page or script (HTML, XML)")
UTF16 = Text("编码是 UTF-16，请另存为 UTF-8", "it is written in UTF-16; save it as UTF-8")


def sniffed(data: bytes) -> str:
    """The usual extension of what the first bytes say ("png", "zip", "exe"); empty when they say nothing."""
    kind = filetype.guess(data[:_HEAD])
    return str(kind.extension) if kind else ""


def describe(data: bytes) -> Text:
    """What was found, as a clause for a refusal."""
    if not data:
        return Text("文件是空的（0 字节）", "the file is empty (0 bytes)")
    if data.startswith(OLE):
        return _describe_ole(data)
    extension = sniffed(data)
    if extension in _ARCHIVES:
        return Text("内容是压缩包（%(ext)s）", "it is an archive (%(ext)s)") % {"ext": extension}
    if extension in _PROGRAMS:
        return Text("内容是可执行程序", "it is a program")
    if extension:
        return Text("内容是 %(ext)s 文件", "its content is %(ext)s") % {"ext": extension.upper()}
    if page := _page(data):
        return page
    if _is_text(data):
        return Text("内容是纯文本", "its content is plain text")
    return Text("无法识别内容，文件可能已损坏", "its content is not recognised; it may be damaged")


def _describe_ole(data: bytes) -> Text:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Text("文件有打开密码，请去掉密码后再传", "it is protected by a password; remove the password first")
    return Text(
        "内容是旧版 Office 文件（doc、xls、ppt），请另存为 docx、xlsx、pptx",
        "it is an old Office file (doc, xls, ppt); save it as docx, xlsx or pptx",
    )


def begins_as_page(data: bytes) -> bool:
    """Whether a browser that sniffs would take the beginning for a page."""
    return _PAGE_START.match(_start(data)) is not None


def _start(data: bytes) -> bytes:
    return data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x0c\x00")


def _page(data: bytes) -> Text | None:
    start = _start(data)
    if b"<svg" in start.lower():
        return Text("内容是 SVG 图形，其中可以带脚本", "it is an SVG drawing, which can carry a script")
    if begins_as_page(data) or _PAGE_PART.search(data):
        return PAGE
    if _SCRIPT_START.match(start):
        return Text("内容像是脚本程序", "it looks like a script")
    return None


def decoded(data: bytes) -> str | None:
    """What UTF-8 (with or without BOM) or GB18030 makes of the bytes; None when neither can read them."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_text(data: bytes) -> bool:
    text = decoded(data)
    return text is not None and not _CONTROL.search(text.removesuffix("\x1a"))


def check_text(data: bytes) -> None:
    """Text that is text, and that no browser takes for a page.

    Raises:
        Unfit: another encoding, binary content, or something that looks like HTML, SVG or a script.
    """
    if page := _page(data):
        raise Unfit(page)
    if data[:2] in UTF16_MARKS:
        raise Unfit(UTF16)
    if _OTHER_TEXT.match(data) or not _is_text(data):
        raise Unfit(describe(data))


def check_pdf(data: bytes) -> None:
    """A PDF from its first byte to its last: header at 0, cross-reference mark and end mark at the end (ISO 32000).

    Nothing but white space may follow, so that no archive or page is hung on.

    Raises:
        Unfit: it is not a PDF, or it is cut off, or something follows it.
    """
    if not re.match(rb"%PDF-[12]\.\d", data):
        raise Unfit(Text("扩展名是 pdf，但%(found)s", "it is named pdf, but %(found)s") % {"found": describe(data)})
    whole = data.rstrip(b"\x00\t\n\x0c\r ")
    if not whole.endswith(b"%%EOF") or b"startxref" not in whole[-2048:]:
        raise Unfit(
            Text(
                "PDF 不完整或末尾附有其他内容，请重新导出",
                "the PDF is cut off or something follows it; export it again",
            )
        )
