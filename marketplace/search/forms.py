"""The question as it stands in an address: read once, for pages, lists, files and the API."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.index.interface import FACETS
from marketplace.listings.policy import PUBLIC_STATES
from marketplace.products.kind import PRODUCT
from marketplace.reference import catalogue, regions
from marketplace.scenarios.kind import SCENARIO
from marketplace.search.queries import LONGEST, Question, Sort
from marketplace.search.specs import read_wanted
from marketplace.web.forms import clean
from marketplace.web.plate import sources

MOST_VALUES = 50  # of one facet in one question
SHOWN_OF_A_VALUE = 40  # characters of a value that is told back

HEADS = {
    "kind": Text("结果类别", "Kind of result"),
    "category": Text("产品类别", "Category"),
    "segment": Text("产业链环节", "Value-chain segment"),
    "domain": Text("应用领域", "Domain"),
    "city": Text("所在地", "Place"),
    "status": Text("状态", "Status"),
}


def labels(facet: str, kind: str = "") -> Mapping[str, Text]:
    """What a facet's values are called, in the order they are shown; other values there are none.

    The states are the public ones of listings, or of those of ``kind``.
    """
    if facet == "kind":
        return {kind: source.label for kind, source in sources().items()}
    if facet == "domain":
        return {domain.code: domain.label for domain in catalogue.domains()}
    if facet == "category":
        return {category.code: category.label for category in catalogue.categories()}
    if facet == "segment":
        return {segment.code: segment.label for segment in catalogue.segments()}
    if facet == "city":
        outside = {regions.OUTSIDE: Text("安徽省外", "Outside Anhui")}
        province = {regions.province().code: Text("安徽省（全部）", "Anhui (all)")}
        return province | {city.code: regions.name(city.code) for city in regions.cities()} | outside
    lives = [each.lifecycle for each in (PRODUCT, SCENARIO) if kind in ("", each.name)]
    return {state: mark.label for life in lives for state, mark in life.states.items() if state in PUBLIC_STATES}


def read_question(args: MultiDict[str, str], *, kind: str = "", page: int = 1, per_page: int = 20) -> Question:
    """The question of a query string: ``q``, one parameter per facet (repeated for several values), ``sort``,
    ``literal`` (1: no synonyms), conditions on specs (search/specs.py) and ``fit`` (unknown: what does not say).

    ``kind`` fixes the kind (the list pages). Unknown parameters are passed over, as on every web page; values that a
    facet does not have, and conditions that cannot be read, are left out and told in ``errors``.
    """
    text = clean(args.get("q", "")).replace("\n", " ")[:LONGEST]
    filters, strange = _filters(args, kind)
    wanted, errors = read_wanted(args)
    return Question(
        text, filters, _sort(args.get("sort", ""), text), page, per_page, literal=args.get("literal") == "1",
        wanted=wanted, unknown=bool(wanted) and args.get("fit") == "unknown", errors=(*strange, *errors),
    )  # fmt: skip


def _filters(args: MultiDict[str, str], kind: str) -> tuple[dict[str, tuple[str, ...]], list[FieldError]]:
    """The values of each facet, and what is wrong with those that it does not have."""
    filters: dict[str, tuple[str, ...]] = {"kind": (kind,)} if kind else {}
    errors: list[FieldError] = []
    for facet in FACETS:
        given = [] if facet in filters else [clean(value) for value in args.getlist(facet) if clean(value)]
        known = labels(facet) if given else {}
        if values := tuple(dict.fromkeys(value for value in given if value in known))[:MOST_VALUES]:
            filters[facet] = values
        for value in dict.fromkeys(value for value in given if value not in known):
            told = {"facet": HEADS[facet], "value": value[:SHOWN_OF_A_VALUE]}
            errors.append(FieldError(facet, _NO_VALUE % told))
    return filters, errors


_NO_VALUE = Text("“%(facet)s”里没有“%(value)s”。", "“%(facet)s” has no “%(value)s”.")


def _sort(asked: str, text: str) -> Sort:
    """The order asked for; without words there is no fit to order by."""
    if asked == "evidence":
        return "evidence"
    return "newest" if asked == "newest" or not text else "relevance"


def canonical(question: Question) -> str:
    """The query string that says what is searched for, in one order: the same for questions that find the same.

    Neither the order nor the page of the list is part of it, nor what could not be read.
    """
    pairs = [(facet, value) for facet, values in question.filters.items() for value in values]
    pairs += [(each.name, value) for each in question.wanted for value in each.given]
    pairs += [("q", question.text)] if question.text else []
    pairs += [("literal", "1")] if question.text and question.literal else []
    pairs += [("fit", "unknown")] if question.unknown else []
    return urlencode(sorted(set(pairs)))


def question_of(query: str) -> Question:
    """The question of such a query string."""
    return read_question(MultiDict(parse_qsl(query)))


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
