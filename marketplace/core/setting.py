"""A figure that an operator may change while the site runs: what it is, what it can be, and what it is at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from marketplace.core.errors import FieldError
from marketplace.core.text import Text

Value = TypeVar("Value", int, str, bool)

TEXT_LIMIT = 500


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """Declared once beside the rule that reads it, and named on the plate of its capability.

    ``key``: "accounts.idle_minutes": capability, then what it is, with its unit. ``least`` and ``most`` bound a
    whole number, both included; ``choices`` the words of a text. ``default`` also says which kind of value it is.
    """

    key: str
    label: Text
    default: Value
    hint: Text | None = None
    unit: Text | None = None
    least: int = 0
    most: int = 2**31 - 1
    choices: Mapping[str, Text] | None = None

    def read(self, text: str) -> Value:
        """The value of what was typed.

        Raises:
            FieldError: on the setting's key, saying what is allowed.
        """
        typed = text.strip()
        if isinstance(self.default, bool):
            return self._flag(typed)
        if isinstance(self.default, int):
            return self._number(typed)
        return self._words(typed)

    def write(self, value: Value) -> str:
        """The value as ``read`` takes it."""
        if isinstance(value, bool):
            return "1" if value else "0"
        return str(value)

    def _flag(self, typed: str) -> bool:
        if typed not in ("0", "1"):
            raise FieldError(self.key, Text("请选择“是”或“否”", "Choose yes or no"))
        return typed == "1"

    def _number(self, typed: str) -> int:
        message = Text("请写 %(least)d 到 %(most)d 的整数", "Give a whole number from %(least)d to %(most)d")
        # int() also reads digits of other scripts, which nobody means here.
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 10 and self.least <= int(typed) <= self.most):
            raise FieldError(self.key, message % {"least": self.least, "most": self.most})
        return int(typed)

    def _words(self, typed: str) -> str:
        if self.choices is not None and typed not in self.choices:
            raise FieldError(self.key, Text("请从所列的值中选择", "Choose one of the values offered"))
        if len(typed) > TEXT_LIMIT:
            message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": TEXT_LIMIT}
            raise FieldError(self.key, message)
        return typed
