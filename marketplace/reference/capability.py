"""The plate of reference: the command that keeps the table of working days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.text import Text
from marketplace.reference.commands import workdays
from marketplace.web.plate import Capability, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Days of the table, whose keys are the days written as numbers."""
    return {key: Named(datetime.strptime(str(key), "%Y%m%d").date().isoformat()) for key in ids}


def key_of(text: str) -> int | None:
    """The key of a day written 2027-01-01."""
    digits = text.replace("-", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) == 8 and "-" in text else None


RECORDED = Recorded(
    "workday",
    Text("工作日", "Working day"),
    acts={"set": Text("设定工作日", "Set a working day"), "clear": Text("取消设定", "Took the day back")},
    named=named,
    key_of=key_of,
)

REFERENCE = Capability(name="reference", records=(RECORDED,), commands=(workdays,))
