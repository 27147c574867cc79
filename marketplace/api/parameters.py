"""What a route of the API can be asked for: named, described, checked; a wrong parameter is named in the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.search.forms import labels
from marketplace.search.queries import LONGEST
from marketplace.search.specs import PREFIX

ALWAYS = ("lang",)  # the language of names and messages, on every route


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query or a path.

    ``kind``: text, number (``least`` to ``most``) or choice. ``choices`` are asked when needed, for they come from
    the catalogue. ``repeats``: may be given several times, and any of the values will do.
    """

    name: str
    text: Text
    kind: str = "text"
    choices: Callable[[], Sequence[str]] = tuple
    least: int = 0
    most: int = 0
    default: Any = None
    repeats: bool = False
    in_path: bool = False
    prefix: str = ""  # of a family of parameters; ``name`` then names the family

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a value."""
        if self.prefix:
            named = {f"^{re.escape(self.prefix)}": {"type": "string", "maxLength": LONGEST}}
            return {"type": "object", "patternProperties": named, "additionalProperties": False}
        if self.kind == "number":
            found: dict[str, Any] = {"type": "integer", "minimum": self.least, "maximum": self.most}
        elif self.kind == "choice":
            found = {"type": "string", "enum": list(self.choices())}
        else:
            found = {"type": "string", "maxLength": self.most or LONGEST}
        if self.default is not None:
            found["default"] = self.default
        return {"type": "array", "items": found} if self.repeats else found

    def read(self, values: Sequence[str]) -> Any:
        """The value meant by what was given.

        Raises:
            FieldError: it cannot be taken; the message says what can.
        """
        if len(values) > 1 and not self.repeats:
            raise FieldError(self.name, Text("只能写一次", "It can be given once only"))
        found = [self._value(value) for value in values]
        return found if self.repeats else found[0] if found else self.default

    def _value(self, text: str) -> Any:
        if self.kind == "number":
            whole = text.isascii() and text.isdigit() and len(text) < 16
            if not whole or not self.least <= int(text) <= self.most:
                message = Text("请写 %(least)d 到 %(most)d 的整数", "Give a whole number from %(least)d to %(most)d")
                raise FieldError(self.name, message % {"least": self.least, "most": self.most})
            return int(text)
        if self.kind == "choice" and text not in self.choices():
            listed = ", ".join(self.choices())
            raise FieldError(self.name, Text("只能取：%(listed)s", "One of: %(listed)s") % {"listed": listed})
        if len(text) > (self.most or LONGEST):
            message = Text("最多 %(most)d 个字", "At most %(most)d characters")
            raise FieldError(self.name, message % {"most": self.most or LONGEST})
        return text


def read_parameters(wanted: Sequence[Parameter], args: MultiDict[str, str]) -> dict[str, Any]:
    """Name → value of every parameter of the query.

    Raises:
        Invalid: naming every parameter that is not known or cannot be taken.
    """
    families = tuple(each.prefix for each in wanted if each.prefix)
    asked = {each.name: each for each in wanted if not each.in_path and not each.prefix}
    errors = [
        FieldError(name, Text("没有这个参数，可用：%(names)s", "There is no such parameter; there are: %(names)s")
                   % {"names": ", ".join([*asked, *(f"{family}*" for family in families)]) or "–"})
        for name in args if name not in asked and name not in ALWAYS and not (families and name.startswith(families))
    ]  # fmt: skip
    found: dict[str, Any] = {}
    for name, parameter in asked.items():
        try:
            found[name] = parameter.read(args.getlist(name))
        except FieldError as error:
            errors.append(error)
    if errors:
        raise Invalid(errors)
    return found


def facet(name: str, text: Text) -> Parameter:
    """A filter as the list pages have it, with the values of the page."""
    return Parameter(name, text, "choice", lambda: tuple(labels(name)), repeats=True)


WORDS = Parameter("q", Text("搜索词、编号或型号", "Words, a number or a model"), most=LONGEST)
KIND = Parameter("kind", Text("只要这一类", "Only this kind"), "choice", lambda: tuple(labels("kind")))
SORT = Parameter(
    "sort", Text("排序；没有搜索词时总是 newest", "Order; without words it is always newest"), "choice",
    lambda: ("relevance", "newest", "evidence"),
)  # fmt: skip
SPECS = Parameter(
    "spec", Text("参数条件，如 spec.payload.ge=20 kg、spec.ip_rating.ge=IP65；运算：ge le eq covers in yes",
                 "Conditions on specs such as spec.payload.ge=20 kg; operators: ge le eq covers in yes"),
    prefix=PREFIX,
)  # fmt: skip
FIT = Parameter(
    "fit", Text("unknown：改列没有公开所问参数的", "unknown: those instead that do not publish what is asked for"),
    "choice", lambda: ("met", "unknown"),
)  # fmt: skip
LITERAL = Parameter(
    "literal", Text("1：只搜索原来的词，不搜索同义词", "1: only the words themselves, no synonyms"), "choice",
    lambda: ("0", "1"),
)  # fmt: skip
PAGE = Parameter("page", Text("第几页，每页 20 条", "Page of 20 hits"), "number", least=1, most=500, default=1)
AFTER = Parameter(
    "after", Text("从这个位置之后开始，取自上一页的 next", "Begin behind this place; taken from next"),
    "number", least=0, most=2**53, default=0,
)  # fmt: skip
LIMIT = Parameter("limit", Text("每页条数", "Items in one answer"), "number", least=1, most=200, default=50)
NUMBER = Parameter("number", Text("编号", "Number"), in_path=True, most=20)

FACETS: Mapping[str, Parameter] = {
    each.name: each
    for each in (
        facet("domain", Text("应用领域", "Domain")),
        facet("category", Text("产品类别", "Category")),
        facet("city", Text("所在市", "City")),
        facet("segment", Text("产业链环节", "Value-chain segment")),
        facet("status", Text("状态", "State")),
    )
}
