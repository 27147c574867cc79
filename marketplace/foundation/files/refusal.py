"""What a refused file is told: its name, what was found in it, what is allowed, up to which size."""

from __future__ import annotations

from marketplace.core.errors import FieldError
from marketplace.core.text import Text

MEGABYTE = 1024 * 1024


class Unfit(Exception):
    """The content cannot be taken; ``found`` says what it is, as a clause that a refusal can carry."""

    def __init__(self, found: Text) -> None:
        super().__init__(found.en)
        self.found = found


def refusal(field: str, name: str, found: Text, allowed: Text) -> FieldError:
    """The error of a file field."""
    return FieldError(
        field,
        Text(
            "没有接受“%(name)s”：%(found)s。允许的文件：%(allowed)s。",
            "“%(name)s” was not accepted: %(found)s. Allowed: %(allowed)s.",
        )
        % {"name": name, "found": found, "allowed": allowed},
        name,
    )


def too_large(size: int | None, limit: int) -> Text:
    """What is found in a file over its limit; sizes in bytes, ``size`` None when it was not read to its end."""
    most = f"{limit // MEGABYTE}"
    if size is None:
        return Text("文件超过 %(most)s MB", "the file is over %(most)s MB") % {"most": most}
    # Rounded up, so that no file of "10.0 MB" is over 10 MB.
    exact = f"{-(-size * 100 // MEGABYTE) / 100:.2f}"
    return Text("文件有 %(exact)s MB，超过 %(most)s MB", "the file has %(exact)s MB, more than %(most)s MB") % {
        "exact": exact,
        "most": most,
    }
