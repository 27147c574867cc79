"""Files of a bid: checked, sealed with a key of their own and put into the store, before any transaction begins."""

from __future__ import annotations

import io
import secrets
from typing import IO, Any, BinaryIO, cast

from marketplace.bids.content import FILE_KINDS, NAMING
from marketplace.bids.envelope import seal_file
from marketplace.bids.properties import Unstrippable, stripped
from marketplace.bids.receipt import sha256
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import read_document, store

KEY = 32


def _without_author(data: bytes, media_type: str) -> None:
    """Find out now what could not be mended once bids are sealed."""
    try:
        stripped(data, media_type)
    except Unstrippable as error:
        message = Text(
            "本榜单盲评，这份 PDF 加密或压缩方式特殊，去不掉作者信息；请取消加密或重新导出后上传",
            "Experts must not learn who bids, and the properties of this PDF cannot be taken out: "
            "remove its encryption, or export it anew",
        )
        raise FieldError("file", message) from error


def sealed_file(stream: IO[bytes], name: str, kind: str, *, blind: bool = False) -> dict[str, Any]:
    """An entry for a draft: what the file is, where its sealed bytes lie, and their key, which stands nowhere else.

    Raises:
        FieldError: of no kind listed, no document that the site takes, or, where experts must not learn who bids
            (``blind``), one whose properties cannot be taken out.
    """
    if kind not in FILE_KINDS:
        raise FieldError("kind", Text("请选择文件种类", "Say what kind of file it is"))
    shown, media_type, data = read_document(cast(BinaryIO, stream), name)
    if blind and kind not in NAMING:
        _without_author(data, media_type)
    key = secrets.token_bytes(KEY)
    blob = store().put(b"".join(seal_file(io.BytesIO(data), len(data), key)))
    return {
        "kind": kind, "name": shown, "size": len(data), "sha256": sha256(data), "media_type": media_type,
        "blob": blob, "key": key.hex(),
    }  # fmt: skip
