"""Matches are kept current: whatever changes on either side, they are those of the present rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.matching import keeping, queries, weights
from marketplace.matching.keeping import Keeper
from marketplace.matching.models import Match, Matched
from marketplace.pilots import services as pilot_services
from marketplace.products.kind import PRODUCT
from tests.factories import accounts, listings, pilots, products, scenarios
from tests.matching.listed import expected, kept

Db = scoped_session[Session]


def settle(keeper: Keeper | None = None) -> None:
    working = keeper or Keeper()
    for _ in range(50):
        if not working.run():
            return
    raise AssertionError("the keeper finds no end")


def withdraw(listing: Any) -> None:
    step = PRODUCT.lifecycle.by_name["withdraw"]
    with transaction():
        services.take_step(PRODUCT, listing, step, listings.member_of(listing.organization), "不再供货", None)


def test_a_published_pair_is_found_and_a_withdrawn_product_is_gone(app: Flask, session: Db) -> None:
    need, offer = scenarios.scenario(), products.product()
    keeper = Keeper()
    settle(keeper)
    assert list(kept()) == [(need.id, offer.id)]
    assert kept() == expected()
    other = products.product(title="水下清洗", summary="水下清洗", cases="", category="underwater", domains=["public"])
    settle(keeper)
    before = queries.position()
    withdraw(offer)
    settle(keeper)
    assert kept() == {}
    assert other.state == "published"
    assert queries.position() != before, "kept pages are drawn anew"


def test_a_verified_pilot_counts_though_the_product_is_what_it_was(app: Flask, session: Db) -> None:
    made, who = pilots.pilot("reporting")
    pilots.sign(made, who)
    settle()
    before = kept()[who.scenario.id, who.product.id]
    visit = {"day": clock.today().isoformat(), "who": "省厅装备处二人", "seen": "现场运行正常"}
    version = who.product.version
    with transaction():
        pilot_services.verify(made, "verify", pilots.verifier(), "", made.version, visit=visit)
    assert who.product.version == version
    settle()
    assert kept()[who.scenario.id, who.product.id] > before
    assert kept() == expected()


def test_drafts_and_what_is_in_review_match_nothing(app: Flask, session: Db) -> None:
    scenarios.scenario()
    for state in ("draft", "in_review", "returned", "suspended"):
        products.product(state)
    settle()
    assert kept() == {}


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_the_table_is_that_of_the_rows(
    app: Flask, session: Db, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(keeping, "MOST_FITS", chance.choice((1, 3, 1000)))  # a portion ends in the middle, or not
    keeper = Keeper()
    words = ("变电站巡检", "仓库搬运", "景区导览", "管网清淤")
    owner, vendor = accounts.organization(), accounts.organization()
    offered: list[Any] = []
    for _ in range(7):
        if chance.random() < 0.5 or not offered:
            weight = {"from": str(chance.randint(5, 30))}
            specs = {"payload": products.claim(weight)} if chance.random() < 0.7 else {}
            title = chance.choice(words)
            given: dict[str, Any] = {"specs": specs or products.content()["specs"], "title": title, "summary": title}
            offered.append(products.product(organization=vendor, **given))
        elif chance.random() < 0.5:
            scenarios.scenario(
                organization=owner,
                title=chance.choice(words),
                requirements=[scenarios.must("payload", ">=", {"from": "15"})],
            )
        else:
            withdraw(offered.pop(chance.randrange(len(offered))))
        if chance.random() < 0.5:
            settle(chance.choice((keeper, Keeper())))
    settle(Keeper())
    assert kept() == expected()


def test_for_another_need_only_products_are_read_that_may_fit_it(
    app: Flask, session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = {"title": "水下清洗", "summary": "水下清洗", "cases": "", "category": "underwater", "domains": ["public"]}
    near, other = products.product(), products.product(**far)
    keeper, read, original = Keeper(), list[int](), queries.offer_of
    settle(keeper)

    def noted(product: Any, tried: Any) -> Any:
        read.append(product.id)
        return original(product, tried)

    monkeypatch.setattr(queries, "offer_of", noted)
    need = scenarios.scenario()
    settle(keeper)
    assert (read, list(kept())) == ([near.id], [(need.id, near.id)])
    with transaction():  # it says something else from now on, in another version
        other.content = {**other.content, **near.content}
        other.title, other.category, other.domains = near.title, near.category, near.domains
        db.session.flush()
        ledger.record(other, "edit", SYSTEM)
    settle(keeper)
    scenarios.scenario()
    settle(keeper)
    assert kept() == expected()
    assert len(kept()) == 4


def test_new_rules_judge_every_pair_again(app: Flask, session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios.scenario()
    products.product()
    settle()
    with transaction():
        db.session.execute(sa.update(Match).values(score=1))
    monkeypatch.setattr(weights, "VERSION", weights.VERSION + 1)
    settle()
    assert kept() == expected()
    assert set(db.session.scalars(sa.select(Matched.rules))) == {weights.VERSION}


def test_a_change_while_it_is_judged_is_judged_again(app: Flask, session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios.scenario()
    offer = products.product()
    original = queries.offer_of

    def changed_meanwhile(product: Any, tried: Any) -> Any:
        found = original(product, tried)
        monkeypatch.setattr(queries, "offer_of", original)
        withdraw(product)
        return found

    monkeypatch.setattr(queries, "offer_of", changed_meanwhile)
    settle()
    assert offer.state == "withdrawn"
    assert kept() == {}
