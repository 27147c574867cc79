"""Products side by side: the page, and the same as a file.

Upper capabilities add to it through ``app.extensions``. ``compare_rows``: (products, number of a need, actor) → rows
that say how the products meet the need; it raises NotFound for a need that the actor cannot see. ``compare_needs``:
actor → (number, title) of the needs of his own that he may hold products against. ``compare_ways``:
(products, number of the need or "", actor) → the way to a talk about each product, as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.errors import NotFound
from marketplace.core.lifecycle import State
from marketplace.core.text import Text, enumerated
from marketplace.products import sheet
from marketplace.products.content import EVIDENCE
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.products.queries import products_by_number
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.twins import NAMES, items_answer, table_answer

MOST_COMPARED = 4
MOST_NUMBERS = 40  # of one request; nobody compares more, and a select has its limits
LONGEST_NUMBER = 20  # of a wrong one, repeated to who asked
BETWEEN_NUMBERS = re.compile(r"[\s,;，；、]+")
_BOTH = Text("%(one)s %(other)s", "%(one)s %(other)s")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. ``missing``: numbers of nothing that the reader may see; ``against``: the rows of the
    need, empty without one; ``no_need``: there is no such need; ``repeated``: what is asked for twice."""

    kept: Sequence[Product]
    left_out: Sequence[Product]
    missing: Sequence[str]
    repeated: Sequence[str]
    need: str
    against: Sequence[Mapping[str, Any]]
    no_need: bool
    only: str | None


def compare() -> ResponseReturnValue:
    """Up to four products side by side. What the viewer may not see is passed over like what does not exist."""
    asked = _asked()
    rows, different, same = sheet.comparison(asked.kept, only_different=asked.only is not None)
    return render_template(
        "products/compare.html", asked=asked, rows=[*rows, *asked.against], different=different, same=same,
        columns=[_column(each, asked) for each in asked.kept], ways=_ways(asked), most=MOST_COMPARED,
        left_out=enumerated(each.number for each in asked.left_out), missing=enumerated(asked.missing),
        repeated=enumerated(asked.repeated), needs=_own_needs(asked),
        href_all=_href(asked.kept, asked, only=None), href_different=_href(asked.kept, asked, only="different"),
        downloads=[(name, _href(asked.kept, asked, ending=ending)) for name, ending in NAMES],
    )  # fmt: skip


def compare_file(ending: str) -> ResponseReturnValue:
    """The same as a file, every row of it."""
    asked, language = _asked(), current_language()
    rows, _different, _same = sheet.comparison(asked.kept)
    header = [Text("分组", "Group"), Text("指标", "Figure"), Text("单位", "Unit")]
    # With their numbers: two products may have the same title.
    names = [each.say(language) for each in (*header, *map(_numbered, asked.kept))]
    lines = [[part.say(language) for part in line] for line in _lines([*rows, *asked.against])]
    if ending == "json":
        return items_answer("comparison", [dict(zip(names, line, strict=True)) for line in lines])
    return table_answer("comparison", ending, names, lines, "comparison")


def _lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Text]]:
    """Each row with the heading it stands under: a must-have and the figure it asks for have the same name."""
    heading = Text("", "")
    for row in rows:
        heading = row.get("group", heading)
        if "cells" in row:
            wanted = row.get("wanted")
            label = row["label"] if wanted is None else _BOTH % {"one": row["label"], "other": wanted}
            yield heading, label, row["unit"], *map(_words, row["cells"])


def _asked() -> Asked:
    given = " ".join([*request.args.getlist("no"), *request.args.getlist("compare")]).upper()
    every = [number for number in BETWEEN_NUMBERS.split(given) if number]
    numbers = list(dict.fromkeys(every))[:MOST_NUMBERS]
    found = products_by_number(numbers, current_actor())
    kept, known = found[:MOST_COMPARED], {each.number for each in found}
    need, against, no_need = request.args.get("need", "").strip().upper()[:LONGEST_NUMBER], [], False
    if need and kept:
        try:
            against = current_app.extensions["compare_rows"](kept, need, current_actor())
        except NotFound:
            no_need = True
    return Asked(
        kept, found[MOST_COMPARED:], [each[:LONGEST_NUMBER] for each in numbers if each not in known],
        [each.number for each in kept if every.count(each.number) > 1], need, against, no_need,
        "different" if request.args.get("only") == "different" else None,
    )  # fmt: skip


def _own_needs(asked: Asked) -> list[tuple[str, Text, str]]:
    """Number, title and address of each of the reader's own needs that the products can be held against."""
    found = current_app.extensions["compare_needs"](current_actor()) if asked.kept else []
    numbers = [each.number for each in asked.kept]
    return [(number, title, url_for("products.compare", no=numbers, need=number)) for number, title in found]


def _ways(asked: Asked) -> list[Any]:
    """The way to a talk of each product; nothing at all where there is none."""
    need = "" if asked.no_need else asked.need
    ways: list[Any] = current_app.extensions["compare_ways"](asked.kept, need, current_actor())
    return ways if any(ways) else []


def _numbered(product: Product) -> Text:
    mark = _not_public(product)
    if mark is None:
        return _BOTH % {"one": product.number, "other": product.label}
    said: dict[str, object] = {"number": product.number, "title": product.label, "state": mark.label}
    return Text("%(number)s %(title)s（%(state)s）", "%(number)s %(title)s (%(state)s)") % said


def _words(cell: Mapping[str, Any] | None) -> Text:
    """What a cell says, in a file: with its evidence behind it."""
    if cell is None:
        return Text("未公开", "unknown")
    value: Text = cell.get("words") or cell["value"]
    if not cell.get("evidence"):
        return value
    return Text("%(value)s（%(level)s）", "%(value)s (%(level)s)") % {
        "value": value, "level": EVIDENCE[cell["evidence"]],
    }  # fmt: skip


def _column(product: Product, asked: Asked) -> dict[str, Any]:
    rest = [each for each in asked.kept if each is not product]
    return {
        "title": product.label, "href": url_for("products.show", number=product.number),
        "sub": product.organization.label, "state": _not_public(product),
        "remove_href": _href(rest, asked, only=asked.only),
    }  # fmt: skip


def _not_public(product: Product) -> State | None:
    """The mark of a product that is compared although it is offered no more."""
    return None if product.state == "published" else PRODUCT.lifecycle.mark(product.state)


def _href(kept: Sequence[Product], asked: Asked, *, only: str | None = None, ending: str = "") -> str:
    numbers, need = [each.number for each in kept], None if asked.no_need else asked.need or None
    if ending:
        return url_for("products.compare_file", ending=ending, no=numbers, need=need)
    return url_for("products.compare", no=numbers, need=need, only=only)
