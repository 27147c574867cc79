"""A pilot as everybody may read it in files and by programs: summary and targets, never a single reading."""

from __future__ import annotations

from typing import Any

from flask import current_app

from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.pilots import queries, report
from marketplace.pilots.judging import Judged
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot

CELLS = {
    "number": Text("编号", "Number"), "title": Text("名称", "Title"), "state": Text("状态", "State"),
    "product": Text("产品编号", "Product"), "scenario": Text("场景需求编号", "Need"),
    "supplier": Text("供方", "Supplier"), "demander": Text("需方", "Demander"), "place": Text("地点", "Site"),
    "started": Text("开始", "Started"), "ended": Text("结束", "Ended"), "valid_until": Text("有效至", "Valid until"),
    "plan_sha256": Text("方案摘要", "Digest of the plan"),
}  # fmt: skip


def cells(pilot: Pilot, language: str) -> tuple[str, ...]:
    """One row of the list's files."""
    return (
        pilot.number, pilot.label.say(language), PILOT.mark(pilot.state).label.say(language), pilot.product.number,
        pilot.scenario.number if pilot.scenario else "", pilot.supplier.label.say(language),
        pilot.demander.label.say(language), str(pilot.plan.get("place", "")), _day(pilot.started_on),
        _day(pilot.ended_on), _day(pilot.valid_until), pilot.plan_sha256,
    )  # fmt: skip


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def item(pilot: Pilot, *, whole: bool = False) -> dict[str, Any]:
    """The pilot for programs; ``whole`` with its targets and what they came to."""
    config: Config = current_app.extensions["config"]
    found = {
        "number": pilot.number, "url": f"{config.base_url.rstrip('/')}/pilots/{pilot.number}", "title": pilot.title,
        "title_en": pilot.title_en, "state": pilot.state, "product": pilot.product.number,
        "product_edition": pilot.product_edition, "scenario": pilot.scenario.number if pilot.scenario else "",
        "supplier": pilot.supplier.number, "demander": pilot.demander.number, "place": str(pilot.plan.get("place", "")),
        "region": pilot.region, "started": _day(pilot.started_on), "ended": _day(pilot.ended_on),
        "valid_until": _day(pilot.valid_until), "plan_sha256": pilot.plan_sha256, "data_sha256": pilot.data_sha256,
        "recommendation": verdict(pilot), "demo": pilot.demo,
    }  # fmt: skip
    if whole:
        found["targets"] = [target(each) for each in queries.results(pilot)]
    return found


def verdict(pilot: Pilot) -> str:
    """What both sides recommend, once an official has decided."""
    decided = pilot.state in ("verified", "not_verified")
    return str(pilot.report.get("verdict", "")) if decided and pilot.report.get("verdict") in report.VERDICTS else ""


def target(result: Judged) -> dict[str, Any]:
    """A target with its estimate; None where there is none (an interval without end has no upper bound)."""
    each, found = result.target, result.found
    bounded = found is not None and found.high is not None and found.high != float("inf")
    return {
        "code": each.code, "name": each.name, "name_en": each.name_en, "kind": each.kind, "unit": each.unit,
        "direction": each.direction, "baseline": each.baseline, "target": each.goal, "stop": each.stop,
        "sample_needed": each.least, "sample": found.sample if found else 0, "readings": result.count,
        "value": found.value if found else None, "low": found.low if found else None,
        "high": found.high if found and bounded else None, "judgement": result.verdict, "spec": each.spec,
    }  # fmt: skip
