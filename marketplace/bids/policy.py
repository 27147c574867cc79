"""Who may see a bid and who opens it. Before the opening a bid exists for those who take part in it alone."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.bids.models import Bid, Correction, Opener, Participation
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core.actor import Actor
from marketplace.posts.policy import may_decide

# The states in which the officials and the owner of the challenge may know of a bid.
SEEN_BY_OFFICE = ("opened", "qualified", "disqualified")


def is_lead(actor: Actor, bid: Bid) -> bool:
    """A member of the organization that bids or leads."""
    return actor.belongs_to(bid.organization_id)


def is_partner_owner(actor: Actor, asked: Participation) -> bool:
    """An owner of the organization that is asked: nobody else consents for it, or takes its consent back."""
    return asked.role == "partner" and actor.owns(asked.organization_id)


def leads_it(actor: Actor, asked: Participation) -> bool:
    """A member of the lead."""
    return is_lead(actor, asked.bid)


def ends_it(actor: Actor, asked: Participation) -> bool:
    """Who ends the bid: its lead, or time."""
    return actor.is_system or leads_it(actor, asked)


def is_bidder(actor: Actor, bid: Bid) -> bool:
    """A member of an organization that takes part."""
    return any(
        each.organization_id in actor.organization_ids for each in bid.participations if each.state in ("live", "ended")
    ) or is_lead(actor, bid)


def can_view(actor: Actor, bid: Bid) -> bool:
    """Who takes part; from the opening on also the officials in charge and the owner of the challenge."""
    if is_bidder(actor, bid):
        return True
    return bid.state in SEEN_BY_OFFICE and reads_all(actor, bid.challenge)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    mine = actor.organization_ids
    partners = sa.select(Participation.bid_id).where(
        Participation.organization_id.in_(mine), Participation.state.in_(("live", "ended"))
    )
    owned = sa.select(Challenge.id).where(Challenge.organization_id.in_(mine))
    ours = sa.select(Challenge.id).where(may_decide(actor, "challenge", Challenge.region, Challenge.organization_id))
    known = Bid.state.in_(SEEN_BY_OFFICE) & (Bid.challenge_id.in_(owned) | Bid.challenge_id.in_(ours))
    return Bid.organization_id.in_(mine) | Bid.id.in_(partners) | known


def can_read(actor: Actor, bid: Bid) -> bool:
    """Content and files: as far as the bid is seen, once it is opened."""
    return bid.state in SEEN_BY_OFFICE and can_view(actor, bid)


def reads_all(actor: Actor, challenge: Challenge) -> bool:
    """Those who read every bid from the opening on: the officials in charge, and the owner of the challenge."""
    return runs(actor, challenge) or actor.belongs_to(challenge.organization_id)


def checks_papers(actor: Actor, bid: Bid) -> bool:
    """The formality check is the officials', never of who takes part."""
    return runs(actor, bid.challenge) and not is_bidder(actor, bid)


def gives_papers(actor: Actor, correction: Correction) -> bool:
    """A member of the organization that bids or leads."""
    return is_lead(actor, correction.bid)


def names_openers(actor: Actor, challenge: Challenge) -> bool:
    """The officials in charge say who opens."""
    return runs(actor, challenge)


def is_opener(actor: Actor, opener: Opener) -> bool:
    """Himself."""
    return actor.signed_in and actor.user_id == opener.user_id
