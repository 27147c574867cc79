"""The pages of matches, and the panels on the pages of both sides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, g, get_template_attribute, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NoSuchPage, NotFound
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.enquiries.figures import talks_of_pairs
from marketplace.enquiries.models import DEMANDER, SUPPLIER
from marketplace.enquiries.opening import bars_of_pairs
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.listings.models import Listing
from marketplace.listings.queries import listing_by_number
from marketplace.matching import queries, weights
from marketplace.matching.showing import Shown, heads, plain, shown
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.products.queries import products_by_id
from marketplace.scenarios.fitting import Cell
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import values as setting_values
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.paging import PER_PAGE, Page, page_number
from marketplace.web.ready import ready_for_visitors
from marketplace.web.twins import NAMES, items_answer, table_answer

log = logging.getLogger(__name__)

IN_PANEL = 6
MOST_IN_FILE = 500
MOST_OWN = 10  # needs of the reader beside a comparison

NEW_DAYS = Setting(
    "matching.new_days", Text("新上架产品的展示期", "How long a product counts as new"), 30,
    unit=Text("天", "days"), least=0, most=365,
)  # fmt: skip
NEW_EVERY = Setting(
    "matching.new_every", Text("每几项留一个新品位置", "One place in every N is kept for a new product"), 10,
    hint=Text("0 表示不留", "0 keeps none"), least=0, most=50,
)  # fmt: skip

matching = Blueprint("matching", __name__)


@matching.get("/scenarios/<number>/matches")
@ready_for_visitors
def of_scenario(number: str) -> ResponseReturnValue:
    """The products that fit a need, page by page."""
    scenario, actor = _scenario(number), current_actor()
    page = _page(queries.count_for(scenario), lambda most, start: matches_of(scenario, actor, most, start))
    return render_template(
        "matching/of_scenario.html", scenario=scenario, page=page, heads=heads(scenario), rules=weights,
        own=actor.belongs_to(scenario.organization_id), files=_files(scenario),
        others=others_of(scenario, page.items, actor),
    )  # fmt: skip


@matching.get("/products/<number>/matches")
@ready_for_visitors
def of_product(number: str) -> ResponseReturnValue:
    """The needs that a product fits, page by page, with the same reasons."""
    product, actor = _product(number), current_actor()
    page = _page(queries.count_for(product), lambda most, start: matches_of(product, actor, most, start))
    return render_template(
        "matching/of_product.html", product=product, page=page, rules=weights,
        own=actor.belongs_to(product.organization_id), files=_files(product),
    )  # fmt: skip


@matching.get("/scenarios/<number>/matches.<any(csv, json, xlsx):ending>")
def file_of_scenario(number: str, ending: str) -> ResponseReturnValue:
    """The matches of a need with every reason, as a file."""
    scenario = _scenario(number)
    columns = [Text("编号", "Number"), Text("产品", "Product"), Text("供方", "Vendor"), Text("适配分", "Score")]
    columns += [Text(f"{name.zh} {wanted.zh}", f"{name.en} {wanted.en}") for name, wanted in heads(scenario)]
    return _file(scenario, ending, columns, _product_cells)


@matching.get("/products/<number>/matches.<any(csv, json, xlsx):ending>")
def file_of_product(number: str, ending: str) -> ResponseReturnValue:
    """The needs that a product fits with every reason, as a file."""
    columns = [Text("编号", "Number"), Text("需求", "Need"), Text("需方", "Organization"), Text("适配分", "Score")]
    columns += [Text("硬性要求", "Must-haves")]
    return _file(_product(number), ending, columns, _need_cells)


def _files(listing: Listing) -> list[tuple[str, str]]:
    """The page of all matches as files: (name, address)."""
    return [(name, f"{matches_href(listing)}.{ending}") for name, ending in NAMES]


def _file(
    listing: Listing, ending: str, columns: list[Text], cells: Callable[[Shown, str], list[str]]
) -> ResponseReturnValue:
    """The matches of a listing: as a table of ``columns`` and the points of each part, or for programs."""
    language, name = current_language(), f"{listing.number}-matches"
    found = matches_of(listing, current_actor(), MOST_IN_FILE)
    if ending == "json":
        return items_answer(name, [plain(each) for each in found])
    header = [each.say(language) for each in (*columns, *(part.label for part in weights.PARTS.values()))]
    return table_answer(name, ending, header, [[*cells(each, language), *_points(each)] for each in found], name)


def matches_of(listing: Listing, actor: Actor, most: int, start: int = 0) -> list[Shown]:
    """The matches of a listing, best first, as far as the actor may see the other side."""
    if isinstance(listing, Scenario):
        products = db.session.scalars(queries.products_for(listing.id, actor).limit(most).offset(start)).all()
        pairs = _pairs([(listing, each) for each in products])
        listed = _with_new(listing, pairs, actor) if pairs and start == 0 and most >= IN_PANEL else pairs
        return _with_talks(listed, listing, actor)
    assert isinstance(listing, Product)
    scenarios = db.session.scalars(queries.scenarios_for(listing.id, actor).limit(most).offset(start)).all()
    return _with_talks(_pairs([(each, listing) for each in scenarios]), listing, actor)


def _pairs(pairs: Sequence[tuple[Scenario, Product]], *, fresh: bool = False) -> list[Shown]:
    """Each pair, judged now; what they are judged and named by is selected once."""
    if not pairs:
        return []
    if "wordings" not in g:  # a page names its pairs in up to three lists
        g.wordings = thesaurus()
    tried = queries.piloted(sorted({product.id for _scenario, product in pairs}))
    return [shown(scenario, product, tried, g.wordings, fresh=fresh) for scenario, product in pairs]


def others_of(scenario: Scenario, matches: Sequence[Shown], actor: Actor) -> list[Shown]:
    """Products that meet every must-have of a need and have too little else in common with it, where few are listed.

    Asked of ``app.extensions["requirement_keys"]``, which an upper capability sets; none without it, without
    must-haves, or while the index cannot be used.
    """
    rows, meeting = scenario.content.get("requirements") or [], current_app.extensions.get("requirement_keys")
    if not rows or meeting is None or len(matches) >= IN_PANEL:
        return []
    present = {each.product.id for each in matches}
    try:
        keys = [key for key in meeting(rows, IN_PANEL + len(present)) if key not in present]
    except IndexUnusable as error:  # mended by the worker
        log.warning("others that meet the must-haves are not named: the search index cannot be used: %s", error)
        return []
    products = products_by_id(keys[:IN_PANEL], actor)
    found = _pairs([(scenario, each) for each in products])
    found.sort(key=lambda each: (-each.judgement.score, each.product.id))
    return _with_talks([each for each in found if each.kind == "yes"], scenario, actor)


def _with_talks(pairs: list[Shown], listing: Listing, actor: Actor) -> list[Shown]:
    """The same pairs with what came of them, as far as the actor may read of their talks.

    To the owner of the listing, also with what stands against beginning one.
    """
    talks = talks_of_pairs([each.scenario.id for each in pairs], [each.product.id for each in pairs], actor)
    found = [replace(each, talk=talks.get((each.scenario.id, each.product.id))) for each in pairs]
    if not found or not actor.belongs_to(listing.organization_id):
        return found
    side = DEMANDER if isinstance(listing, Scenario) else SUPPLIER
    bars = bars_of_pairs([(each.scenario, each.product) for each in found], side, actor)
    return [replace(each, bar=bar) for each, bar in zip(found, bars, strict=True)]


def _with_new(scenario: Scenario, pairs: list[Shown], actor: Actor) -> list[Shown]:
    """One place in so many goes to the best product that is new here and would not be seen otherwise; it says so."""
    figures = setting_values((NEW_DAYS, NEW_EVERY))
    every, days = figures[NEW_EVERY.key], figures[NEW_DAYS.key]
    if not every or len(pairs) < every:
        return pairs
    since = clock.now() - timedelta(days=days)
    present = [each.product.id for each in pairs[: every - 1]]
    fresh = db.session.scalar(queries.best_new_product(scenario.id, actor, since, present))
    if fresh is None:
        return pairs
    seat = _pairs([(scenario, fresh)], fresh=True)[0]
    others = [each for each in pairs if each.product.id != seat.product.id]
    return [*others[: every - 1], seat, *others[every - 1 :]][: len(pairs)]


def scenario_panel(listing: Any, actor: Actor) -> Markup:
    """The best products for a need, on its page; nothing while it is not public."""
    if listing.state != "published":
        return Markup("")
    draw = get_template_attribute("matching/scenario_panel.html", "scenario_panel")
    found, own = matches_of(listing, actor, IN_PANEL), actor.belongs_to(listing.organization_id)
    others = others_of(listing, found, actor)
    return Markup(draw(listing, heads(listing), found, others, _total(listing, found), weights.VERSION, own))


def product_panel(listing: Any, actor: Actor) -> Markup:
    """The needs that a product fits, on its page."""
    if listing.state != "published":
        return Markup("")
    draw = get_template_attribute("matching/product_panel.html", "product_panel")
    found, own = matches_of(listing, actor, IN_PANEL), actor.belongs_to(listing.organization_id)
    return Markup(draw(listing, found, _total(listing, found), weights.VERSION, own))


def compare_rows(products: Sequence[Product], number: str, actor: Actor) -> list[dict[str, Any]]:
    """How products meet a need, as rows of their comparison: each must-have, and the score of the match.

    Raises:
        NotFound: there is no such published need.
    """
    scenario = _open(listing_by_number(SCENARIO, number, actor))
    pairs = _pairs([(scenario, each) for each in products])
    heading = Text("对照 %(number)s　%(title)s", "Against %(number)s　%(title)s") % {
        "number": scenario.number, "title": scenario.label,
    }  # fmt: skip
    rows: list[dict[str, Any]] = [{"group": heading, "href": url_for("scenarios.show", number=scenario.number)}]
    for place, (name, wanted) in enumerate(heads(scenario)):
        found = [_verdict(each.cells[place]) for each in pairs]
        rows.append({"label": name, "unit": Text("", ""), "wanted": wanted, "cells": found})
    scores = [{"value": each.standing} for each in pairs]
    rules = f"{matches_href(scenario)}#rules"
    return [*rows, {"label": Text("适配分", "Score"), "unit": Text("", ""), "href": rules, "cells": scores}]


def needs_to_compare(actor: Actor) -> list[tuple[str, Text]]:
    """(number, title) of the actor's own open needs, the newest first: what he may hold products against."""
    if not actor.organization_ids:
        return []
    return [(each.number, each.label) for each in queries.own_needs(actor, MOST_OWN)]


