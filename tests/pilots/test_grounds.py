"""Pilots that come from an agreed talk: begun by either side, once for a product, with what the need asks for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as clocks
from marketplace.core.actor import VISITOR
from marketplace.core.errors import NotFound, Refused
from marketplace.enquiries import opening
from marketplace.enquiries import services as talks
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import Enquiry
from marketplace.foundation.db import db, transaction
from marketplace.pilots import grounds, plan, services
from marketplace.pilots.models import Pilot
from tests.factories import accounts, pilots

Db = scoped_session[Session]


def talk(both: pilots.Sides, kind: str = "pilot") -> Enquiry:
    """A talk that agreed on a pilot, to begin in a week."""
    with transaction():
        made = opening.answer_scenario(both.scenario, [both.product.number], both.supplier, "可以做。")
        talks.take_step(made, ENQUIRY.by_name["accept"], both.demander, "", None)
        later, amount = (7, None) if kind == "pilot" else (0, Decimal("48.5"))
        day = clocks.today() + timedelta(days=later)
        talks.propose(made, both.supplier, kind, amount, day, "", None)
        assert made.proposal is not None
        talks.answer_outcome(made.proposal, OUTCOME.by_name["confirm"], both.demander, "", None)
    return made


def test_a_plan_from_an_agreed_talk(session: Db, clock: Any) -> None:
    who = pilots.sides()
    agreed = talk(who)
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
    bought = talk(who, "purchase")
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
