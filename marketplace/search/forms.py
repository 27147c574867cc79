"""The question as it stands in an address: read once, for pages, lists, files and the API."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from marketplace.foundation.index.interface import FACETS
from marketplace.search.queries import LONGEST, Question, Sort
from marketplace.search.specs import PREFIX, read_wanted
from marketplace.web.forms import clean

# Parameters that say what is searched for, not in which order or on which page it is shown.
SOUGHT = ("q", "literal", *FACETS)
MOST_VALUES = 50  # of one facet in one question


def read_question(args: MultiDict[str, str], *, kind: str = "", page: int = 1, per_page: int = 20) -> Question:
    """The question of a query string: ``q``, one parameter per facet (repeated for several values), ``sort``,
    ``literal`` (1: no synonyms), conditions on specs (search/specs.py) and ``fit`` (unknown: what does not say).

    ``kind`` fixes the kind (the list pages); unknown parameters are passed over, as on every web page.
    """
    text = clean(args.get("q", "")).replace("\n", " ")[:LONGEST]
    filters: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        values = tuple(dict.fromkeys(clean(value) for value in args.getlist(facet) if clean(value)))[:MOST_VALUES]
        if values:
            filters[facet] = values
    if kind:
        filters["kind"] = (kind,)
    wanted, errors = read_wanted(args)
    return Question(
        text, filters, _sort(args.get("sort", ""), text), page, per_page, literal=args.get("literal") == "1",
        wanted=wanted, unknown=bool(wanted) and args.get("fit") == "unknown", errors=errors,
    )  # fmt: skip


def _sort(asked: str, text: str) -> Sort:
    """The order asked for; without words there is no fit to order by."""
    if asked == "evidence":
        return "evidence"
    return "newest" if asked == "newest" or not text else "relevance"


def canonical(args: MultiDict[str, str], kind: str = "") -> str:
    """The part of a query string that says what is searched for, in one order; ``kind`` of a list page is added."""
    pairs = [
        (name, value) for name, value in args.items(multi=True) if value and (name in SOUGHT or name.startswith(PREFIX))
    ]
    if kind and "kind" not in args:
        pairs.append(("kind", kind))
    return urlencode(sorted(set(pairs)))


def question_of(query: str) -> Question:
    """The question of such a query string; a kind that it names narrows it."""
    args = MultiDict(parse_qsl(query))
    return read_question(args, kind=args.get("kind", ""))


def facet_options(
    counts: Mapping[str, int], labels: Mapping[str, object], chosen: tuple[str, ...], most: int
) -> tuple[list[tuple[str, object, int, bool]], int]:
    """(value, label, count, chosen) of one facet in the order of ``labels``, cut to ``most``, and how many there are.

    What is chosen is never cut, so that it can be taken back.
    """
    values = [value for value in labels if value in counts or value in chosen]
    ranked = sorted(values, key=lambda value: (value not in chosen, -counts.get(value, 0)))
    kept = set(ranked[:most]) | {value for value in values if value in chosen}
    options = [(value, labels[value], counts.get(value, 0), value in chosen) for value in values if value in kept]
    return options, len(values)
