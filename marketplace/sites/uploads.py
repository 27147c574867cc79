"""Files of an application, a visit or a statement: checked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import PICTURE_EXTENSIONS, Prepared, prepare_document, prepare_picture
from marketplace.web.forms import MarketplaceForm

MOST = 8


def prepared(form: MarketplaceForm, field: str, *, pictures: bool = False, both: bool = False) -> list[Prepared]:
    """What came with a field; what is refused is said there, and form.errors is not empty then.

    ``pictures``: only pictures; ``both``: pictures and documents; else documents.
    """
    sent: Sequence[Any] = [
        each for each in form[field].data or [] if isinstance(each, FileStorage) and each.filename
    ]  # fmt: skip
    if len(sent) > MOST:
        form.refuse(
            [FieldError(field, Text("一次最多 %(most)s 个文件", "At most %(most)s files at a time") % {"most": MOST})]
        )
        return []
    found = []
    for each in sent:
        name = each.filename or ""
        drawn = pictures or (both and name.rpartition(".")[2].lower() in PICTURE_EXTENSIONS)
        try:
            found.append((prepare_picture if drawn else prepare_document)(each.stream, name, field=field))
        except FieldError as error:
            form.refuse([error])
    return found
