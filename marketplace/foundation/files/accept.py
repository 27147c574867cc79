"""The gate: every uploaded file passes here, is named, measured and stored, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal, NamedTuple

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.files.content import OLE, check_pdf, check_text, describe
from marketplace.foundation.files.models import FileVariant, StoredFile
from marketplace.foundation.files.names import clean_name, extension_of
from marketplace.foundation.files.ooxml import MACROS, kind_of
from marketplace.foundation.files.pictures import redraw
from marketplace.foundation.files.refusal import MEGABYTE, Unfit, refusal, too_large
from marketplace.foundation.files.store import store
from marketplace.foundation.ledger import Subject

PICTURE_LIMIT = 10 * MEGABYTE
DOCUMENT_LIMIT = 20 * MEGABYTE
PICTURE_EXTENSIONS = ("jpg", "jpeg", "jfif", "png", "webp")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "txt": "text/plain",
    "csv": "text/csv",
}
DOCUMENT_EXTENSIONS = tuple(_MEDIA_TYPES)
_MACRO_EXTENSIONS = ("docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm")
PICTURE_HINT = Text(
    "JPG、PNG、WebP 图片，不超过 10 MB、4000 万像素", "JPG, PNG or WebP pictures up to 10 MB and 40 megapixels"
)
DOCUMENT_HINT = Text(
    "PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）、TXT、CSV 文件，不超过 20 MB",
    "PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), TXT and CSV files up to 20 MB",
)
EITHER_HINT = Text("%(pictures)s；%(documents)s", "%(pictures)s; %(documents)s") % {
    "pictures": PICTURE_HINT, "documents": DOCUMENT_HINT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a field for files takes: in words, as its hint and a refusal say it, and by extension."""

    words: Text
    extensions: tuple[str, ...]


PICTURES = Allowed(PICTURE_HINT, PICTURE_EXTENSIONS)
DOCUMENTS = Allowed(DOCUMENT_HINT, DOCUMENT_EXTENSIONS)
EITHER = Allowed(EITHER_HINT, PICTURE_EXTENSIONS + DOCUMENT_EXTENSIONS)


