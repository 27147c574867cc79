"""What awards add to pages below: the result on the page of a challenge, one's contracts on the workspace."""

from __future__ import annotations

from flask import get_template_attribute
from markupsafe import Markup

from marketplace.awards import casefile_views, feedback, queries
from marketplace.awards.lifecycle import AWARD
from marketplace.awards.policy import sees_inside
from marketplace.awards.stages import none_suits
from marketplace.bids.policy import reads_all
from marketplace.bids.queries import own_bid
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core.actor import Actor

SHOWN = 5


def of_challenge(challenge: Challenge, actor: Actor) -> Markup | None:
    """Who is proposed or awarded, what was corrected, and the ways on; nothing of it before the notice."""
    if challenge.published_at is None:
        return None
    given = queries.awards_of(challenge)
    ranked = challenge.state == "ranked" and reads_all(actor, challenge)
    hopeless = challenge.state == "opened" and runs(actor, challenge) and none_suits(challenge) is None
    bid = own_bid(challenge, actor) if actor.signed_in else None
    told = bid is not None and bid.state not in feedback.UNOPENED and feedback.is_told(challenge)
    case = casefile_views.reads(actor, challenge)
    if not (given or ranked or hopeless or told or case):
        return None
    draw = get_template_attribute("awards/panels.html", "challenge_panel")
    inside = [each for each in given if each.live and actor.signed_in and sees_inside(actor, each)]
    return Markup(draw(challenge, given, AWARD.mark, inside, ranked, hopeless, told, case))


def workspace(actor: Actor) -> Markup | None:
    """What one's organizations were awarded, or have under contract."""
    found = queries.of_organizations(actor)[:SHOWN] if actor.organization_ids else []
    if not found:
        return None
    return Markup(get_template_attribute("awards/panels.html", "workspace_panel")(found, AWARD.mark))
