"""Pilots that come from an agreed talk: begun by either side, once for a product, with what the need asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.awards import carrying
from marketplace.awards.lifecycle import CONTRACT
from marketplace.core import clock as clocks
from marketplace.core.actor import VISITOR
from marketplace.core.errors import NotFound, Refused
from marketplace.foundation.db import db, transaction
from marketplace.pilots import grounds, plan, services
from marketplace.pilots.models import Pilot
from tests.factories import accounts, awards, challenges, enquiries, listings, pilots, products
from tests.support.site import Clock

Db = scoped_session[Session]


def test_a_plan_from_an_agreed_talk(session: Db, clock: Any) -> None:
    who = pilots.sides()
    agreed = enquiries.agreed(who)
    for stranger in (VISITOR, accounts.actor(accounts.person())):
        with pytest.raises(NotFound):
            grounds.ground("enquiry", agreed.number, stranger)
    with pytest.raises(NotFound):
        grounds.ground("talk", agreed.number, who.demander)
    found = grounds.ground("enquiry", agreed.number, who.demander)
    with transaction():
        made = grounds.begin_plan(found, who.product, who.demander)
    assert (made.origin, made.origin_number, made.scenario_id) == ("enquiry", agreed.number, who.scenario.id)
    assert made.product_edition == who.product.edition
    assert made.plan["first_day"] == (clocks.today() + timedelta(days=7)).isoformat()
    assert [each["name"] for each in made.plan["targets"]] == [each["name"] for each in who.scenario.content["targets"]]
    # The other side finds the same plan; one that was given up makes way for another.
    with transaction():
        assert grounds.begin_plan(found, who.product, who.supplier).id == made.id
        services.take_step(made, "abort", who.supplier, "重新拟订")
        assert grounds.begin_plan(found, who.product, who.supplier).id != made.id
    assert db.session.query(Pilot).count() == 2


def test_what_no_plan_is_begun_from(session: Db, clock: Any) -> None:
    who = pilots.sides()
    bought = enquiries.agreed(who, "purchase")
    with pytest.raises(Refused, match="agreed on a pilot"):
        grounds.ground("enquiry", bought.number, who.supplier)


def test_a_need_without_targets_gives_its_must_haves() -> None:
    rows = [
        {"spec": "payload", "op": ">=", "value": {"from": "15"}},
        {"spec": "payload", "op": "=", "value": {"from": "15"}},
        {"spec": "ip_rating", "op": ">=", "value": {"choice": "IP54"}},
    ]
    (only,) = plan.targets_asked({"requirements": rows, "targets": []})
    assert (only["spec"], only["direction"], only["target"]) == ("payload", "up", "15")
    assert plan.targets_asked({"requirements": rows, "targets": [{"name": "漏检率"}]}) == [{"name": "漏检率"}]
    assert plan.targets_asked({}) == []


# Bids are taken by the clock of the database, which stands still on SQLite alone.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_plan_from_a_challenge_under_contract(session: Db, clock: Clock) -> None:
    product = products.product()
    winner, owner = product.organization, accounts.organization(kind="state_owned_firm")
    officials = [challenges.challenge_official() for _ in range(3)]
    awards.register()
    scene = awards.accepted(clock, awards.ranked(clock, [winner, accounts.organization()], owner, officials))
    supplier, demander, number = listings.member_of(winner), listings.member_of(owner), scene.challenge.number
    with pytest.raises(Refused, match="no contract is carried out"):
        grounds.ground("challenge", number, demander)
    for stranger in (VISITOR, supplier, scene.runs):  # who won, is no side before the contract
        with pytest.raises(NotFound):
            grounds.ground("challenge", number, stranger)
    sign_contract(scene)
    for stranger in (VISITOR, scene.runs, listings.member_of(scene.bids[1].organization)):
        with pytest.raises(NotFound):
            grounds.ground("challenge", number, stranger)
    found = grounds.ground("challenge", number, supplier)
    assert [each.id for each in found.products] == [product.id]
    with transaction():
        made = grounds.begin_plan(found, product, supplier)
        assert grounds.begin_plan(grounds.ground("challenge", number, demander), product, demander).id == made.id
    assert (made.origin, made.origin_number, made.demander_id) == ("challenge", number, owner.id)


def sign_contract(scene: awards.Scene) -> None:
    """Both sides stand for a contract."""
    award, owner = scene.award(), listings.member_of(scene.challenge.organization)
    with transaction():
        made = carrying.write_contract(award, awards.terms(), [awards.evidence("合同.txt")], owner)
    with transaction():
        step = CONTRACT.by_name["sign"]
        carrying.take_contract_step(made, step, listings.member_of(award.organization), "", None)
