"""Who sees, answers, decides and corrects."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.awards.models import Acceptance, Award, Contract, Extension, Milestone, Opinion, Payment
from marketplace.bids.policy import is_bidder
from marketplace.challenges.policy import runs
from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.policy import JUDGES


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


# ---- experts who judge an acceptance ----


def seats_of(actor: Actor) -> sa.Select[int]:
    """The opinions that an expert gives now: on panels in office, on a seat that counts."""
    counts = Assignment.state.in_(JUDGES) & (Panel.state == "open") & (Opinion.user_id == actor.user_id)
    select = sa.select(Opinion.id).join(Assignment, Assignment.id == Opinion.assignment_id)
    return select.join(Panel, Panel.id == Assignment.panel_id).where(counts)


def judges_work_of(actor: Actor, award: Award) -> bool:
    """An expert on whose panel the acceptance of this award is: he reads what was handed in for it."""
    if actor.expert_id is None:
        return False
    mine = seats_of(actor).join(Acceptance, Acceptance.id == Opinion.acceptance_id)
    return bool(db.session.scalar(sa.select(mine.where(Acceptance.award_id == award.id).exists())))


def reads_opinions(actor: Actor, acceptance: Acceptance, complete: bool) -> bool:
    """Single opinions: the officials and the panel once all have spoken, the owner once it is decided.

    Who was awarded reads how many gave which vote, as a bidder reads his total (product.md 5).
    """
    decided = acceptance.decided_at is not None
    if owns(actor, acceptance.award):
        return decided
    inside = decides(actor, acceptance.award) or judges_work_of(actor, acceptance.award)
    return (complete or decided) and inside


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
