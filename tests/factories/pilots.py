"""Pilots for tests, brought to a state by the commands that bring them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import transaction
from marketplace.organizations.models import Organization
from marketplace.pilots import intake, measuring, plan, report, services
from marketplace.pilots.models import Batch, Pilot
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from tests.factories import accounts, listings, products, scenarios

REASON = "因为试验"


@dataclass(frozen=True)
class Sides:
    """A product, a need, and who speaks for whom."""

    product: Product
    scenario: Scenario
    supplier: Actor
    demander: Actor


def sides(supplier: Organization | None = None, demander: Organization | None = None) -> Sides:
    """Two verified organizations with a public product and a public need."""
    product = products.product("published", supplier)
    scenario = scenarios.scenario("published", demander)
    return Sides(product, scenario, listings.member_of(product.organization), listings.member_of(scenario.organization))


def target(name: str = "识别准确率", kind: str = "proportion", **changes: Any) -> dict[str, Any]:
    """One target of a plan."""
    given = {
        "name": name, "name_en": "", "kind": kind, "unit": "%" if kind == "proportion" else "h", "direction": "up",
        "goal": "95", "baseline": "90", "stop": "80", "least": "300", "measurer": "demander", "standard": "抽查",
        "spec": "",
    }  # fmt: skip
    return {**given, **changes}


def content(*targets: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A plan that lacks nothing: 40 days from today on."""
    first = clock.today()
    given = {
        "place": "某变电站", "first_day": first.isoformat(), "last_day": (first + timedelta(days=40)).isoformat(),
        "tier": "demonstration", "min_days": 30, "units": "1 台", "software": "", "third_party": "",
        "baseline_note": "", "sampling": "每天 100 张", "exclusions": "", "risks": "隔离", "insurance": "公众责任险",
        "targets": [dict(each) for each in targets] or [target()],
    }  # fmt: skip
    return {**given, **changes}


def pilot(state: str = "running", both: Sides | None = None, **written: Any) -> tuple[Pilot, Sides]:
    """A pilot that walked from its plan to ``state`` (planned, agreed, running, paused, reporting)."""
    who = both or sides()
    with transaction():
        made = services.start_plan(who.demander, who.product, who.scenario, who.scenario.organization)
        services.save_plan(made, written.pop("plan", None) or content(**written), who.supplier, None)
        if state != "planned":
            agree(made, who)
        if state in ("running", "paused", "reporting"):
            services.take_step(made, "start", who.supplier)
        if state == "paused":
            services.take_step(made, "pause", who.demander, REASON)
        if state == "reporting":
            services.take_step(made, "finish", who.demander)
    return made, who


def agree(made: Pilot, who: Sides) -> None:
    """Both say yes to the plan as it is."""
    for actor in (who.supplier, who.demander):
        services.agree(made, actor, plan.digest(made.plan))


def measure(made: Pilot, actor: Actor, *rows: Mapping[str, str], key: str = "") -> Batch:
    """Record readings; each row as a file would hold it, "at" now unless it says so."""
    written = [{"at": clock.now().isoformat(), **each} for each in rows]
    with transaction():
        found = intake.check(enumerate(written, 1), measuring.rules_of(made))
        assert not found.problems, found.problems
        return measuring.record(made, actor, found, "file", plan.digest(written), key=key)


def confirm(made: Pilot, actor: Actor, ids: Iterable[int] | None = None) -> int:
    """The other side confirms these, or all."""
    with transaction():
        return measuring.decide(made, actor, "confirmed", list(ids) if ids is not None else None, last=2**31)


def sign(made: Pilot, who: Sides, verdict: str = "scale") -> None:
    """Write the report; both sign it."""
    written = {"verdict": verdict, "scope": "本场地", "findings": "没有", "economics": "", "copying": ""}
    with transaction():
        services.save_report(made, written, who.supplier, None)
        for actor in (who.supplier, who.demander):
            services.sign(made, actor, plan.digest(report.parts_signed(made)))


def verifier(region: str = accounts.PROVINCE) -> Actor:
    """An official who verifies pilots."""
    return accounts.actor(accounts.official(region, ("demonstrate",), "省工业和信息化厅"))