class PreparedVariant(NamedTuple):
    """A smaller picture of a prepared one."""

    kind: str
    sha256: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that passed and whose bytes lie in the store, but that no row names yet."""

    sha256: str
    name: str
    media_type: str
    size: int
    purpose: Literal["picture", "document"]
    width: int | None = None
    height: int | None = None
    variants: tuple[PreparedVariant, ...] = ()


def accept_picture(stream: BinaryIO, name: str, owner: Subject, actor: Actor, *, field: str = "file") -> StoredFile:
    """Take a picture (see ``prepare_picture``) and write its row in the running transaction."""
    return keep(prepare_picture(stream, name, field=field), owner, actor)


def accept_document(stream: BinaryIO, name: str, owner: Subject, actor: Actor, *, field: str = "file") -> StoredFile:
    """Take a document (see ``prepare_document``) and write its row in the running transaction."""
    return keep(prepare_document(stream, name, field=field), owner, actor)


def prepare(stream: BinaryIO, name: str, allowed: Allowed, *, field: str = "file") -> Prepared:
    """``prepare_picture`` or ``prepare_document``, as the field allows and the name says; raises FieldError as they."""
    drawn = allowed is PICTURES or (allowed is EITHER and extension_of(clean_name(name)) in PICTURE_EXTENSIONS)
    return (prepare_picture if drawn else prepare_document)(stream, name, field=field, allowed=allowed)


def prepare_picture(stream: BinaryIO, name: str, *, field: str = "file", allowed: Allowed = PICTURES) -> Prepared:
    """Check and redraw a picture as WebP, upright, without metadata, at most 2000 pixels on its longer side.

    Takes up to a second; needs no transaction, so that nobody waits for it. Of an animation the first picture
    is taken.

    Args:
        name: the name that its owner gave it; path, control characters and length are cleaned here.
        field: the form field that a refusal names.
        allowed: what a refusal says that the field takes.

    Raises:
        FieldError: not a JPEG, PNG or WebP by content, another extension, damaged, over 10 MB or 40 megapixels.
    """
    shown = clean_name(name)
    try:
        data = _read(stream, PICTURE_LIMIT)
        whole, smaller = redraw(data)
        if extension_of(shown) not in PICTURE_EXTENSIONS:
            raise Unfit(_extension(shown))
    except Unfit as unfit:
        raise refusal(field, shown, unfit.found, allowed.words) from unfit
    variants = tuple(
        PreparedVariant(kind, store().put(small.data), len(small.data), small.width, small.height)
        for kind, small in smaller.items()
    )
    return Prepared(
        store().put(whole.data), shown, "image/webp", len(whole.data), "picture", whole.width, whole.height, variants
    )


def prepare_document(stream: BinaryIO, name: str, *, field: str = "file", allowed: Allowed = DOCUMENTS) -> Prepared:
    """Check a document (see ``read_document``); it is stored as it is."""
    shown, media_type, data = read_document(stream, name, field=field, allowed=allowed)
    return Prepared(store().put(data), shown, media_type, len(data), "document")


def read_document(
    stream: BinaryIO, name: str, *, field: str = "file", allowed: Allowed = DOCUMENTS
) -> tuple[str, str, bytes]:
    """Name, media type and bytes of a document that passed the checks of its content; nothing is stored.

    Raises:
        FieldError: not of an allowed kind by content, or its extension says another; macros, password, content
            loaded from outside, a page or script in text, damaged, over 20 MB.
    """
    shown = clean_name(name)
    try:
        data = _read(stream, DOCUMENT_LIMIT)
        extension = extension_of(shown)
        _check_document(data, extension, shown)
    except Unfit as unfit:
        raise refusal(field, shown, unfit.found, allowed.words) from unfit
    return shown, _MEDIA_TYPES[extension], data


def keep(prepared: Prepared, owner: Subject, actor: Actor) -> StoredFile:
    """Write the row of a prepared file in the running transaction."""
    file = StoredFile(
        sha256=prepared.sha256,
        name=prepared.name,
        media_type=prepared.media_type,
        size=prepared.size,
        width=prepared.width,
        height=prepared.height,
        purpose=prepared.purpose,
        owner_type=owner.subject_type,
        owner_id=owner.id,
        uploaded_by=actor.user_id,
        created_at=clock.now(),
        variants=[FileVariant(**variant._asdict()) for variant in prepared.variants],
    )
    db.session.add(file)
    db.session.flush()
    return file


def _read(stream: BinaryIO, limit: int) -> bytes:
    """All bytes; one over the limit is not read to its end."""
    data = stream.read(limit + 1)
    if not data:
        raise Unfit(describe(data))
    if len(data) > limit:
        raise Unfit(too_large(stream.seek(0, 2) if stream.seekable() else None, limit))
    return data


def _check_document(data: bytes, extension: str, name: str) -> None:
    if extension in _MACRO_EXTENSIONS:
        raise Unfit(MACROS)
    check = _CHECKS.get(extension)
    if check is None:
        raise Unfit(_extension(name))
    check(data, extension)


def _check_office(data: bytes, extension: str) -> None:
    if data.startswith(OLE):
        raise Unfit(describe(data))
    found = kind_of(data)
    if found != extension:
        raise Unfit(
            Text("扩展名是 %(name)s，内容却是 %(found)s", "it is named %(name)s, but its content is %(found)s")
            % {"name": extension, "found": found}
        )


_CHECKS: dict[str, Callable[[bytes, str], None]] = {
    "pdf": lambda data, _: check_pdf(data),
    "docx": _check_office,
    "xlsx": _check_office,
    "pptx": _check_office,
    "txt": lambda data, _: check_text(data),
    "csv": lambda data, _: check_text(data),
}


def _extension(name: str) -> Text:
    extension = extension_of(name)
    if not extension:
        return Text("文件名没有扩展名", "its name has no extension")
    return Text("扩展名 .%(extension)s 不在允许之列", "the extension .%(extension)s is not allowed") % {
        "extension": extension
    }
