"""Files that come with a message: checked and stored before the transaction that writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation import files as files_of
from marketplace.foundation.files import Prepared

MOST_FILES = 8


def prepare(files: Sequence[tuple[BinaryIO, str]]) -> list[Prepared]:
    """Check files, pictures and documents alike; slow, and outside of any transaction.

    Raises:
        Invalid: on "files": too many, or one that is not accepted.
    """
    if len(files) > MOST_FILES:
        message = Text("一次最多附 %(most)d 个文件", "At most %(most)d files at a time") % {"most": MOST_FILES}
        raise Invalid([FieldError("files", message)])
    errors, prepared = [], []
    for stream, name in files:
        try:
            prepared.append(files_of.prepare(stream, name, files_of.EITHER, field="files"))
        except FieldError as error:
            errors.append(error)
    if errors:
        raise Invalid(errors)
    return prepared
