"""Counts beside the hits equal a plain recount over the database rows, for every combination that is tried."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.challenges.models import Challenge
from marketplace.core.actor import VISITOR
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import FACETS, Key, SearchAnswer, SearchRequest
from marketplace.notices.models import Notice
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.reference import catalogue, regions
from marketplace.scenarios.models import Scenario
from marketplace.search.queries import Question, find
from marketplace.search.services import engine, rebuild, texts
from marketplace.sites.models import Site
from marketplace.sites.policy import in_force
from tests.support.sample_site import SampleSite

ROWS = int(os.environ.get("ROWS", "200"))
ENDED = ("expired", "fulfilled", "closed")
Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Thing:
    """A row as the facets see it: facet → values."""

    key: Key
    values: Mapping[str, frozenset[str]]

    def fits(self, filters: Filters, leaving: str = "") -> bool:
        return all(self.values[facet] & set(wanted) for facet, wanted in filters.items() if facet != leaving)


def city_of(region: str) -> set[str]:
    if not region:
        return {"outside"}
    return {"340000"} if region == "340000" else {"340000", region[:4] + "00"}


def rows() -> Iterator[tuple[Key, dict[str, Any]]]:
    """What is public, straight from the tables."""
    for product in db.session.scalars(sa.select(Product).where(Product.state.in_(("published", *ENDED)))):
        category = catalogue.category(product.content["category"])
        yield ("product", product.id), {
            "domain": product.content["domains"], "category": [category.code], "segment": [category.segment],
            "city": city_of(product.region), "status": [product.state],
        }  # fmt: skip
    for scenario in db.session.scalars(sa.select(Scenario).where(Scenario.state.in_(("published", *ENDED)))):
        domain = [scenario.content["domain"]] if scenario.content["domain"] else []
        city = city_of(scenario.content["region"])
        yield ("scenario", scenario.id), {"domain": domain, "city": city, "status": [scenario.state]}
    for firm in db.session.scalars(sa.select(Organization).where(Organization.state == "verified")):
        segment = firm.segments
        yield ("organization", firm.id), {"city": city_of(firm.region), "segment": segment, "status": ["verified"]}
    for each in db.session.scalars(sa.select(Challenge).where(Challenge.published_at.is_not(None))):
        yield ("challenge", each.id), {"domain": [each.domain], "city": city_of(each.region), "status": [each.state]}
    for notice in db.session.scalars(sa.select(Notice)):
        yield ("notice", notice.id), {"city": city_of(notice.region), "status": [notice.state]}
    for site in db.session.scalars(sa.select(Site).where(in_force())):
        domain = [site.domain] if site.domain else []
        yield ("site", site.id), {"domain": domain, "city": city_of(site.region), "status": [site.state]}


@pytest.fixture(scope="module")
def things(sample: SampleSite) -> list[Thing]:
    """Every public row of the sample."""
    with sample.app.app_context():
        return [Thing(key, all_facets(key, values)) for key, values in rows()]


def all_facets(key: Key, values: dict[str, Any]) -> Mapping[str, frozenset[str]]:
    """The values of every facet, of those that the row lacks none."""
    return {facet: frozenset({"kind": [key[0]], **values}.get(facet, ())) for facet in FACETS}


def values_of(things: list[Thing]) -> dict[str, list[str]]:
    return {facet: sorted({value for thing in things for value in thing.values[facet]}) for facet in FACETS}


def check_counts(answer: SearchAnswer, things: list[Thing], filters: Filters) -> None:
    """The total and every count of the answer, against the recount."""
    assert answer.total == sum(thing.fits(filters) for thing in things), filters
    for facet in FACETS:
        counted = Counter(value for thing in things if thing.fits(filters, facet) for value in thing.values[facet])
        given = {value: count for value, count in answer.facets[facet].items() if count}
        assert given == counted, f"{facet} under {filters}"


def ask(filters: Filters, text: str = "", limit: int = 1) -> SearchAnswer:
    return engine().search(SearchRequest(text=text, filters=filters, limit=limit), texts)


def combinations(values: dict[str, list[str]]) -> Iterator[Filters]:
    """Every value alone, every two of one facet, every two of two facets, and many of three to six facets."""
    yield {}
    yield {"kind": ("nothing",)}
    for facet, choices in values.items():
        yield from ({facet: (value,)} for value in choices)
        yield from ({facet: pair} for pair in itertools.combinations(choices, 2))
    for first, second in itertools.combinations(values, 2):
        yield from ({first: (a,), second: (b,)} for a in values[first] for b in values[second])
    chance = random.Random(6)
    for _ in range(400):
        chosen = chance.sample(list(values), chance.randint(2, 6))
        yield {
            each: tuple(chance.sample(values[each], min(len(values[each]), chance.randint(1, 2)))) for each in chosen
        }


def test_every_combination_agrees_with_a_recount(sample: SampleSite, things: list[Thing]) -> None:
    values = values_of(things)
    assert all(len(choices) >= 2 for choices in values.values()), values
    tried = 0
    with sample.app.app_context():
        for filters in combinations(values):
            check_counts(ask(filters), things, filters)
            tried += 1
    assert tried > 1500


def test_with_many_rows_too_and_on_both_engines(app: Flask) -> None:
    """``ROWS=10000 pytest -k many_rows tests/search/test_facets.py`` is the full figure; few by default."""
    from marketplace.cli.scale import grow

    with app.app_context():
        grow(ROWS * 8 // 10, ROWS * 2 // 10, max(ROWS // 20, 5), 3)
        rebuild()
        many = [Thing(key, all_facets(key, values)) for key, values in rows()]
        assert len(many) > ROWS
        values = values_of(many)
        tried = list(itertools.islice(combinations({name: some for name, some in values.items() if some}), 3000))
        for filters in random.Random(4).sample(tried, 200):
            check_counts(ask(filters), many, filters)
        for text in ("巡检", "机械臂", "搬运 机器人"):
            everything = ask({}, text, limit=2 * ROWS)
            keys = {(hit.kind, hit.doc_id) for hit in everything.hits}
            among = [thing for thing in many if thing.key in keys]
            assert everything.total == len(keys) == len(among) > 0
            for filters in random.Random(text).sample(tried, 20):
                check_counts(ask(filters, text), among, filters)


@pytest.mark.parametrize("text", ["巡检", "机器人", "AMR", "养老", "xArm 6", "robot inspection", "合肥"])
def test_under_words_too(sample: SampleSite, things: list[Thing], text: str) -> None:
    chance, values = random.Random(text), values_of(things)
    with sample.app.app_context():
        everything = ask({}, text, limit=10_000)
        keys = {(hit.kind, hit.doc_id) for hit in everything.hits}
        assert everything.total == len(keys) > 0
        among = [thing for thing in things if thing.key in keys]
        check_counts(everything, among, {})
        for _ in range(25):
            chosen = chance.sample(list(values), chance.randint(1, 3))
            filters = {each: tuple(chance.sample(values[each], chance.randint(1, 2))) for each in chosen}
            check_counts(ask(filters, text), among, filters)


def test_the_hits_are_those_that_fit(sample: SampleSite, things: list[Thing]) -> None:
    filters = {"kind": ("product",), "city": ("340000", "outside"), "domain": ("industrial", "logistics")}
    expected = {thing.key for thing in things if thing.fits(filters)}
    with sample.app.test_request_context("/"):
        hits = ask(filters, limit=10_000).hits
        assert {(hit.kind, hit.doc_id) for hit in hits} == expected
        assert len(hits) == len(expected) > 14
        pages = [
            find(Question(filters=filters, page=page, per_page=7), VISITOR) for page in range(1, -(-len(hits) // 7) + 1)
        ]
        shown = [card["id"] for page in pages for card in page.cards]
    assert sorted(shown) == sorted(doc_id for _kind, doc_id in expected)


def test_pages_lists_and_api_count_the_same(sample: SampleSite, things: list[Thing]) -> None:
    client = sample.visitor()
    for kind, path in (("product", "products"), ("scenario", "scenarios"), ("organization", "organizations")):
        number = sum(thing.fits({"kind": (kind,), "city": ("340100",)}) for thing in things)
        assert number > 0
        listed = json.loads(client.get(f"/{path}.json?city=340100", buffered=True).data)
        assert len(listed["items"]) == number
        answer = client.get(f"/api/v1/{path}?city=340100&limit=100").json
        assert len(answer["items"]) == answer["total"] == number
        assert re.search(rf"\b{number}\b", client.get(f"/{path}?city=340100").text)


def test_the_home_page_shows_true_counts(sample: SampleSite, things: list[Thing]) -> None:
    client = sample.visitor()
    text = client.get("/").text
    open_ = {"status": ("published", "verified")}
    scenarios, products, firms = (
        sum(thing.fits({"kind": (kind,), **open_}) for thing in things)
        for kind in ("scenario", "product", "organization")
    )
    assert scenarios < sum(thing.key[0] == "scenario" for thing in things), "the sample has needs that have ended"
    assert f"现在公开：场景需求 {scenarios} 条，产品供给 {products} 个，单位 {firms} 家。" in text
    for city in regions.cities():
        count = sum(thing.fits({"kind": ("scenario",), "city": (city.code,), **open_}) for thing in things)
        assert f'href="/scenarios?city={city.code}&amp;status=published">{city.label.zh}<b>{count}</b>' in text
    assert f"共 {scenarios} 项" in client.get("/scenarios?status=published").text
    with sample.app.app_context():
        newest = re.findall(r'href="/scenarios/(S-[^"]+)">', text.partition("最新场景需求")[2])
        states = db.session.scalars(sa.select(Scenario.state).where(Scenario.number.in_(newest)))
        assert set(states) == {"published"}
