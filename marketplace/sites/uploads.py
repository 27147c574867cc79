"""Files of an application, a visit or a statement: checked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import Prepared, prepare
from marketplace.web.forms import MarketplaceForm


def prepared(form: MarketplaceForm, field: str) -> list[Prepared]:
    """What came with an ``Attached`` field; what is refused is said there, and form.errors is not empty then."""
    attached: Any = form[field]
    sent: Sequence[Any] = [
        each for each in attached.data or [] if isinstance(each, FileStorage) and each.filename
    ]  # fmt: skip
    if len(sent) > attached.most:
        words = Text("一次最多 %(most)s 个文件", "At most %(most)s files at a time") % {"most": attached.most}
        form.refuse([FieldError(field, words)])
        return []
    found = []
    for each in sent:
        try:
            found.append(prepare(each.stream, each.filename or "", attached.kinds, field=field))
        except FieldError as error:
            form.refuse([error])
    return found
