"""What the site lists for a judged need, as a program asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core import clock
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
