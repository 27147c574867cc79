"""What the site lists for a judged need, as a program asks for it; the table of matches, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.foundation.db import db
from marketplace.matching import queries
from marketplace.matching.models import Match
from marketplace.matching.needs import LEAST_SCORE
from marketplace.matching.scoring import judge
from tests.matching.judged import Ranking
from tests.search.judged import short
from tests.support.site import Client


def listed(client: Client) -> Ranking:
    """The first page of the products that fit, best first."""

    def rank(need: str) -> Sequence[str]:
        number = need if "-" in need else f"S-{clock.today().year}-{int(need[1:]):06d}"
        answer = client.get(f"/api/v1/scenarios/{number}/matches")
        assert answer.status_code == 200, need
        return [short("product", item["product"]) for item in answer.json["items"]]

    return rank


def kept() -> dict[tuple[int, int], tuple[int, int]]:
    """(scenario, product) → (score, open questions), as the table has it."""
    return {
        (row.scenario_id, row.product_id): (row.score, row.open_questions)
        for row in db.session.scalars(sa.select(Match))
    }


def expected() -> dict[tuple[int, int], tuple[int, int]]:
    """The same from every pair of published rows, each judged by itself."""
    found = {}
    offers = [queries.offer_of(each, queries.piloted()) for each in queries.offered_products()]
    for scenario in queries.open_scenarios():
        need = queries.need_of(scenario)
        for offer in offers:
            judged = judge(need, offer)
            if judged.listed and judged.score >= LEAST_SCORE:
                found[need.id, offer.id] = (judged.score, judged.open_questions)
    return found
