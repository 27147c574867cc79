"""What a bidder reads of its own bid once the result stands: its points, one by one, beside the winner's total."""

from __future__ import annotations

from typing import Any

from marketplace.awards import ranking
from marketplace.awards.queries import awards_of
from marketplace.awards.wording import points
from marketplace.bids.models import Bid
from marketplace.bids.queries import own_bid
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text

# After the notice (product.md 5): once it is confirmed, or the challenge ended after the bids were opened.
AFTER_NOTICE = (
    "confirmed", "executing", "accepted", "partly_accepted", "terminated", "no_suitable", "failed", "withdrawn",
)  # fmt: skip


def is_told(challenge: Challenge) -> bool:
    """Whether the result stands, so that bidders read theirs; also while an award that stood is ranked again."""
    return challenge.state in AFTER_NOTICE or any(each.confirmed_at for each in awards_of(challenge))


def of_own(challenge: Challenge, actor: Actor) -> dict[str, Any]:
    """The bid of the actor's organization with its rank and points, and the total of who was awarded.

    ``rows``: criteria with their points and weights; ``total``, ``rank`` and ``best`` are None where nothing was
    scored.

    Raises:
        NotFound: he takes part in none, or the result does not stand yet.
    """
    bid = own_bid(challenge, actor)
    if bid is None or bid.state in ("draft", "sealed", "needs_reconfirm", "withdrawn") or not is_told(challenge):
        raise NotFound
    return of_bid(challenge, bid)


def of_bid(challenge: Challenge, bid: Bid) -> dict[str, Any]:
    """The same of one bid; the caller has asked the right."""
    place = ranking.place_of(challenge, bid.id)
    won = [each for each in awards_of(challenge) if each.live]
    return {
        "bid": bid,
        "rank": place.rank if place else None,
        "of": len(ranking.places(challenge)),
        "total": points(place.total) if place else None,
        "passed": place.passed if place else None,
        "best": points(won[0].total) if won else None,
        "won": next((each for each in won if each.bid_id == bid.id), None),
        "rows": _rows(challenge, place) if place else [],
    }


def _rows(challenge: Challenge, place: ranking.Place) -> list[dict[str, Any]]:
    return [
        {
            "name": Text(row["name"], row.get("name_en") or row["name"]), "weight": row["weight"],
            "least": row["least"],
            "points": points(place.criteria[row["key"]]) if row["key"] in place.criteria else None,
        }
        for row in challenge.content["criteria"]
    ]  # fmt: skip
