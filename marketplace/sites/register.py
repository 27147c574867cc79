"""The public register: what its address asks for, its rows, and the counts beside them, from the rows in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import selectinload

from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.reference import catalogue, regions
from marketplace.sites.content import KINDS, LEVELS
from marketplace.sites.models import Site
from marketplace.sites.policy import ended, in_force
from marketplace.sites.queries import SHOWN
from marketplace.web.forms import clean
from marketplace.web.paging import address

WORDS_MOST = 100
UNMARKED = "none"  # the value of the facet for sites without a further level
FACETS = ("kind", "city", "domain", "level", "year")
HEADS = {
    "kind": Text("类型", "Kind"),
    "city": Text("城市", "City"),
    "domain": Text("领域", "Domain"),
    "level": Text("级别", "Level"),
    "year": Text("命名年份", "Year"),
}
SORTS = {
    "newest": Text("最近命名", "Designated last"),
    "validity": Text("有效期", "Ending first"),
}


@dataclass(frozen=True)
class Question:
    """What the address asks for: values by facet, words, order."""

    chosen: Mapping[str, tuple[str, ...]]
    words: str = ""
    sort: str = "newest"


def question() -> Question:
    """The question of the address; values that nothing can have find nothing, as on every list."""
    chosen = {name: tuple(dict.fromkeys(clean(each) for each in request.args.getlist(name)))[:50] for name in FACETS}
    sort = request.args.get("sort", "newest")
    return Question(
        {name: tuple(each for each in values if each) for name, values in chosen.items() if any(values)},
        clean(request.args.get("q"))[:WORDS_MOST], sort if sort in SORTS else "newest",
    )  # fmt: skip


def rows(asked: Question) -> sa.Select[Site]:
    """The sites in force that the question finds."""
    select = sa.select(Site).where(in_force(), *narrowing(asked))
    orders: Any = {
        "newest": (Site.designated_on.desc(), Site.id.desc()), "validity": (Site.valid_until, Site.id),
    }[asked.sort]  # fmt: skip
    return select.options(*SHOWN, selectinload(Site.pilots)).order_by(*orders)


def narrowing(asked: Question) -> list[sa.ColumnElement[bool]]:
    """The filters and words of a question as conditions."""
    found = [_holds(name, values) for name, values in asked.chosen.items()]
    return [*found, _words(asked.words)] if asked.words else found


def gone() -> sa.Select[Site]:
    """What had a plate and has it no more, the last first."""
    return sa.select(Site).where(ended()).options(*SHOWN).order_by(Site.ended_on.desc(), Site.id.desc())


def _words(words: str) -> sa.ColumnElement[bool]:
    part = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    title = Site.title.ilike(part, escape="\\") | Site.title_en.ilike(part, escape="\\")
    return title | (Site.number == words.upper()) | (Site.plate == words.upper())


def _holds(name: str, values: Sequence[str]) -> sa.ColumnElement[bool]:
    if name == "city":
        return sa.or_(
            sa.false(), *(Site.region.startswith(each[:4], autoescape=True) for each in values if len(each) == 6)
        )
    if name == "level":
        return Site.level.in_(["" if each == UNMARKED else each for each in values])
    if name == "year":
        return sa.extract("year", Site.designated_on).in_(_years(values))
    return getattr(Site, name).in_(values)


def _years(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isascii() and each.isdigit() and len(each) == 4]


@dataclass(frozen=True)
class Counts:
    """How many sites in force there are by each facet's values under the filters of the others."""

    by_facet: Mapping[str, Mapping[str, int]]
    total: int

    def of(self, facet: str, value: str) -> int:
        """How many have one value."""
        return self.by_facet[facet].get(value, 0)


def counts(asked: Question) -> Counts:
    """Every count beside the list, from one statement: as many rows as combinations of values."""
    # Literals: PostgreSQL takes two bound 1s for two different columns to group by.
    city = sa.func.substr(Site.region, sa.literal_column("1"), sa.literal_column("4"))
    year = sa.extract("year", Site.designated_on)
    select = sa.select(Site.kind, city, Site.domain, Site.level, year, sa.func.count()).where(in_force())
    if asked.words:
        select = select.where(_words(asked.words))
    found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    select = select.group_by(Site.kind, city, Site.domain, Site.level, year)
    for kind, place, domain, level, when, number in db.session.execute(select):
        row = {"kind": kind, "city": f"{place}00", "domain": domain, "level": level or UNMARKED, "year": str(int(when))}
        missed = [name for name, values in asked.chosen.items() if row[name] not in values]
        total += number * (not missed)
        for name in FACETS:
            if not missed or missed == [name]:
                found[name][row[name]] += number
    return Counts(found, total)


def labels(facet: str, seen: Counts | None = None) -> Mapping[str, Any]:
    """What a facet's values are called, in the order they are shown; years are those there are."""
    if facet == "kind":
        return KINDS
    if facet == "city":
        return {each.code: each.label for each in regions.cities()}
    if facet == "domain":
        return {each.code: each.label for each in catalogue.domains()}
    if facet == "level":
        return {key or UNMARKED: label for key, label in LEVELS.items()}
    return {year: year for year in sorted(seen.by_facet["year"], reverse=True)} if seen else {}


def facets(asked: Question, seen: Counts) -> list[dict[str, Any]]:
    """The facets as the macro draws them: a name, a head, and (value, label, count, chosen)."""
    shown = []
    for name in FACETS:
        chosen, known = asked.chosen.get(name, ()), labels(name, seen)
        options = [
            (key, label, seen.of(name, key), key in chosen)
            for key, label in known.items()
            if seen.of(name, key) or key in chosen or name == "kind"
        ]
        if len(options) > 1 or chosen:
            shown.append({"name": name, "head": HEADS[name], "options": options})
    return shown


def chips(asked: Question, seen: Counts) -> list[tuple[Any, str]]:
    """The filters in force, each with the address without it."""
    found = []
    for name, values in asked.chosen.items():
        known = labels(name, seen)
        for each in values:
            rest = [other for other in values if other != each]
            found.append((known.get(each, each), address(**{name: rest, "page": None})))
    return found
