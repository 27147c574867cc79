"""What the home page shows: true counts and the newest of each list, from the same search as the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation import dirty, outbox
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.foundation.worker import LATE
from marketplace.organizations.policy import PUBLIC_STATES
from marketplace.reference import catalogue, regions
from marketplace.search.queries import Found, Question, find
from marketplace.search.services import engine

NEWEST = 7
OPEN = "status=published"
DRAWINGS = 4
# Words people look for; each is found in the sample (a test asks them all).
FREQUENT = (
    Text("巡检", "inspection"),
    Text("喷涂", "painting"),
    Text("光伏清洁", "solar cleaning"),
    Text("移动机器人", "AMR"),
    Text("室外环卫", "sanitation"),
    Text("养老照护", "elderly care"),
)


def home(actor: Actor) -> Mapping[str, Any]:
    """Everything the home page needs, from two questions to the index: what is open, and not what has ended.

    Every number is that of the list which its link leads to.
    """
    present = ("published", *PUBLIC_STATES)  # of listings, and of organizations: one answer counts all kinds
    scenarios, products = (
        find(Question(filters={"kind": (kind,), "status": present}, sort="newest", per_page=NEWEST), actor)
        for kind in ("scenario", "product")
    )
    return {
        "counts": {
            "scenarios": scenarios.count("kind", "scenario"),
            "products": scenarios.count("kind", "product"),
            "organizations": scenarios.count("kind", "organization"),
        },
        "domains": [
            (domain.label, scenarios.count("domain", domain.code), f"/scenarios?domain={domain.code}&{OPEN}")
            for domain in catalogue.domains()
        ],
        "drawings": _drawings(products),
        "tiles": _tiles(scenarios),
        "placed": scenarios.count("city", regions.province().code),
        "latest_scenarios": scenarios.cards,
        "latest_products": products.cards,
    }


def readiness() -> dict[str, str]:
    """Part of the site → "ok", or what is wrong with it."""
    state: dict[str, str] = {}
    try:
        _waiting, age = outbox.waiting()
        state["database"] = "ok"
        state["worker"] = "ok" if max(age, dirty.age()) < LATE else "late"
    except SQLAlchemyError:
        state["database"] = "unreachable"
    try:
        engine().status()
        state["index"] = "ok"
    except (IndexUnusable, SQLAlchemyError):  # one of the engines lives in the database
        state["index"] = "unusable"
    return state


def _drawings(products: Found) -> list[dict[str, Any]]:
    """The categories with most products, each drawing once."""
    counted = sorted(catalogue.categories(), key=lambda category: -products.count("category", category.code))
    shown: dict[str, dict[str, Any]] = {}
    for category in counted:
        number = products.count("category", category.code)
        if number and category.drawing not in shown and len(shown) < DRAWINGS:
            href = f"/products?category={category.code}&{OPEN}"
            shown[category.drawing] = {"kind": category.drawing, "name": category.label, "count": number, "href": href}
    return list(shown.values())


def _tiles(scenarios: Found) -> list[list[dict[str, Any] | None]]:
    """The 16 cities in their places on a grid, with the number of needs of each."""
    places = regions.tiles()
    columns, rows = (max(place[axis] for place in places.values()) + 1 for axis in (0, 1))
    grid: list[list[dict[str, Any] | None]] = [[None] * columns for _row in range(rows)]
    for city, (column, row) in places.items():
        count = scenarios.count("city", city)
        grid[row][column] = {"name": regions.name(city), "count": count, "href": f"/scenarios?city={city}&{OPEN}"}
    return grid
