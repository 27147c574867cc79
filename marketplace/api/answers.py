"""What the routes of the API answer: plain data made of public objects, as a visitor sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import current_app, request

from marketplace.chains.joining import chain_of
from marketplace.chains.queries import need_with
from marketplace.chains.showing import item as chain_item
from marketplace.challenges import export as challenge_list
from marketplace.challenges import queries as challenge_queries
from marketplace.config import Config
from marketplace.core.actor import VISITOR
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.lists import queries
from marketplace.lists.items import ITEMS, found_item
from marketplace.lists.sheets import SHEETS
from marketplace.matching.queries import count_for
from marketplace.matching.showing import plain
from marketplace.matching.views import matches_of
from marketplace.notices import queries as notice_queries
from marketplace.notices.views import item as notice_item
from marketplace.pilots import queries as pilots
from marketplace.pilots.items import item
from marketplace.reference import catalogue, regions
from marketplace.reference.terms import Category, Spec
from marketplace.search.forms import read_question
from marketplace.search.queries import Question, find
from marketplace.search.suggesting import suggest
from marketplace.sites import queries as site_queries
from marketplace.sites import register as site_register
from marketplace.sites.items import item as site_item

Given = Mapping[str, Any]
Data = dict[str, Any]

PER_PAGE = 20


def search(given: Given) -> Data:
    """One page of hits over all kinds, with the counts beside them.

    Raises:
        FieldError: the page lies past the end.
    """
    question = _question(kind=given["kind"] or "", page=given["page"], per_page=PER_PAGE)
    try:
        found = find(question, VISITOR)
    except NotFound:
        raise _past_the_end() from None
    more = found.total > question.page * PER_PAGE
    return {
        "items": _items(found.cards),
        "related": _items(found.related),
        "total": found.total,
        "next": _address(page=question.page + 1) if more else None,
        "facets": {facet: {value: n for value, n in counts.items() if n} for facet, counts in found.facets.items()},
        "approximate": found.approximate or found.unread,
        "unknown": found.unknown,
        "synonyms": {word: list(others) for word, others in found.widened},
        "did_you_mean": {"q": found.meant[0], "total": found.meant[1]} if found.meant else None,
        "wordless": found.wordless,
    }


def _question(**place: Any) -> Question:
    """The question of the address; where a page would show what is wrong with it, a program is told.

    Raises:
        Invalid: a condition on a spec cannot be read.
    """
    question = read_question(request.args, **place)
    if question.errors:
        raise Invalid(question.errors)
    return question


def _items(cards: Sequence[Mapping[str, Any]]) -> list[Data]:
    """Hits of whatever kind as programs read them, in the order of the cards."""
    by_kind: dict[str, list[int]] = {}
    for card in cards:
        by_kind.setdefault(card["kind_name"], []).append(card["id"])
    items = {
        (kind, subject.id): found_item(subject)
        for kind, ids in by_kind.items()
        for subject in queries.objects(f"{kind}s", ids)
    }
    hits = [(card["kind_name"], card["id"]) for card in cards]
    return [items[hit] for hit in hits if hit in items]


def suggestions(given: Given) -> Data:
    """What may be meant by what was typed so far."""
    base = current_app.extensions["config"].base_url.rstrip("/")
    return _whole([
        {"kind": each.kind.zh, "kind_en": each.kind.en, "text": each.text.zh, "text_en": each.text.en,
         "number": each.number, "url": base + each.href}
        for each in suggest(given["q"] or "")
    ])  # fmt: skip


def listing(name: str, given: Given) -> Data:
    """One page of a list in the order of entry, keyset-paged: what is added meanwhile is neither lost nor doubled."""
    kind, after, limit = SHEETS[name]().kind, given["after"], given["limit"]
    question = _question(kind=kind)
    if queries.narrows(question):
        every = sorted(queries.found_keys(question, kind))
        total, ids = len(every), [key for key in every if key > after][: limit + 1]
    else:
        total, ids = queries.public_count(kind), list(queries.public_keys(kind, after, limit + 1))
    return {
        "items": [ITEMS[name](each) for each in queries.objects(name, ids[:limit])],
        "total": total,
        "next": _address(after=ids[limit - 1]) if len(ids) > limit else None,
    }


def one(name: str, number: str) -> Data:
    """One object by its number.

    Raises:
        NotFound: there is none that everybody may see.
    """
    key = queries.public_key(name, number)
    found = next(queries.objects(name, [key]), None) if key is not None else None
    if found is None:
        raise NotFound
    return ITEMS[name](found)


def matches(name: str, given: Given) -> Data:
    """One page of what fits a published product or scenario, best first, with every reason.

    Raises:
        NotFound: there is none that everybody may see, or it is not open.
        FieldError: the page lies past the end.
    """
    key = queries.public_key(name, given["number"])
    listing = next(queries.objects(name, [key]), None) if key is not None else None
    if listing is None or listing.state != "published":
        raise NotFound
    page, total = given["page"], count_for(listing)
    found = matches_of(listing, VISITOR, PER_PAGE, (page - 1) * PER_PAGE)
    if page > 1 and not found:
        raise _past_the_end()
    more = total > page * PER_PAGE
    return {
        "items": [plain(each) for each in found], "total": total, "next": _address(page=page + 1) if more else None,
    }  # fmt: skip


def pilot_list(given: Given) -> Data:
    """One page of the pilots that everybody may see, keyset-paged."""
    after, limit = given["after"], given["limit"]
    ids = list(pilots.public_ids(after, limit + 1))
    found = {each.id: each for each in pilots.pilots_with(ids[:limit])}
    return {
        "items": [item(found[key]) for key in ids[:limit]], "total": pilots.public_count(),
        "next": _address(after=ids[limit - 1]) if len(ids) > limit else None,
    }  # fmt: skip


def one_pilot(given: Given) -> Data:
    """A pilot with its targets and what they came to.

    Raises:
        NotFound: there is none that everybody may see.
    """
    return item(pilots.pilot_by_number(given["number"], VISITOR), whole=True)


def sites(given: Given) -> Data:
    """One page of the sites in force, keyset-paged, with the filters of the register."""
    after, limit = given["after"], given["limit"]
    asked = site_register.question()
    ids = site_queries.public_ids(after, limit + 1, site_register.narrowing(asked))
    found = {each.id: each for each in site_queries.sites_with(ids[:limit])}
    return {
        "items": [site_item(found[key]) for key in ids[:limit]],
        "total": site_queries.public_count(site_register.narrowing(asked)),
        "next": _address(after=ids[limit - 1]) if len(ids) > limit else None,
    }  # fmt: skip


def one_site(given: Given) -> Data:
    """A site with what was filed in words; one whose plate was revoked says so.

    Raises:
        NotFound: there is none that everybody may see.
    """
    return site_item(site_queries.site_by_number(given["number"], VISITOR), whole=True)


def challenges(given: Given) -> Data:
    """One page of published challenges, open ones first by their deadline."""
    return _paged(challenge_queries.challenges(VISITOR), given["page"], challenge_list.item)


def challenge(given: Given) -> Data:
    """One published challenge with its answers and addenda; nothing of bids.

    Raises:
        NotFound: there is none that everybody may see.
    """
    return challenge_list.whole(challenge_queries.challenge_by_number(given["number"], VISITOR))


def chain(given: Given) -> Data:
    """The chain on which a need lies, as everybody may see it.

    Raises:
        NotFound: there is nothing that everybody may see.
    """
    return chain_item(chain_of(need_with(given["number"]), VISITOR))


def notices(given: Given) -> Data:
    """One page of public notices, newest first."""
    return _paged(notice_queries.notices(), given["page"], notice_item)


def notice(given: Given) -> Data:
    """One notice.

    Raises:
        NotFound: there is none.
    """
    return notice_item(notice_queries.notice_by_number(given["number"]))


def _past_the_end() -> FieldError:
    return FieldError("page", Text("没有这么多页", "There are not that many pages"))


def _paged(select: sa.Select[Any], page: int, item: Callable[[Any], Data]) -> Data:
    total = db.session.scalar(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())) or 0
    rows = db.session.scalars(select.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    if page > 1 and not rows:
        raise _past_the_end()
    more = total > page * PER_PAGE
    return {
        "items": [item(each) for each in rows], "total": total, "next": _address(page=page + 1) if more else None,
    }  # fmt: skip


def region_list(given: Given) -> Data:
    """Anhui, its cities and their counties."""
    cities = regions.cities()
    units = [each for city in cities for each in (city, *regions.counties(city.code))]
    rows = [each for each in (regions.province(), *units) if given["level"] in (None, each.level)]
    return _whole([{**_named(each.code, each.label), "level": each.level, "parent": each.parent} for each in rows])


def category_list(_given: Given) -> Data:
    """The product categories with the keys of the specs asked for in each."""
    return _whole([_category(each) for each in catalogue.categories()])


def spec_list(_given: Given) -> Data:
    """Every spec with its unit and choices."""
    return _whole([_spec(each) for each in catalogue.specs()])


def domain_list(_given: Given) -> Data:
    """The ten domains with their sub-scenarios."""
    return _whole([
        {**_named(each.code, each.label), "subscenarios": [_named(sub.code, sub.label) for sub in each.subscenarios]}
        for each in catalogue.domains()
    ])  # fmt: skip


def _category(category: Category) -> Data:
    upper = catalogue.robot_class(category.robot_class)
    return {
        **_named(category.code, category.label), "class": upper.code, "class_name": upper.label.zh,
        "class_name_en": upper.label.en, "segment": category.segment,
        "specs": list(category.specs),
    }  # fmt: skip


def _spec(spec: Spec) -> Data:
    return {
        "key": spec.key, "name": spec.label.zh, "name_en": spec.label.en, "kind": spec.kind, "unit": spec.unit,
        "choices": [_named(each.code, each.label) for each in spec.choices],
    }  # fmt: skip


def _named(code: str, label: Text) -> Data:
    return {"code": code, "name": label.zh, "name_en": label.en}


def _whole(items: Sequence[Data]) -> Data:
    return {"items": list(items), "total": len(items), "next": None}


def _address(**changes: Any) -> str:
    """The full address of this question with another place in its answer."""
    config: Config = current_app.extensions["config"]
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{config.base_url.rstrip('/')}{request.path}?{urlencode([*kept, *changes.items()])}"
