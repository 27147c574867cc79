"""The search page and the public lists of every kind: one page in four addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from marketplace.core.text import Text
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.listings.lifecycle import STATES
from marketplace.listings.policy import PUBLIC_STATES
from marketplace.reference import catalogue, regions
from marketplace.scenarios.lifecycle import ENDINGS
from marketplace.search.forms import facet_options, read_question
from marketplace.search.queries import LONGEST, Found, Question, find
from marketplace.search.specs import Offer, offered
from marketplace.search.suggesting import Within, suggest
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import PER_PAGE, Page, address, page_number
from marketplace.web.plate import sources
from marketplace.web.ready import ready_for_visitors

search = Blueprint("search", __name__)

# Which facets a list shows; the search over everything shows those that all kinds share.
SHOWN = {
    "": ("domain", "city"),
    "product": ("category", "segment", "domain", "city", "status"),
    "scenario": ("domain", "city", "category", "status"),
    "organization": ("city", "segment"),
    "challenge": ("domain", "city"),
    "notice": ("city",),
    "site": ("domain", "city"),
}
MOST_OPTIONS = 12
FILES = (("Excel", "xlsx"), ("CSV", "csv"), ("JSON", "json"))
ALL_OF = {
    "product": "products", "scenario": "scenarios", "organization": "organizations", "challenge": "challenges",
    "site": "sites",
}  # fmt: skip


@search.get("/search")
@ready_for_visitors
def everything() -> ResponseReturnValue:
    """Search over all kinds; ``kind`` narrows it to one."""
    kind = request.args.get("kind", "")
    return _list(kind if kind in sources() else "", by_words=True)


@search.get("/search/suggest")
def suggestions() -> ResponseReturnValue:
    """The list under a search box while a person types: a part of a page, drawn by the script.

    ``kind``: the box is that of a list of one kind.
    """
    kind, typed = request.args.get("kind", ""), clean(request.args.get("q", ""))[:LONGEST]
    within = Within(kind, f"/{ALL_OF[kind]}", SHOWN[kind]) if kind in ALL_OF else None
    return render_template("search/suggest.html", suggestions=suggest(typed, within))


@search.get("/products")
@ready_for_visitors
def products() -> ResponseReturnValue:
    """The public list of products."""
    return _list("product")


@search.get("/scenarios")
@ready_for_visitors
def scenarios() -> ResponseReturnValue:
    """The public list of scenarios."""
    return _list("scenario")


@search.get("/organizations")
@ready_for_visitors
def organizations() -> ResponseReturnValue:
    """The public list of organizations."""
    return _list("organization")


def _list(kind: str, *, by_words: bool = False) -> ResponseReturnValue:
    question = read_question(request.args, kind=kind, page=page_number())
    found = find(question, current_actor())
    return render_template(
        "search/list.html",
        kind=kind, by_words=by_words, question=question, found=found,
        source=sources().get(kind), page=Page(found.cards, found.total, question.page, PER_PAGE),
        cards=[_marked(card, found) for card in found.cards],
        related=[_marked(card, found) for card in found.related],
        tabs=_tabs(question, found, kind), facets=_facets(question, found, kind),
        chips=_chips(question), sorts=_sorts(question, kind),
        downloads=[(name, _file_address(kind, ending)) for name, ending in FILES] if kind in ALL_OF else [],
        meant_href=address(q=found.meant[0], page=None) if found.meant else "",
        literal_href=address(literal=None if question.literal else "1", page=None),
        offers=_offers(question, found, kind),
        fit_href=address(fit=None if question.unknown else "unknown", page=None),
        save_href=_save_address(question, kind),
        cut=len(request.args.get("q", "").strip()) > LONGEST,
    )  # fmt: skip


def labels(facet: str) -> Mapping[str, Text]:
    """What a facet's values are called, in the order they are shown."""
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
    return {state: mark.label for state, mark in (STATES | ENDINGS).items() if state in PUBLIC_STATES}


HEADS = {
    "category": Text("产品类别", "Category"),
    "segment": Text("产业链环节", "Value-chain segment"),
    "domain": Text("应用领域", "Domain"),
    "city": Text("所在地", "Place"),
    "status": Text("状态", "Status"),
}


