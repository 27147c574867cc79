"""How a file leaves the house: headers with which no browser runs it, whatever it holds."""

from __future__ import annotations

from urllib.parse import quote

from marketplace.foundation.files.models import FileVariant, StoredFile
from marketplace.foundation.files.names import split_extension


def response_headers(file: StoredFile, variant: FileVariant | None = None) -> dict[str, str]:
    """The headers of a response that carries ``file`` (or one of its variants).

    They are to stand as they are: a stricter or laxer Content-Security-Policy of pages must not replace theirs.
    Pictures are shown in place; they were re-encoded by us. Documents are only ever saved (RFC 6266 and 8187
    for the name), because a file that is valid as two types passes every check of its content.
    """
    picture = file.purpose == "picture"
    name = split_extension(file.name)[0] + ".webp" if picture else file.name
    return {
        "Content-Type": file.media_type,
        "Content-Length": str(variant.size if variant else file.size),
        "Content-Disposition": _disposition("inline" if picture else "attachment", name),
        "ETag": f'"{variant.sha256 if variant else file.sha256}"',
        "Cache-Control": "private, max-age=3600" if picture else "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _disposition(kind: str, name: str) -> str:
    """The name twice: plain ASCII for old programs, in full for all others."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    full = quote(name, safe="!#$&+-.^_`|~", encoding="utf-8")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}"
