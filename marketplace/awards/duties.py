"""What waits for whom: results to announce and confirm, answers, contracts, milestones, payments, acceptances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import aliased, joinedload

from marketplace.awards.models import Acceptance, Award, Contract, Milestone, Opinion, Payment
from marketplace.awards.policy import seats_of
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.notices.models import Notice
from marketplace.posts.policy import may_decide
from marketplace.web.languages import current_language
from marketplace.web.plate import Duty, pending

Part = Callable[[Actor], sa.Select[int]]


def _own(actor: Actor) -> list[int]:
    return sorted(actor.organization_ids)


def _owned(actor: Actor) -> list[int]:
    return sorted(each.organization_id for each in actor.memberships if each.role == "owner")


def _challenges_of(actor: Actor) -> sa.Select[int]:
    return sa.select(Challenge.id).where(Challenge.organization_id.in_(_own(actor)))


def _in_charge(actor: Actor) -> sa.ColumnElement[bool]:
    return may_decide(actor, "challenge", Challenge.region, Challenge.organization_id)


def _to_announce(actor: Actor) -> sa.Select[int]:
    return sa.select(Challenge.id).where(Challenge.state == "ranked", _in_charge(actor))


def _to_confirm(actor: Actor) -> sa.Select[int]:
    over = sa.exists().where(
        Award.challenge_id == Challenge.id, Award.state == "proposed", Award.notice_id == Notice.id,
        Notice.state == "closed",
    )  # fmt: skip
    return sa.select(Challenge.id).where(Challenge.state == "notice", over, _in_charge(actor))


def _to_answer(actor: Actor) -> sa.Select[int]:
    return sa.select(Award.id).where(Award.state == "awarded", Award.organization_id.in_(_owned(actor)))


def _to_contract(actor: Actor) -> sa.Select[int]:
    """Accepted, and nobody has recorded a contract, or it was returned."""
    settled = sa.exists().where(Contract.award_id == Award.id, Contract.state != "returned")
    return sa.select(Award.id).where(Award.state == "accepted", Award.challenge_id.in_(_challenges_of(actor)), ~settled)


def _to_sign(actor: Actor) -> sa.Select[int]:
    waiting = sa.exists().where(Contract.award_id == Award.id, Contract.state == "proposed")
    return sa.select(Award.id).where(Award.state == "accepted", Award.organization_id.in_(_owned(actor)), waiting)


def _to_work(actor: Actor) -> sa.Select[int]:
    """Milestones that were returned or missed, and the ones that are due within a month."""
    due = (Milestone.state == "planned") & (Milestone.until <= clock.today() + timedelta(days=30))
    late = Milestone.state.in_(("returned", "missed"))
    select = sa.select(Milestone.id).join(Award).where(Award.state == "executing", due | late)
    return select.where(Award.organization_id.in_(_own(actor)))


def _to_judge(actor: Actor) -> sa.Select[int]:
    select = sa.select(Milestone.id).join(Award).where(Milestone.state == "submitted", Award.state == "executing")
    return select.where(Award.challenge_id.in_(_challenges_of(actor)))


def _to_receive(actor: Actor) -> sa.Select[int]:
    waiting = (Payment.state == "recorded") & Award.organization_id.in_(_own(actor))
    return sa.select(Payment.id).join(Award).where(waiting)


def _to_endorse(actor: Actor) -> sa.Select[int]:
    select = sa.select(Acceptance.id).join(Award).where(Acceptance.state == "applied", Award.state == "executing")
    return select.where(Award.challenge_id.in_(_challenges_of(actor)))


def _to_mend() -> sa.Select[int]:
    """Acceptances that were sent back, and nobody has applied for again."""
    again = aliased(Acceptance)
    newer = sa.exists().where(again.award_id == Acceptance.award_id, again.id > Acceptance.id)
    select = sa.select(Acceptance.id).join(Award)
    return select.where(Acceptance.state == "returned", Award.state == "executing", ~newer)


def _to_apply_again(actor: Actor) -> sa.Select[int]:
    """In time; afterwards it is the official's turn."""
    in_time = Acceptance.rework_by.is_(None) | (Acceptance.rework_by >= clock.today())
    return _to_mend().where(Award.organization_id.in_(_own(actor)), in_time)


def _not_mended(actor: Actor) -> sa.Select[int]:
    """The time to mend it is over: the official decides whether it ends."""
    late = Acceptance.rework_by < clock.today()
    return _to_mend().join(Challenge, Challenge.id == Award.challenge_id).where(late, _in_charge(actor))


def _to_judge_the_whole(actor: Actor) -> sa.Select[int]:
    """An expert who has not handed in his opinion."""
    select = seats_of(actor).join(Acceptance, Acceptance.id == Opinion.acceptance_id)
    return select.where(Opinion.submitted_at.is_(None), Acceptance.state == "endorsed")


def _of_opinion(opinion: Any) -> tuple[Challenge, str, Any]:
    acceptance = opinion.acceptance
    return acceptance.award.challenge, url_for("acceptances.sheet", number=acceptance.id), None


