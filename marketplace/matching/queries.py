"""Selects of matches, and of what matches are judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.listings.models import Listing
from marketplace.matching import scoring, weights
from marketplace.matching.models import Match, Matched
from marketplace.matching.scoring import Need, Offer, Requirement
from marketplace.pilots.models import Pilot
from marketplace.products import queries as products
from marketplace.products.content import EVIDENCE_LEVEL
from marketplace.products.models import Product
from marketplace.reference import catalogue
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios.models import Scenario

SCENARIO, PRODUCT = "scenario", "product"
MODELS: dict[str, type[Listing]] = {SCENARIO: Scenario, PRODUCT: Product}
# A must-have row as the form and the content have it: {"spec", "op", "value", …}.
Row = dict[str, Any]
# The sub-scenario, or else the domain, of each verified pilot of a product.
Piloted = Mapping[int, Sequence[str]]


def requirements_of(rows: Iterable[Row]) -> tuple[Requirement, ...]:
    """The must-haves of a content."""
    return tuple(Requirement(each["spec"], each["op"], each["value"]) for each in rows)


def need_of(scenario: Scenario) -> Need:
    """What counts of a scenario, from what the public reads of it."""
    content = scenario.content
    known = catalogue.subscenario(scenario.subscenario) if scenario.subscenario else None
    near = [known] if known else catalogue.domain(scenario.domain).subscenarios if scenario.domain else []
    title = f"{scenario.title} {known.label.zh if known else ''}"
    texts = f"{content['task']} {content['situation']}"
    words, title_pairs = scoring.need_words(title, texts), scoring.pairs_of(title)
    text_pairs = scoring.pairs_of(texts) - title_pairs
    named = catalogue.categories_asked_for(f"{scenario.title} {content['task']}")
    categories = frozenset().union(*(each.categories for each in near))
    return Need(
        id=scenario.id,
        domain=scenario.domain,
        subscenario=scenario.subscenario or "",
        exact=bool(scenario.subscenario),
        named=named,
        categories=categories,
        kinds=named | categories,
        region=scenario.site_region,
        payment=frozenset(content.get("payment") or ()),
        requirements=requirements_of(content.get("requirements") or ()),
        words=words,
        all_weight=sum(weight for _word, weight in words.values()),
        title_pairs=title_pairs,
        text_pairs=text_pairs,
        pair_weight=len(title_pairs) * weights.TITLE_WEIGHT + len(text_pairs) * weights.TEXT_WEIGHT,
    )


def piloted(product_ids: Sequence[int] | None = None) -> Piloted:
    """What the products (all of them) were tried at with a verified result, a pilot for every entry."""
    select = (
        sa.select(Pilot.product_id, Scenario.domain, Scenario.subscenario)
        .outerjoin(Scenario, Scenario.id == Pilot.scenario_id)
        .where(Pilot.state == "verified")
    )
    if product_ids is not None:
        select = select.where(Pilot.product_id.in_(product_ids))
    found: dict[int, list[str]] = defaultdict(list)
    for key, domain, subscenario in db.session.execute(select):
        found[key].append(subscenario or domain or "")
    return found


def offer_of(product: Product, tried: Piloted) -> Offer:
    """What counts of a product, from what the public reads of it. Reads ``product.organization``."""
    content, category = product.content, catalogue.category(product.category)
    area = content["specs"].get("service_area")
    words = (product.title, category.label.zh, *category.aliases, content["summary"], content["cases"],
             content["description"])  # fmt: skip
    pairs = scoring.pairs_of(" ".join(words))
    return Offer(
        id=product.id,
        category=product.category,
        domains=frozenset(product.domains),
        region=product.organization.region,
        areas=frozenset(area["value"]["choices"] if area and area["value"] else ()),
        ways=frozenset(content["ways"]),
        claims={
            key: (claim["value"], EVIDENCE_LEVEL[claim["evidence"] or "declared"])
            for key, claim in content["specs"].items()
        },
        tokens=scoring.offer_tokens(" ".join(words)),
        pairs=pairs,
        brevity=scoring.brevity_of(pairs),
        piloted=frozenset(
            part for code in tried.get(product.id, ()) for part in (code, code.partition(".")[0]) if part
        ),
    )


def open_scenarios(ids: Sequence[int] | None = None) -> Iterator[Scenario]:
    """Published scenarios (those of ``ids``), in portions; one that ended is matched with nothing."""
    yield from _published(sa.select(Scenario), Scenario, ids)


def offered_products(ids: Sequence[int] | None = None) -> Iterator[Product]:
    """Published products (those of ``ids``) with their organizations, in portions."""
    yield from _published(sa.select(Product).options(joinedload(Product.organization)), Product, ids)


def judged_products() -> list[tuple[int, int]]:
    """(key, version) of the published products whose matches are up to date."""
    select = sa.select(Product.id, Product.version).join(Matched, _judged(PRODUCT))
    rows = db.session.execute(select.where(Product.state == "published").order_by(Product.id))
    return [(row.id, row.version) for row in rows]


def _published(select: sa.Select[Any], model: type[Listing], ids: Sequence[int] | None) -> Iterator[Any]:
    wanted = select.where(model.state == "published").order_by(model.id)
    if ids is not None:
        wanted = wanted.where(model.id.in_(ids))
    yield from db.session.scalars(wanted.execution_options(yield_per=500))


def stale(kind: str, limit: int) -> list[tuple[int, int]]:
    """(key, version) of published listings whose matches were judged on another version, or by other rules."""
    model = MODELS[kind]
    select = (
        sa.select(model.id, model.version)
        .outerjoin(Matched, _judged(kind))
        .where(model.state == "published", Matched.listing_id.is_(None))
        .order_by(model.id)
        .limit(limit)
    )
    return [(row.id, row.version) for row in db.session.execute(select)]


def _judged(kind: str) -> sa.ColumnElement[bool]:
    """The note of a listing as it is now, by the present rules."""
    model = MODELS[kind]
    same = (Matched.kind == kind) & (Matched.listing_id == model.id) & (Matched.version == model.version)
    same &= Matched.rules == weights.VERSION
    if kind == SCENARIO:
        return same
    verified = sa.select(sa.func.count()).where(Pilot.product_id == model.id, Pilot.state == "verified")
    return same & (Matched.pilots == verified.scalar_subquery())


def gone(kind: str, limit: int) -> list[int]:
    """The keys of listings that have matches and are published no more."""
    model = MODELS[kind]
    published = sa.select(model.id).where(model.id == Matched.listing_id, model.state == "published")
    select = sa.select(Matched.listing_id).where(Matched.kind == kind, ~published.exists()).limit(limit)
    return list(db.session.scalars(select))


def position() -> int:
    """Changes whenever any match does."""
    return db.session.scalar(position_select()) or 0


def position_select() -> sa.Select[int]:
    """The same, for who asks for more in one statement."""
    return sa.select(sa.func.max(Matched.seq))


def products_for(scenario_id: int, actor: Actor) -> sa.Select[Product]:
    """The products that fit a scenario, as far as the actor may see them: the best first, those without open questions
    before others of the same score."""
    select = sa.select(Product).join(Match, Match.product_id == Product.id).options(joinedload(Product.organization))
    fitting = select.where(Match.scenario_id == scenario_id, products.was_public_to(actor))
    return fitting.order_by(Match.score.desc(), Match.open_questions, Match.product_id)


def scenarios_for(product_id: int, actor: Actor) -> sa.Select[Scenario]:
    """The scenarios that a product fits, in the same order."""
    select = sa.select(Scenario).join(Match, Match.scenario_id == Scenario.id)
    fitting = select.where(Match.product_id == product_id, scenarios.was_public_to(actor))
    order = Match.score.desc(), Match.open_questions, Match.scenario_id
    return fitting.options(joinedload(Scenario.organization)).order_by(*order)


def own_needs(actor: Actor, most: int) -> Sequence[Scenario]:
    """The open needs of the actor's organizations, the newest first."""
    mine = Scenario.organization_id.in_(sorted(actor.organization_ids)) & (Scenario.state == "published")
    return db.session.scalars(sa.select(Scenario).where(mine).order_by(Scenario.id.desc()).limit(most)).all()


def count_for(listing: Listing) -> int:
    """How many matches a listing has."""
    column = Match.scenario_id if isinstance(listing, Scenario) else Match.product_id
    return db.session.scalar(sa.select(sa.func.count()).select_from(Match).where(column == listing.id)) or 0


def best_new_product(scenario_id: int, actor: Actor, since: datetime, present: Sequence[int]) -> sa.Select[Product]:
    """The best one first published at or after ``since``, other than those ``present``."""
    new = (Product.created_at >= since) & Product.published_at.is_not(None) & Product.id.not_in(present)
    return products_for(scenario_id, actor).where(new).limit(1)
