"""Who sees, answers, decides and corrects: each rule once for one object and once as SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.awards.models import Acceptance, Award, Contract, Extension, Milestone, Payment
from marketplace.bids.policy import is_bidder
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core.actor import Actor
from marketplace.posts.policy import may_decide


def decides(actor: Actor, award: Award) -> bool:
    """The officials who run the challenge, but nobody who takes part in the bid."""
    return runs(actor, award.challenge) and not is_bidder(actor, award.bid)


def system_or_decides(actor: Actor, award: Award) -> bool:
    """Time or a rule, or such an official."""
    return actor.is_system or decides(actor, award)


def corrects(actor: Actor, award: Award) -> bool:
    """A second person: such an official who neither proposed nor confirmed it."""
    return decides(actor, award) and actor.user_id not in (award.proposed_by, award.confirmed_by)


def answers_for(actor: Actor, award: Award) -> bool:
    """An owner of the organization that bids or leads: nobody else binds it."""
    return actor.owns(award.organization_id)


def works_on(actor: Actor, award: Award) -> bool:
    """Members of the organization that bids or leads."""
    return actor.belongs_to(award.organization_id)


def owns(actor: Actor, award: Award) -> bool:
    """Members of the challenge's owner, who never act for both sides."""
    return actor.belongs_to(award.challenge.organization_id) and not works_on(actor, award)


def sees_inside(actor: Actor, award: Award) -> bool:
    """Contract, milestones and payments: both sides with the partners of the bid, and the officials in charge."""
    return (
        actor.is_system
        or owns(actor, award)
        or is_bidder(actor, award.bid)
        or actor.post_for("challenge", award.challenge.region) is not None
    )


def is_public(award: Award) -> bool:
    """Everybody from the notice on, and for ever: also what was corrected (product.md 5)."""
    return award.notice_id is not None


# ---- the same of what hangs on an award ----


def signs(actor: Actor, contract: Contract) -> bool:
    """Who was awarded confirms the contract that the owner wrote."""
    return answers_for(actor, contract.award)


def writes(actor: Actor, contract: Contract) -> bool:
    """The owner of the challenge."""
    return owns(actor, contract.award)


def submits(actor: Actor, milestone: Milestone) -> bool:
    """Who does the work."""
    return works_on(actor, milestone.award)


def judges(actor: Actor, milestone: Milestone) -> bool:
    """The owner of the challenge."""
    return owns(actor, milestone.award)


def extends(actor: Actor, milestone: Milestone) -> bool:
    """The officials, by approving what was asked."""
    return decides(actor, milestone.award)


def approves(actor: Actor, extension: Extension) -> bool:
    """The officials who run the challenge."""
    return decides(actor, extension.milestone.award)


def asked_it(actor: Actor, extension: Extension) -> bool:
    """Who does the work takes his own request back."""
    return works_on(actor, extension.milestone.award)


def received(actor: Actor, payment: Payment) -> bool:
    """Who was to be paid."""
    return works_on(actor, payment.award)


def recorded(actor: Actor, payment: Payment) -> bool:
    """The owner of the challenge."""
    return owns(actor, payment.award)


def endorses(actor: Actor, acceptance: Acceptance) -> bool:
    """The owner of the challenge says first what it found."""
    return owns(actor, acceptance.award)


def accepts(actor: Actor, acceptance: Acceptance) -> bool:
    """The officials decide."""
    return decides(actor, acceptance.award)


def sends_back(actor: Actor, acceptance: Acceptance) -> bool:
    """The owner before it passes it on, the official afterwards."""
    return endorses(actor, acceptance) if acceptance.state == "applied" else accepts(actor, acceptance)


def exempts(actor: Actor, termination: Any) -> bool:
    """An official other than the one who terminated."""
    return decides(actor, termination.award) and actor.user_id != termination.terminated_by


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Awards whose contract, milestones and payments the actor reads, as a condition on the table."""
    from marketplace.bids.models import Participation

    if actor.is_system:
        return sa.true()
    own = sorted(actor.organization_ids)
    parts = sa.select(Participation.bid_id).where(
        Participation.organization_id.in_(own), Participation.state.in_(("live", "ended"))
    )
    ours = sa.select(Challenge.id).where(
        Challenge.organization_id.in_(own) | may_decide(actor, "challenge", Challenge.region, Challenge.organization_id)
    )
    return Award.organization_id.in_(own) | Award.bid_id.in_(parts) | Award.challenge_id.in_(ours)
