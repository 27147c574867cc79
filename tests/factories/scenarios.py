"""Scenarios for tests: what an owner would write, brought to a state by walking its life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import transaction
from marketplace.listings import services
from marketplace.organizations.models import Organization
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from tests.factories import listings

# State → the one step that leads there from a published scenario; the others are those of every listing.
OWN_ENDINGS = {"fulfilled": "fulfil", "closed": "close"}


def must(spec: str, op: str, value: dict[str, Any], why: str = "") -> dict[str, Any]:
    """One must-have of a content."""
    return {"spec": spec, "op": op, "value": value, "why": why}


def target(name: str, aim: str, direction: str = "up", **more: str) -> dict[str, str]:
    """One target of a content; ``more``: unit, baseline, method."""
    return {"name": name, "unit": "", "direction": direction, "baseline": "", "target": aim, "method": "", **more}


def content(**changes: Any) -> dict[str, Any]:
    """The content of a need that passes the pre-check without a word."""
    given = {
        "title": "变电站设备区巡检", "title_en": "Inspection of a substation yard",
        "domain": "special", "subscenario": "special.power", "region": "340103", "place": "某变电站",
        "place_en": "A substation",
        "situation": "人工每日两次。\n\n雨雪天漏检。", "situation_en": "Twice a day by hand.",
        "task": "自主巡检并读表。", "task_en": "Inspect on its own and read meters.",
        "conditions": {"temperature": {"from": "-10", "to": "40"}, "place": {"choices": ["outdoor"]}},
        "requirements": [
            must("payload", ">=", {"from": "15"}, "红外云台"), must("ip_rating", ">=", {"choice": "IP65"}),
            must("operating_temp", "covers", {"from": "-10", "to": "40"}),
        ],
        "targets": [target("单次巡检时间", "60", "down", unit="min", baseline="90", method="连续20次取平均")],
        "quantity": "2台", "budget_kind": "range", "budget_from": "60", "budget_to": "90.5", "budget_note": "含安装",
        "payment": ["purchase", "pilot"], "start_by": day(90), "answer_by": day(30), "valid_until": day(300),
        "data_terms": "数据留在现场", "safety_terms": "须带急停",
        "contact_name": "王五", "contact_phone": "0551-62990000", "contact_email": "wang@owner.example",
        "pictures": [], "files": [], "sources": [], "source_note": "", "origin": "", "owner_note": "", "year": "",
        "reliability": "",
    }  # fmt: skip
    return {**given, **changes}


def day(ahead: int) -> str:
    """A day so many days from today in Beijing."""
    return (clock.today() + timedelta(days=ahead)).isoformat()


def scenario(
    state: str = "published",
    organization: Organization | None = None,
    reviewer: Actor | None = None,
    reason: str = listings.REASON,
    **changes: Any,
) -> Scenario:
    """A scenario in a state, filed by a member of ``organization`` (a new one) and decided by the province."""
    way = "published" if state in OWN_ENDINGS else state
    made = listings.listing(SCENARIO, way, organization, reviewer, **content(**changes))
    assert isinstance(made, Scenario)
    if state in OWN_ENDINGS:
        step = SCENARIO.lifecycle.by_name[OWN_ENDINGS[state]]
        with transaction():
            owner = listings.member_of(made.organization)
            services.take_step(SCENARIO, made, step, owner, reason if step.asks_reason else "", None)
    return made
