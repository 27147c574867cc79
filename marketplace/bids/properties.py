"""Documents without their properties (who wrote them, with what, when), as experts read them under blind review."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

PROPERTIES = re.compile(rb"docProps/")
# Strings of a PDF's information dictionary: (text) or <hex>.
INFORMATION = re.compile(
    rb"/(?:Author|Creator|Producer|Title|Subject|Keywords|Company)\s*(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL
)
# The dictionary of a stream of a PDF, up to its first byte; END follows its last.
HEAD = re.compile(rb"<<((?:[^<>]|<[^<>]*>|<<[^<>]*>>)*)>>\s*stream\r?\n", re.DOTALL)
END = b"endstream"
DEFLATED = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?")
# Where a PDF keeps properties in compressed form: packed objects, and packets of metadata.
PACKED = re.compile(rb"/Type\s*/(?:ObjStm|Metadata)\b")
MOST_UNPACKED = 64 * 2**20
PACKET = re.compile(rb"(<\?xpacket begin[^>]*\?>)(.*?)(<\?xpacket end)", re.DOTALL)


class Unstrippable(Exception):
    """A document whose properties cannot be taken out: an expert under blind review does not get it."""


def stripped(data: bytes, media_type: str) -> bytes:
    """A document without its properties (who wrote it, with what, when).

    Office documents lose ``docProps``; in a PDF the strings of its information and its XMP packet are blanked in
    place, also in compressed object streams, so that every offset stays.

    Raises:
        Unstrippable: a PDF whose properties cannot be taken out, because it is encrypted or packed in an unknown way.
    """
    if media_type == "application/pdf":
        if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<", data):
            raise Unstrippable
        return _plain(_unpacked_streams(data))
    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        return _without_properties(data)
    return data


def _plain(data: bytes) -> bytes:
    data = INFORMATION.sub(_blanked, data)
    return PACKET.sub(lambda found: found[1] + b" " * len(found[2]) + found[3], data)


def _unpacked_streams(data: bytes) -> bytes:
    """The file with the properties blanked that stand in its packed streams, each as long as before."""
    parts, at = [], 0
    while (head := HEAD.search(data, at)) is not None and (end := data.find(END, head.end())) >= 0:
        parts += [data[at : head.end()], _repacked(head[1], data[head.end() : end])]
        at = end
    return b"".join([*parts, data[at:]])


def _repacked(head: bytes, body: bytes) -> bytes:
    """A stream of packed objects or metadata with its properties blanked, packed again into as many bytes.

    A deflated stream says itself where it ends, so that what is left over behind it is read by nobody.
    """
    if not PACKED.search(head) or b"/Filter" not in head:
        return body
    if not DEFLATED.search(head) or b"/DecodeParms" in head:
        raise Unstrippable
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(body, MOST_UNPACKED)
    except zlib.error as error:
        raise Unstrippable from error
    packed = zlib.compress(_plain(unpacked), 9)
    line_end = next((each for each in (b"\r\n", b"\n") if body.endswith(each)), b"")
    room = len(body) - len(line_end)
    if unpacking.unconsumed_tail or len(packed) > room:
        raise Unstrippable
    return packed + bytes(room - len(packed)) + line_end


def _blanked(found: re.Match[bytes]) -> bytes:
    whole, value = found[0], found[1]
    inner = (b"0" if value[:1] == b"<" else b" ") * (len(value) - 2)
    return whole[: -len(value)] + value[:1] + inner + value[-1:]


def _without_properties(data: bytes) -> bytes:
    """The package with empty property parts: readers miss none, and there is nothing in them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if PROPERTIES.match(entry.filename.encode()) and entry.filename.endswith(".xml"):
                part = _emptied(part)
            new.writestr(zipfile.ZipInfo(entry.filename), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _emptied(part: bytes) -> bytes:
    """The root element of a part without its children."""
    root = re.search(rb"<([A-Za-z]\w*:)?(coreProperties|Properties)\b[^>]*?(/?)>", part)
    if root is None or root[3]:
        return part if root is not None else b""
    return part[: root.end() - 1] + b"/>"