def _of_challenge(challenge: Any) -> tuple[Challenge, str, Any]:
    return challenge, url_for("awards.show", challenge=challenge.number), None


def _of_award(award: Any) -> tuple[Challenge, str, Any]:
    due = award.answer_by if award.state == "awarded" else award.sign_by
    return award.challenge, url_for("award_lots.show", number=award.id), due


def _of_milestone(milestone: Any) -> tuple[Challenge, str, Any]:
    due = milestone.until if milestone.state != "submitted" else None
    return milestone.award.challenge, url_for("milestones.show", number=milestone.id), due


def _of_payment(payment: Any) -> tuple[Challenge, str, Any]:
    return payment.award.challenge, url_for("award_lots.show", number=payment.award_id) + "#money", None


def _of_acceptance(acceptance: Any) -> tuple[Challenge, str, Any]:
    return acceptance.award.challenge, url_for("acceptances.show", number=acceptance.id), None


def _of_rework(acceptance: Any) -> tuple[Challenge, str, Any]:
    href = url_for("award_lots.show", number=acceptance.award_id) + "#act"
    return acceptance.award.challenge, href, acceptance.rework_by


_AWARD = (joinedload(Award.challenge),)
# What waits → table, loading, how a row is addressed, the verb, and why.
PARTS: tuple[tuple[Part, type[Any], tuple[Any, ...], Callable[[Any], tuple[Challenge, str, Any]], Text, Text], ...] = (
    (_to_announce, Challenge, (), _of_challenge, Text("公示结果", "Announce the result"),
     Text("排序已经完成", "The ranking is signed")),
    (_to_confirm, Challenge, (), _of_challenge, Text("立榜", "Confirm the award"),
     Text("公示期满，没有未决异议", "The notice is over, without an open objection")),
    (_to_answer, Award, _AWARD, _of_award, Text("答复立榜", "Answer the award"),
     Text("逾期视为放弃，由下一名递补", "Without an answer the next in rank steps in")),
    (_to_contract, Award, _AWARD, _of_award, Text("登记合同", "Record the contract"),
     Text("揭榜单位已接受立榜", "The award was accepted")),
    (_to_sign, Award, _AWARD, _of_award, Text("确认合同", "Confirm the contract"),
     Text("需求单位已登记合同和里程碑", "The owner recorded the contract and its milestones")),
    (_to_work, Milestone, (joinedload(Milestone.award).joinedload(Award.challenge),), _of_milestone,
     Text("提交里程碑", "Submit the milestone"), Text("到期、逾期或退回整改", "Due, missed, or to be mended")),
    (_to_judge, Milestone, (joinedload(Milestone.award).joinedload(Award.challenge),), _of_milestone,
     Text("验收里程碑", "Assess the milestone"), Text("揭榜单位已提交", "It was submitted")),
    (_to_receive, Payment, (joinedload(Payment.award).joinedload(Award.challenge),), _of_payment,
     Text("确认到账", "Confirm receipt"), Text("需求单位登记了付款", "The owner recorded a payment")),
    (_to_endorse, Acceptance, (joinedload(Acceptance.award).joinedload(Award.challenge),), _of_acceptance,
     Text("出具验收意见", "Give your opinion"), Text("揭榜单位申请验收", "Acceptance is applied for")),
    (_to_apply_again, Acceptance, (joinedload(Acceptance.award).joinedload(Award.challenge),), _of_rework,
     Text("整改后再次申请验收", "Mend it and apply for acceptance again"),
     Text("验收退回整改", "Its acceptance was sent back")),
    (_not_mended, Acceptance, (joinedload(Acceptance.award).joinedload(Award.challenge),), _of_rework,
     Text("决定是否终止", "Decide whether to terminate"),
     Text("整改逾期，没有再次申请验收", "It was not mended and applied for in time")),
    (_to_judge_the_whole, Opinion,
     (joinedload(Opinion.acceptance).joinedload(Acceptance.award).joinedload(Award.challenge),), _of_opinion,
     Text("提交验收意见", "Give your opinion as an expert"), Text("验收组已到齐", "The whole panel has accepted")),
)  # fmt: skip


def _asks(actor: Actor) -> bool:
    concerned = bool(actor.organization_ids) or actor.has_duty("challenge") or actor.expert_id is not None
    return actor.signed_in and concerned


def selects(actor: Actor) -> list[sa.Select[int]]:
    """What there is, a row each."""
    return [part(actor) for part, *_rest in PARTS] if _asks(actor) else []


def duties(actor: Actor) -> Sequence[Duty]:
    """The same as rows."""
    return list(_duties(actor)) if _asks(actor) else []


def _duties(actor: Actor) -> Iterator[Duty]:
    for part, model, whole, address, verb, why in pending(actor, "awards", PARTS):
        select = sa.select(model).where(model.id.in_(part(actor))).options(*whole).order_by(model.id)
        for row in db.session.scalars(select):
            challenge, href, due = address(row)
            yield Duty(verb, challenge.label.say(current_language()), href, why, challenge.updated_at, due)
