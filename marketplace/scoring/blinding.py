"""What an expert reads of a bid under blind review: no names, no file names, no properties of documents."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.bids.content import FILE_KINDS
from marketplace.core.text import Text

HIDDEN = "〔已隐去〕"
# Who they are; what they did and how they share the work is judged with the names taken out.
LEFT_OUT = ("leader",)
# Papers that name the bidder by their nature; the formality check has looked at them.
NAMING = ("agreement", "authority", "integrity")
PROPERTIES = re.compile(rb"docProps/")
# Strings of a PDF's information dictionary: (text) or <hex>.
INFORMATION = re.compile(
    rb"/(?:Author|Creator|Producer|Title|Subject|Keywords|Company)\s*(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL
)
PACKET = re.compile(rb"(<\?xpacket begin[^>]*\?>)(.*?)(<\?xpacket end)", re.DOTALL)
SHORTEST_NAME = 2


def content_of(written: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The fields of a bid without ``names`` and without who leads the project.

    ``names``: of the organizations, their codes and sites, and of people, as far as they are known.
    """
    leader = re.split(r"[，,、\s（(]", str(written.get("leader", "")))[0]
    known = sorted({each for each in (*names, leader) if len(each) >= SHORTEST_NAME}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known)), re.IGNORECASE) if known else None
    kept = {key: value for key, value in written.items() if key not in LEFT_OUT}
    return {**_hidden(kept, pattern), "files": written.get("files") or []}


def _hidden(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(value, str):
        return pattern.sub(HIDDEN, value) if pattern else value
    if isinstance(value, dict):
        return {key: _hidden(each, pattern) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, pattern) for each in value]
    return value


def files_of(written: Mapping[str, Any], *, blind: bool) -> list[tuple[Text, dict[str, Any]]]:
    """(what an expert calls it, its entry) of the files he reads, in their order."""
    entries = [each for each in written.get("files") or [] if not (blind and each["kind"] in NAMING)]
    if not blind:
        return [(Text(each["name"], each["name"]), each) for each in entries]
    named = []
    for number, each in enumerate(entries, 1):
        kind = FILE_KINDS[each["kind"]]
        named.append((Text(f"{kind.zh} {number}", f"{kind.en} {number}"), each))
    return named


def stripped(data: bytes, media_type: str) -> bytes:
    """A document without its properties (who wrote it, with what, when), as far as its format shows them openly.

    Office documents lose ``docProps``; in a PDF the strings of its information and its XMP packet are blanked in
    place, so that every offset stays. Compressed or encrypted PDF objects are left as they are.
    """
    if media_type == "application/pdf":
        data = INFORMATION.sub(_blanked, data)
        return PACKET.sub(lambda found: found[1] + b" " * len(found[2]) + found[3], data)
    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        return _without_properties(data)
    return data


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
