"""Pilots that come from an agreed talk: begun by either side, once for a product, with what the need asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as clocks
from marketplace.core.actor import VISITOR
from marketplace.core.errors import NotFound, Refused
from marketplace.foundation.db import db, transaction
from marketplace.pilots import grounds, plan, services
from marketplace.pilots.models import Pilot
from tests.factories import accounts, enquiries, pilots

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
