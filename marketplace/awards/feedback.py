"""What a bidder reads of its own bid once the result stands: its points, one by one, beside the winner's total."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from marketplace.awards.queries import awards_of
from marketplace.awards.ranking import place_of
from marketplace.bids.models import Bid
from marketplace.bids.queries import own_bid
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.scoring.marks import criteria_of
from marketplace.scoring.queries import ranking, valid_ranking
from marketplace.scoring.ranking import TOTAL, shown

# After the notice (product.md 5): once it is confirmed, or the challenge ended after the bids were opened.
AFTER_NOTICE = (
    "confirmed", "executing", "accepted", "partly_accepted", "terminated", "no_suitable", "failed", "withdrawn",
)  # fmt: skip
UNOPENED = ("draft", "sealed", "needs_reconfirm", "withdrawn")


def is_told(challenge: Challenge) -> bool:
    """Whether the result stands, so that bidders read theirs; also while an award that stood is ranked again."""
    return challenge.state in AFTER_NOTICE or any(each.confirmed_at for each in awards_of(challenge))


def of_own(challenge: Challenge, actor: Actor) -> dict[str, Any]:
    """The bid of the actor's organization with its rank and points, and the total of who was awarded.

    Raises:
        NotFound: he takes part in none, it was never opened, or the result does not stand yet.
    """
    bid = own_bid(challenge, actor) if actor.signed_in else None
    if bid is None or bid.state in UNOPENED or not is_told(challenge):
        raise NotFound
    return of_bid(challenge, bid)


def of_bid(challenge: Challenge, bid: Bid) -> dict[str, Any]:
    """The same of one bid; the caller has asked the right. What was not scored is None.

    ``rows``: each criterion with its weight, the points that are needed and those given. ``below``: the names of
    what it did not reach.
    """
    place = place_of(challenge, bid)
    won = [each for each in awards_of(challenge) if each.live and each.state != "proposed"]
    names = {row["key"]: Text(row["name"], row.get("name_en") or row["name"]) for row in challenge.content["criteria"]}
    names[TOTAL] = Text("总分", "Total")
    return {
        "bid": bid,
        "rank": place.rank if place else None,
        "of": len(ranking(challenge)),
        "total": shown(place.total) if place else None,
        "below": [names[key] for key in place.failed] if place else [],
        "best": shown(Fraction(won[0].total)) if won else None,
        "won": next((each for each in won if each.bid_id == bid.id), None),
        "rows": _rows(challenge, bid),
    }


def _rows(challenge: Challenge, bid: Bid) -> list[dict[str, Any]]:
    """Its points by the signed report, one criterion a row; a gate has no points."""
    signed = valid_ranking(challenge)
    reported = json.loads(signed.text)["bids"] if signed else []
    given = next((each for each in reported if each["bid"] == bid.number), None)
    if given is None:
        return []
    return [
        {
            "name": each.name, "weight": each.weight, "least": each.least,
            "points": shown(Fraction(given["points"][each.key])) if each.kind == "points" else None,
            "passes": given["gates"].get(each.key),
        }
        for each in criteria_of(challenge)
    ]  # fmt: skip
