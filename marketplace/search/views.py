"""The search page and the public lists of every kind: one page in four addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from marketplace.core.text import Text, enumerated, within_marks
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.foundation.index.interface import FACETS
from marketplace.search.forms import HEADS, canonical, facet_options, labels, read_question
from marketplace.search.queries import LONGEST, Found, Question, count_shown, counts_by_kind, find
from marketplace.search.specs import KIND, MOST, PREFIX, Offer, contradictions, offered, said_in
from marketplace.search.spelling import readings
from marketplace.search.suggesting import HAN_PART, Within, suggest
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language, ngettext
from marketplace.web.languages import gettext as _
from marketplace.web.paging import PER_PAGE, Page, address, page_number
from marketplace.web.plate import sources
from marketplace.web.ready import ready_for_visitors
from marketplace.web.twins import NAMES

search = Blueprint("search", __name__)

# Which facets a list shows; the search over everything shows those that all kinds share.
SHOWN = {
    "": ("domain", "city"),
    "product": ("category", "segment", "domain", "city", "status"),
    "scenario": ("domain", "city", "status"),
    "organization": ("city", "segment"),
    "challenge": ("domain", "city"),
    "notice": ("city",),
    "site": ("domain", "city"),
}
MOST_OPTIONS = 12
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
    return render_template("search/suggest.html", suggestions=suggest(typed, within, current_language()))


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
    facets, offers = _facets(question, found, kind), _offers(question, found, kind)
    drawn = {each["name"] for each in facets} | {bound.name for offer in offers for bound in offer.bounds}
    return render_template(
        "search/list.html", words=within_marks(question.text),
        kind=kind, by_words=by_words, question=question, found=found,
        source=sources().get(kind), page=Page(found.cards, found.total, question.page, PER_PAGE),
        cards=[_marked(card, found) for card in found.cards],
        related=[_marked(card, found) for card in found.related],
        tabs=_tabs(question, found, kind) if by_words else [], facets=facets, offers=offers,
        kept=_kept(question, drawn if by_words else {"kind", *drawn}), unread=_unread(question, offers),
        contradictions=contradictions(question.wanted), said=_said(question, kind),
        chips=_chips(question), clear_href=_without_chips(), sorts=_sorts(question, kind),
        downloads=[(name, _file_address(question, kind, ending)) for name, ending in NAMES] if kind in ALL_OF else [],
        meant_href=address(q=found.meant[0], page=None) if found.meant else "",
        literal_href=address(literal=None if question.literal else "1", page=None),
        fit_href=address(fit=None if question.unknown else "unknown", page=None),
        save_href=_save_address(question),
        widened=[(word, _named(word, others, current_language())) for word, others in found.widened],
        cut=len(request.args.get("q", "").strip()) > LONGEST,
    )  # fmt: skip


def _facets(question: Question, found: Found, kind: str) -> list[dict[str, Any]]:
    shown = []
    for facet in SHOWN[kind]:
        chosen = question.filters.get(facet, ())
        most = 100 if request.args.get("all") == facet else MOST_OPTIONS
        options, total = facet_options(found.facets.get(facet, {}), labels(facet, kind), chosen, most)
        if len(options) > 1 or chosen:
            more = address(all=facet) + "#filters" if total > len(options) else ""
            shown.append({"name": facet, "head": HEADS[facet], "options": options, "more": more, "total": total})
    return shown


def _offers(question: Question, found: Found, kind: str) -> list[Offer]:
    """Specs to ask for: of products of a category or a domain, and whatever is asked for already."""
    narrowed = kind == "product" and ("category" in question.filters or "domain" in question.filters)
    errors = [error for error in question.errors if error.field.startswith(PREFIX)]
    if not (narrowed or question.wanted or errors):
        return []
    chosen = question.filters.get("category", ())
    return offered(chosen, found.facets.get("category", {}), question.wanted, errors, request.args)


def _said(question: Question, kind: str) -> tuple[Text, int, str] | None:
    """The words with the figures among them as conditions, how many products meet them, and the list of these."""
    said, rest = said_in(question.text) if kind in ("", KIND) else ([], "")
    names = {each.name for each in question.wanted}
    new = [each for each in said if each.name not in names][: MOST - len(names)]
    if not new:
        return None
    there = _asked_there(replace(question, text=rest, wanted=(*question.wanted, *new), unknown=False), KIND)
    filters = {facet: values for facet, values in there.filters.items() if facet != "kind"}
    href = f"/{ALL_OF[KIND]}?{canonical(replace(there, filters=filters))}"
    asked = [rest] if rest else []
    return enumerated([*asked, *(each.label for each in new)]), count_shown(there), href


def _unread(question: Question, offers: Sequence[Offer]) -> list[tuple[Text, str]]:
    """What of the address means nothing, in words, and where it can be mended; "" where there is no field for it."""
    fields = {bound.name: "e-" if bound.options else "f-" for offer in offers for bound in offer.bounds if bound.error}
    return [
        (error.message, f"#{fields[error.field]}{error.field}" if error.field in fields else "")
        for error in question.errors
    ]


def _kept(question: Question, drawn: Iterable[str]) -> list[tuple[str, str]]:
    """What the form of filters carries along: what the address says and no field of the form does."""
    pairs = [*parse_qsl(canonical(question)), ("sort", request.args.get("sort", ""))]
    return [(name, value) for name, value in pairs if name not in drawn]


def _tabs(question: Question, found: Found, kind: str) -> list[tuple[Any, int, str, bool]]:
    """All, then one tab for each kind: the same words, with those filters that mean something there.

    The count of a tab is that of the page it leads to.
    """
    asked = {name: question if name == kind else _asked_there(question, name) for name in ("", *sources())}
    # One answer counts all kinds; whether Latin words are read as pinyin hangs on how much a tab itself finds.
    counts = {_without_kind(question): found.facets.get("kind", {})}
    alone = bool(question.text and not question.literal and readings(question.text))
    tabs = []
    for name, there in asked.items():
        if name == kind:
            count = found.total
        elif alone:
            count = count_shown(there)
        else:
            key = _without_kind(there)
            if key not in counts:
                counts[key] = counts_by_kind(there)
            count = counts[key].get(name, 0) if name else sum(counts[key].values())
        query = canonical(there)
        label = sources()[name].label if name else Text("全部", "All")
        tabs.append((label, count, "/search" + (f"?{query}" if query else ""), name == kind))
    return tabs


def _asked_there(question: Question, kind: str) -> Question:
    """The question as another tab asks it."""
    filters = {facet: values for facet, values in question.filters.items() if facet in SHOWN[kind]}
    if kind:
        filters["kind"] = (kind,)
    speaks = kind in ("", KIND)
    return replace(question, filters=filters, wanted=question.wanted if speaks else (),
                   unknown=question.unknown and speaks)  # fmt: skip


def _without_kind(question: Question) -> str:
    filters = {facet: values for facet, values in question.filters.items() if facet != "kind"}
    return canonical(replace(question, filters=filters))


def _chips(question: Question) -> list[tuple[Any, str]]:
    chips = []
    for facet, values in question.filters.items():
        if facet == "kind":
            continue
        names = labels(facet)
        for value in values:
            rest = [other for other in values if other != value]
            chips.append((names[value], address(**{facet: rest, "page": None})))
    chips += [(each.label, address(**{each.name: None, "fit": None, "page": None})) for each in question.wanted]
    return chips


def _without_chips() -> str:
    """The address without any filter or condition."""
    gone = [*(facet for facet in FACETS if facet != "kind"), "fit", "page", "all"]
    gone += [name for name in request.args if name.startswith(PREFIX)]
    return address(**dict.fromkeys(gone))


def words_of(question: Question, language: str) -> list[str]:
    """The question in words: what is searched for, then every filter and condition."""
    spoken = [question.text] if question.text else []
    if question.text and question.literal:
        spoken.append(Text("只搜索原来的词", "these words only").say(language))
    for facet, chosen in question.filters.items():
        names = labels(facet)
        spoken += [names[value].say(language) for value in chosen]
    spoken += [each.label.say(language) for each in question.wanted]
    if question.unknown:
        spoken.append(Text("没有公开所问参数的", "does not publish it").say(language))
    return spoken


def _save_address(question: Question) -> str:
    """Where this question is saved; "" when it asks for nothing."""
    if not (question.text or question.wanted or question.filters.keys() - {"kind"}):
        return ""
    return "/workspace/searches/new?" + canonical(question)


def _sorts(question: Question, kind: str) -> list[tuple[str, str, bool]]:
    orders = [(_("最近更新"), address(sort="newest", page=None), question.sort == "newest")]
    if question.text:
        orders.insert(0, (_("相关度"), address(sort=None, page=None), question.sort == "relevance"))
    if kind == "product":
        orders.append((_("依据"), address(sort="evidence", page=None), question.sort == "evidence"))
    return orders


def _file_address(question: Question, kind: str, ending: str) -> str:
    """The list as a file: what the page shows, in its order."""
    filters = {facet: values for facet, values in question.filters.items() if facet != "kind"}
    query = canonical(replace(question, filters=filters))
    sort = urlencode({"sort": question.sort}) if request.args.get("sort") == question.sort else ""
    query = "&".join(filter(None, (query, sort)))
    return f"/{ALL_OF[kind]}.{ending}" + (f"?{query}" if query else "")


def _named(word: str, wordings: Sequence[str], language: str) -> list[str]:
    """The other wordings of a word for a reader of this language: in English those in Chinese characters are counted.

    The first of them stands there where it says what the letters were read as, or where there is nothing else.
    """
    chinese = [each for each in wordings if HAN_PART.search(each)]
    if language != "en" or not chinese:
        return list(wordings)
    latin = [each for each in wordings if each not in chinese]
    shown = latin if latin and thesaurus().others(word) else [chinese[0], *latin]
    more = len(wordings) - len(shown)
    return [*shown, ngettext("另有 %(num)d 种中文说法", "另有 %(num)d 种中文说法", more)] if more else shown


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
