"""Who judges a challenge, who reads a bid for it, and who sees which scores (product.md 5)."""

from __future__ import annotations

from marketplace.bids.models import Bid
from marketplace.bids.policy import is_bidder
from marketplace.bids.queries import known_bids
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import can_edit, runs
from marketplace.core.actor import Actor
from marketplace.panels import queries as panels
from marketplace.panels.checking import hits_of, parties
from marketplace.panels.models import Assignment
from marketplace.scoring.models import Sheet, TieDraw

# The panel of a challenge is drawn or works in these.
JUDGED = ("opened", "scoring", "consensus", "ranked")
# Experts read bids in these.
READ = ("scoring", "consensus")
# Owner and officials see single scores from here on, as long as there is a ranking.
RANKED = (
    "ranked", "notice", "confirmed", "executing", "accepted", "partly_accepted", "terminated", "no_suitable",
    "withdrawn",
)  # fmt: skip
# A bidder learns his own total in these.
TOLD = ("notice", "confirmed", "executing", "accepted", "partly_accepted", "terminated", "no_suitable")


def member(actor: Actor, challenge: Challenge) -> Assignment | None:
    """The actor's place among those who judge the challenge: accepted, and no hit stands."""
    if actor.expert_id is None:
        return None
    panel = panels.panel_of(challenge)
    return panels.member_of(panel, actor) if panel is not None else None


def in_office(actor: Actor, challenge: Challenge) -> bool:
    """The officials in charge and the owner, but for somebody who is on the panel himself."""
    return (runs(actor, challenge) or can_edit(actor, challenge)) and member(actor, challenge) is None


def can_view(actor: Actor, challenge: Challenge) -> bool:
    """Who finds the pages of its scoring: its experts, officials and owner, once it is opened."""
    return challenge.state in (*JUDGED, *RANKED) and (
        in_office(actor, challenge) or member(actor, challenge) is not None
    )


def is_judge(actor: Actor, sheet: Sheet) -> bool:
    """The expert whose sheet it is."""
    return actor.signed_in and sheet.assignment.expert.user_id == actor.user_id


def reads_bid(actor: Actor, bid: Bid) -> bool:
    """An expert reads a bid while he judges it and is clean at this moment, whatever the last check found."""
    challenge = bid.challenge
    one = member(actor, challenge) if challenge.state in READ and bid.state == "qualified" else None
    if one is None:
        return False
    waived = {each.key for each in one.hits if each.waiver is not None}
    found = hits_of([one.expert], parties("challenge", challenge))[one.expert_id]
    return all(each.key in waived for each in found)


def sees_scores(actor: Actor, challenge: Challenge) -> bool:
    """Every single score: the panel once all are in and while it is in office, officials and owner from the ranking on.

    A challenge that is ranked again behind its first notice does not bring its panel back.
    """
    one = member(actor, challenge)
    if one is not None:
        return challenge.state in ("consensus", "ranked") and one.panel.state == "open"
    return challenge.state in RANKED and in_office(actor, challenge)


def chairs(actor: Actor, challenge: Challenge) -> bool:
    """The chair of its panel."""
    one = member(actor, challenge)
    return one is not None and panels.chair_of(one.panel) is one


def concludes(actor: Actor, challenge: Challenge) -> bool:
    """Who draws lots, announces, confirms and ends: the officials who run it, but nobody who takes part in any bid."""
    return runs(actor, challenge) and not any(is_bidder(actor, bid) for bid in known_bids(challenge))


def draws(actor: Actor, draw: TieDraw) -> bool:
    """A second official: not who prepared the draw."""
    return concludes(actor, draw.challenge) and actor.user_id != draw.prepared_by