def _facets(question: Question, found: Found, kind: str) -> list[dict[str, Any]]:
    shown = []
    for facet in SHOWN[kind]:
        chosen = question.filters.get(facet, ())
        most = 100 if request.args.get("all") == facet else MOST_OPTIONS
        options, total = facet_options(found.facets.get(facet, {}), labels(facet), chosen, most)
        if len(options) > 1 or chosen:
            more = address(all=facet) if total > len(options) else ""
            shown.append({"name": facet, "head": HEADS[facet], "options": options, "more": more, "total": total})
    return shown


def _offers(question: Question, found: Found, kind: str) -> list[Offer]:
    """Specs to ask for: of products of a category or a domain, and whatever is asked for already."""
    narrowed = kind == "product" and ("category" in question.filters or "domain" in question.filters)
    if not (narrowed or question.wanted or question.errors):
        return []
    known = {each.code for each in catalogue.categories()}
    chosen = [code for code in question.filters.get("category", ()) if code in known]
    return offered(chosen, found.facets.get("category", {}), question.wanted, question.errors, request.args)


def _tabs(question: Question, found: Found, kind: str) -> list[tuple[Any, int, str, bool]]:
    """All, then one tab for each kind with its count under the same words and filters."""
    counts = found.facets.get("kind", {})
    kept = {facet: values for facet, values in question.filters.items() if facet not in ("kind", "category", "status")}
    query = {"q": question.text, **{facet: list(values) for facet, values in kept.items()}}

    def href(path: str, **more: str) -> str:
        words = urlencode({key: value for key, value in {**query, **more}.items() if value}, doseq=True)
        return path + ("?" + words if words else "")

    tabs = [(Text("全部", "All"), sum(counts.values()), href("/search"), kind == "")]
    for name, source in sources().items():
        tabs.append((source.label, counts.get(name, 0), href("/search", kind=name), kind == name))
    return tabs


def _chips(question: Question) -> list[tuple[Any, str]]:
    chips = []
    for facet, values in question.filters.items():
        if facet == "kind":
            continue
        names = labels(facet)
        for value in values:
            rest = [other for other in values if other != value]
            chips.append((names.get(value, value), address(**{facet: rest, "page": None})))
    chips += [(each.label, address(**{each.name: None, "fit": None, "page": None})) for each in question.wanted]
    return chips


def words_of(question: Question, language: str) -> list[str]:
    """The question in words: what is searched for, then every filter and condition."""
    spoken = [question.text] if question.text else []
    for facet, chosen in question.filters.items():
        names = labels(facet)
        spoken += [names[value].say(language) if value in names else value for value in chosen]
    return spoken + [each.label.say(language) for each in question.wanted]


def _save_address(question: Question, kind: str) -> str:
    """Where this question is saved; "" when it asks for nothing."""
    if not (question.text or question.wanted or question.filters.keys() - {"kind"}):
        return ""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "sort", "kind")]
    return "/workspace/searches/new?" + urlencode([*kept, *([("kind", kind)] if kind else [])])


def _sorts(question: Question, kind: str) -> list[tuple[str, str, bool]]:
    orders = [(_("最近更新"), address(sort="newest", page=None), question.sort == "newest")]
    if question.text:
        orders.insert(0, (_("相关度"), address(sort=None, page=None), question.sort == "relevance"))
    if kind == "product":
        orders.append((_("依据"), address(sort="evidence", page=None), question.sort == "evidence"))
    return orders


def _file_address(kind: str, ending: str) -> str:
    query = address(page=None, kind=None).partition("?")[2]
    return f"/{ALL_OF[kind]}.{ending}" + (f"?{query}" if query else "")


def _marked(card: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """The card with the words searched for marked in title and text."""
    language = current_language()
    title, text = card["title"].say(language), card["text"].say(language)
    return {**card, "title": marked(title, found.terms, 0), "text": marked(text, found.terms, 120)}


def marked(text: str, terms: tuple[str, ...], window: int) -> Markup:
    """``text`` around the words searched for, with these in ``<mark>``; everything else escaped."""
    parts = highlight(text, terms, shared_analyzer().normalise, window)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part.text) if part.marked else escape(part.text) for part in parts
    )
