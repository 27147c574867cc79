"""Files of a bid: checked, sealed with a key of their own and put into the store, before any transaction begins."""

from __future__ import annotations

import io
import secrets
from typing import IO, Any, BinaryIO, cast

from marketplace.bids.content import FILE_KINDS
from marketplace.bids.envelope import seal_file
from marketplace.bids.receipt import sha256
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import read_document, store

KEY = 32


def sealed_file(stream: IO[bytes], name: str, kind: str) -> dict[str, Any]:
    """An entry for a draft: what the file is, where its sealed bytes lie, and their key, which stands nowhere else.

    Raises:
        FieldError: of no kind listed, or no document that the site takes.
    """
    if kind not in FILE_KINDS:
        raise FieldError("kind", Text("请选择文件种类", "Say what kind of file it is"))
    shown, media_type, data = read_document(cast(BinaryIO, stream), name)
    key = secrets.token_bytes(KEY)
    blob = store().put(b"".join(seal_file(io.BytesIO(data), len(data), key)))
    return {
        "kind": kind, "name": shown, "size": len(data), "sha256": sha256(data), "media_type": media_type,
        "blob": blob, "key": key.hex(),
    }  # fmt: skip
