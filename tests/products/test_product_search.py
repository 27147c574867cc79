"""Products in the search: documents of what is public, cards of what may be seen, for all rows of the sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, render_template_string
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import VISITOR
from marketplace.foundation.db import db, transaction
from marketplace.listings.loading import Loaded, load
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.organizations.models import Organization
from marketplace.organizations.services import load_organization
from marketplace.products import queries, searchdoc, views
from marketplace.products.capability import SOURCE
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue, regions
from marketplace.sample.organizations import makers
from marketplace.sample.products import products as sample_products
from tests.factories import accounts, listings, products

STATES = tuple(PRODUCT.lifecycle.states)


@pytest.fixture
def sample(app: Flask, session: Any) -> list[int]:
    """The keys of all rows of the sample, loaded as the demonstration does."""
    with transaction():
        units: dict[str, Organization] = {
            each.key: load_organization(
                name=each.name, name_en=each.name_en, kind=each.kind, credit_code=each.credit_code, region=each.region,
                place="" if each.region else each.city, place_en="" if each.region else each.city_en,
            )
            for each in makers()
        }  # fmt: skip
        return load(PRODUCT, [Loaded(units[each.maker], each.content, compiled=True) for each in sample_products()])


def test_every_row_of_the_sample_becomes_a_document(sample: list[int], statements: Callable[[], int]) -> None:
    before = statements()
    documents = list(searchdoc.documents(sample))
    assert statements() - before == 1
    assert [each.doc_id for each in documents] == sample
    assert len(sample) == 170
    cities = {each.code for each in regions.cities()}
    for document, row in zip(documents, sample_products(), strict=True):
        category = catalogue.category(row.content["category"])
        assert row.content["title"] in document.title
        assert row.content["title_en"] in document.title
        assert row.content["model"] in document.title
        assert row.content["summary"] in document.body
        for label in (
            category.label,
            catalogue.robot_class(category.robot_class).label,
            catalogue.segment(category.segment).label,
        ):
            assert label.zh in document.tags
            assert label.en in document.tags
        facets = document.facets
        assert facets["domain"] == tuple(row.content["domains"])
        assert facets["category"] == (category.code,)
        assert facets["segment"] == (category.segment,)
        assert facets["status"] == ("published",)
        assert facets["city"], "every product lies somewhere"
        assert set(facets["city"]) <= cities | {"340000", "outside"}
        assert document.version == 1
        assert document.timestamp > 0


def test_sources_tell_the_same_of_keys_versions_texts_and_visibility(sample: list[int]) -> None:
    assert sorted(SOURCE.keys()) == sorted(sample)
    assert SOURCE.versions() == dict.fromkeys(sample, 1)
    assert set(SOURCE.texts(sample[:20])) == set(sample[:20])
    assert set(db.session.scalars(SOURCE.visible(VISITOR))) == set(sample)


def test_cards_of_the_sample_are_drawn_without_a_statement_each(
    app: Flask, sample: list[int], statements: Callable[[], int]
) -> None:
    with app.test_request_context("/"):
        before = statements()
        cards = views.cards(sample[::-1], VISITOR)
        assert statements() - before <= 3
        assert [card["id"] for card in cards] == sample[::-1]
        macro = '{% from "macros/hit_product.html" import hit_product %}'
        html = render_template_string(macro + "{% for card in cards %}{{ hit_product(card) }}{% endfor %}", cards=cards)
        assert html.count("<article") == 170
        assert html.count("加入对比") == 170
        assert "Text(" not in html
    for card in cards:
        assert len(card["facts"]) == 4
        assert card["evidence"] in ("documented", "")


@pytest.mark.parametrize("state", STATES)
def test_only_public_states_are_found(app: Flask, session: Any, state: str) -> None:
    product = products.product(state)
    public = state in PUBLIC_STATES
    assert len(list(searchdoc.documents([product.id]))) == (1 if public else 0)
    assert (product.id in queries.public_ids()) is public
    assert queries.public_versions() == ({product.id: product.version} if public else {})
    with app.test_request_context("/"):
        assert len(views.cards([product.id], VISITOR)) == (1 if public else 0)
        member = views.cards([product.id], listings.member_of(product.organization))
        assert len(member) == (0 if product.edition == 0 else 1)


def test_contact_data_are_in_no_document(app: Flask, session: Any) -> None:
    product = products.product("published")
    [document] = searchdoc.documents([product.id])
    everything = f"{document.title} {document.tags} {document.body} {searchdoc.texts([product.id])[product.id]}"
    for secret in ("王五", "62990000", "wang@maker.example"):
        assert secret not in everything


def test_words_of_claims_are_found_numbers_are_not(app: Flask, session: Any) -> None:
    specs = {**products.content()["specs"], "ex_mark": products.claim({"text": "Ex db IIB T4 Gb"})}
    product = products.product("published", None, specs=specs)
    [document] = searchdoc.documents([product.id])
    choices = [choice.label for choice in catalogue.spec("navigation").choices if choice.code in ("laser_3d", "visual")]
    for words in ("IP67", "Ex db IIB T4 Gb", *(label.zh for label in choices), *(label.en for label in choices)):
        assert words in document.tags
    assert "20" not in document.tags.split()


@pytest.mark.parametrize(
    ("region", "cities"),
    [("340104", ("340100", "340000")), ("340200", ("340200", "340000")), ("340000", ("340000",)), ("", ("outside",))],
)
def test_a_product_lies_where_its_maker_is(app: Flask, session: Any, region: str, cities: tuple[str, ...]) -> None:
    place = {} if region else {"place": "浙江省杭州市"}
    product = products.product("published", accounts.organization(region=region, **place))
    [document] = searchdoc.documents([product.id])
    assert document.facets["city"] == cities


def test_a_card_tells_state_marks_and_best_evidence(app: Flask, session: Any) -> None:
    product = products.product("expired")
    with app.test_request_context("/"):
        [card] = views.cards([product.id], VISITOR)
    assert card["evidence"] == "tested"
    assert [tag[0].zh for tag in card["tags"]] == ["已过期", catalogue.mark("first_set_provincial").short.zh]
    assert card["compare"] == {"value": product.number, "checked": False}
    assert card["title"].en == "Trial Q1 quadruped inspection robot"
    assert card["facts"][0][1].zh == "20"


def test_a_change_bumps_the_version_that_the_index_compares(app: Flask, session: Any) -> None:
    product: Product = products.product("published")
    [before] = searchdoc.documents([product.id])
    listings.take(PRODUCT, product, "suspend", accounts.actor(accounts.official(accounts.PROVINCE, ("review",))))
    assert list(searchdoc.documents([product.id])) == []
    assert product.version > before.version


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL knows how many rows have a state
def test_hits_are_read_by_their_keys_not_by_their_state(session: scoped_session[Session]) -> None:
    """By the index of the state SQLite would read every public product for one page of hits."""
    select = sa.select(Product.id, Product.content).where(Product.id.in_([1, 2, 3]), visible_to(VISITOR, Product))
    words = select.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = [row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {words}"))]
    assert plan == ["SEARCH product USING INTEGER PRIMARY KEY (rowid=?)"]
