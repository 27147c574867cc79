"""Names that people gave their files, made harmless and kept readable."""

from __future__ import annotations

import unicodedata

# A name with its extension fits every common file system when somebody saves it (255 bytes), with room for " (1)".
MOST_BYTES = 200
_FORBIDDEN = set('<>:"/\\|?*')
UNNAMED = "未命名"


def clean_name(name: str) -> str:
    """The display name: last part of a path, without control, invisible and direction-changing characters.

    Chinese and every other script stay. What Windows forbids in names becomes "_". An over-long stem is cut,
    the extension kept; a name of which nothing is left becomes 未命名.
    """
    normal = unicodedata.normalize("NFC", name)
    last = normal.replace("\\", "/").rpartition("/")[2]
    # Category C: control, format (bidi overrides, zero-width), surrogate, private and unassigned characters.
    visible = "".join(c if c.isspace() or not unicodedata.category(c).startswith("C") else "" for c in last)
    safe = "".join("_" if c in _FORBIDDEN else c for c in " ".join(visible.split()))
    stem, extension = split_extension(safe.strip(" ."))
    stem = stem.strip(" .") or UNNAMED
    return _cut(stem, MOST_BYTES - len(extension.encode())) + extension


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension ("报告.v2.PDF" → "报告.v2", ".PDF"); what follows the last dot counts up to 10 characters."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not extension.isalnum() or len(extension) > 10:
        return name, ""
    return stem, dot + extension


def extension_of(name: str) -> str:
    """The extension in small letters without its dot ("pdf"); empty when there is none."""
    return split_extension(name)[1][1:].lower()


def _cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, never half a character."""
    return text.encode()[:most].decode(errors="ignore")