def _verdict(cell: Cell) -> dict[str, Any]:
    return {"value": cell.said, "fit": cell.kind, "words": cell.words}


def _total(listing: Listing, found: Sequence[Any]) -> int:
    """How many matches there are: counted only where the panel does not show them all."""
    return queries.count_for(listing) if len(found) >= IN_PANEL else len(found)


def _scenario(number: str) -> Scenario:
    return _open(listing_by_number(SCENARIO, number, current_actor()))


def _product(number: str) -> Product:
    return _open(listing_by_number(PRODUCT, number, current_actor()))


def _open(listing: Any) -> Any:
    """What is published has matches; everything else has no such page."""
    if listing.state != "published":
        raise NotFound
    return listing


def _page(total: int, cut: Any) -> Page[Shown]:
    number = page_number()
    items: Sequence[Shown] = cut(PER_PAGE, (number - 1) * PER_PAGE)
    if number > 1 and not items:
        raise NoSuchPage
    return Page(items, total, number)


def _product_cells(each: Shown, language: str) -> list[str]:
    product = each.product
    return [
        product.number, product.label.say(language), product.organization.label.say(language), each.score,
        *(cell.words.say(language) for cell in each.cells),
    ]  # fmt: skip


def _need_cells(each: Shown, language: str) -> list[str]:
    """One cell for all must-haves: each need has its own."""
    scenario, said = each.scenario, Text("%(name)s %(wanted)s：%(words)s", "%(name)s %(wanted)s: %(words)s")
    told = [
        (said % {"name": cell.name, "wanted": cell.wanted, "words": cell.words}).say(language) for cell in each.cells
    ]
    organization = scenario.organization.label
    return [scenario.number, scenario.label.say(language), organization.say(language), each.score, "\n".join(told)]


def _points(each: Shown) -> list[str]:
    points = {name: str(each.judgement.earned[name] / 100) for name in each.judgement.earned}
    return [points.get(name, "") for name in weights.PARTS]


def matches_href(listing: Listing) -> str:
    """The page of all matches of a listing."""
    name = "of_scenario" if isinstance(listing, Scenario) else "of_product"
    return url_for(f"matching.{name}", number=listing.number)
