"""Products for tests: what a vendor would write, brought to a state by walking its life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.organizations.models import Organization
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue
from marketplace.reference.terms import Spec
from tests.factories import listings


def claim(
    value: Any, evidence: str = "declared", source: str = "", file: int | None = None, note: str = ""
) -> dict[str, Any]:
    """One claim of a content."""
    return {"value": value, "evidence": evidence, "source": source, "file": file, "note": note}


def content(**changes: Any) -> dict[str, Any]:
    """The content of a quadruped that passes the pre-check."""
    given = {
        "title": "试验Q1　四足巡检机器人", "title_en": "Trial Q1 quadruped inspection robot", "model": "试验Q1",
        "category": "quadruped", "domains": ["special", "industrial"],
        "summary": "用于变电站巡检，续航 4 小时。", "summary_en": "Inspects substations for four hours.",
        "description": "第一段。\n\n第二段。", "description_en": "First paragraph.\n\nSecond paragraph.",
        "marks": ["first_set_provincial"],
        "specs": {
            "payload": claim({"from": "20"}, "tested", "检测报告 2026-1"),
            "endurance": claim({"from": "2.5", "to": "4"}, note="随负载变化"),
            "ip_rating": claim({"choice": "IP67"}, "documented", "https://maker.example/manual.pdf (p. 3)"),
            "navigation": claim({"choices": ["laser_3d", "visual"]}),
        },
        "ways": ["sale", "lease"], "price_note": "面议", "price_note_en": "On request", "delivery": "45 日内",
        "cases": "某变电站，巡检，2025 年起\n某煤矿，巡检", "pictures": [], "files": [],
        "valid_until": (clock.today() + timedelta(days=300)).isoformat(),
        "contact_name": "王五", "contact_phone": "0551-62990000", "contact_email": "wang@maker.example",
        "sources": [], "source_note": "",
    }  # fmt: skip
    return {**given, **changes}


def product(state: str = "published", organization: Organization | None = None, **changes: Any) -> Product:
    """A product in a state, filed by a member of ``organization`` (a new one) and decided by the province."""
    made = listings.listing(PRODUCT, state, organization, **content(**changes))
    assert isinstance(made, Product)
    return made


def sample_value(spec: Spec) -> dict[str, Any]:
    """Some value that the spec takes, as it is stored."""
    if spec.kind in ("number", "range"):
        low = spec.low if spec.low is not None else 1
        whole = str(int(low) + 1)
        return {"from": whole, "to": str(int(low) + 2)} if spec.kind == "range" else {"from": whole}
    if spec.kind == "choice":
        return {"choice": spec.choices[0].code}
    if spec.kind == "choices":
        return {"choices": [each.code for each in spec.choices[:2]]}
    if spec.kind == "flag":
        return {"flag": True}
    return {"choice": "IP65"} if spec.kind == "ip" else {"text": "试验"}


def every_claim(category: str, **given: Any) -> dict[str, Any]:
    """A claim for every spec of a category."""
    return {key: claim(sample_value(catalogue.spec(key)), **given) for key in catalogue.category(category).specs}
