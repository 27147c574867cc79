"""Commands while an award is carried out: contract with its plan, milestones, later days, payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.awards import policy
from marketplace.awards.lifecycle import (
    AWARD,
    CONTRACT,
    EXTENSION,
    EXTENSION_DAYS,
    MEND_DAYS,
    MILESTONE,
    PAYMENT,
    at_work,
    awaits_contract,
    contract_signed,
)
from marketplace.awards.models import Award, Contract, Extension, Milestone, Payment
from marketplace.awards.queries import funds_left, overdue
from marketplace.awards.services import advance, post_of
from marketplace.awards.wording import BEYOND_FUNDS
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger, once
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.settings.queries import value

FEWEST = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """A milestone as the contract sets it; ``payment`` counts the payments of the challenge's plan from 1, 0 none."""

    name: str
    name_en: str
    due_on: date
    payment: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner records of the contract. ``amount``: in 万元."""

    paper_number: str
    amount: Decimal
    owner_signed_on: date
    winner_signed_on: date
    ends_on: date
    milestones: Sequence[Planned]
    note: str = ""


# ---- the contract ----


def write_contract(
    award: Award, terms: Terms, files: Sequence[Prepared], actor: Actor, seen: int | None = None
) -> Contract:
    """Record the contract with its milestones, or record it anew while nobody has confirmed it.

    Raises:
        NotFound: the actor is no member of the owner.
        Refused, Conflict: the award does not wait for a contract.
        Invalid: dates out of order, fewer than two milestones, a payment without one, no file, beyond the funds.
    """
    lock(award.challenge)
    lock(award)
    if not policy.owns(actor, award):
        raise NotFound
    contract = award.contract
    refusal = awaits_contract(award)
    if refusal is not None:
        raise refusal
    wrong = list(_wrong(award, terms, has_file=bool(files) or contract is not None))
    if wrong:
        raise Invalid(wrong)
    if contract is None:
        contract = Contract(award_id=award.id)
    else:
        move(CONTRACT, contract, "rewrite", actor, organization_id=award.challenge.organization_id, seen=seen)
    _write(contract, terms, actor)
    db.session.add(contract)
    db.session.flush()
    db.session.expire(award, ["contract"])
    _plan(award, terms.milestones)
    for each in files:
        keep(each, contract, actor)
    entry = ledger.record(contract, "write", actor, organization_id=award.challenge.organization_id,
                          after=contract.state, data=_trace(terms, files))  # fmt: skip
    emit("contract.write", contract, {"entry": entry.id})
    return contract


def _write(contract: Contract, terms: Terms, actor: Actor) -> None:
    """Take the terms over; a remark of the other side on what stood before is done with."""
    contract.paper_number, contract.amount, contract.note = terms.paper_number, terms.amount, terms.note
    contract.owner_signed_on, contract.winner_signed_on = terms.owner_signed_on, terms.winner_signed_on
    contract.ends_on, contract.remark = terms.ends_on, ""
    contract.written_at, contract.written_by = clock.now(), actor.user_id


def _trace(terms: Terms, files: Sequence[Prepared]) -> dict[str, object]:
    """What history keeps of a contract that was recorded."""
    return {
        "amount": str(terms.amount), "paper_number": terms.paper_number, "ends_on": terms.ends_on.isoformat(),
        "signed_on": [terms.owner_signed_on.isoformat(), terms.winner_signed_on.isoformat()],
        "milestones": [[each.name, each.due_on.isoformat(), each.payment] for each in terms.milestones],
        "files": [each.sha256 for each in files],
    }  # fmt: skip


def _wrong(award: Award, terms: Terms, *, has_file: bool) -> Sequence[FieldError]:
    found = []
    today = clock.today()
    for key in ("owner_signed_on", "winner_signed_on"):
        if getattr(terms, key) > today:
            found.append(FieldError(key, Text("签署日期不能晚于今天", "The day of signing is not in the future")))
    if terms.ends_on <= max(terms.owner_signed_on, terms.winner_signed_on):
        found.append(FieldError("ends_on", Text("完成期限要晚于签署日期", "The work ends after the day of signing")))
    left = funds_left(award)
    if left is not None and terms.amount > left:
        told = {"most": award.challenge.content["funds"], "left": f"{max(left, Decimal(0)):.2f}"}
        found.append(FieldError("amount", BEYOND_FUNDS % told))
    if not has_file:
        found.append(FieldError("files", Text("请上传已签署的合同", "Upload the signed contract")))
    found += _wrong_milestones(award, terms)
    return found


def _wrong_milestones(award: Award, terms: Terms) -> Sequence[FieldError]:
    rows = terms.milestones
    if len(rows) < FEWEST:
        message = Text("里程碑至少 %(least)s 个", "At least %(least)s milestones") % {"least": FEWEST}
        return [FieldError("rows", message)]
    found = []
    earliest, before = max(terms.owner_signed_on, terms.winner_signed_on), None
    for place, row in enumerate(rows):
        if not earliest <= row.due_on <= terms.ends_on:
            message = Text("日期要在签署日期和完成期限之间", "Between the day of signing and the end of the work")
            found.append(FieldError(f"rows.{place}.due_on", message))
        elif before is not None and row.due_on < before:
            message = Text("里程碑按日期先后排列", "Milestones stand in the order of their days")
            found.append(FieldError(f"rows.{place}.due_on", message))
        before = row.due_on
        if not 0 <= row.payment <= len(award.challenge.content["payments"]):
            message = Text("付款计划里没有这一期", "The plan has no such payment")
            found.append(FieldError(f"rows.{place}.payment", message))
    return found


def _plan(award: Award, rows: Sequence[Planned]) -> None:
    """The milestones of a contract that nobody has confirmed yet: the plan is written as a whole."""
    db.session.execute(sa.delete(Milestone).where(Milestone.award_id == award.id))
    db.session.expire(award, ["milestones"])
    for place, row in enumerate(rows, 1):
        db.session.add(
            Milestone(award_id=award.id, place=place, name=row.name, name_en=row.name_en, due_on=row.due_on,
                      until=row.due_on, payment=row.payment)
        )  # fmt: skip
    db.session.flush()
    db.session.expire(award, ["milestones"])


def take_contract_step(contract: Contract, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Confirm the contract, which begins the work, or return it.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    award = contract.award
    lock(award.challenge)
    lock(award)
    move(CONTRACT, contract, step.name, actor, reason, seen=seen, organization_id=award.organization_id)
    if step.name == "return":
        contract.remark = reason.strip()
        db.session.flush()
        return
    contract.confirmed_at, contract.confirmed_by = clock.now(), actor.user_id
    db.session.flush()
    assert contract_signed(award) is None
    move(AWARD, award, "begin", actor, organization_id=award.organization_id)
    for each in award.milestones:
        data = {"name": each.name, "due_on": each.due_on.isoformat(), "payment": each.payment}
        ledger.record(each, "plan", actor, organization_id=award.organization_id, after="planned", data=data)
    advance(award.challenge, SYSTEM)


# ---- milestones ----


def submit(milestone: Milestone, report: str, files: Sequence[Prepared], actor: Actor, seen: int | None = None) -> None:
    """Submit the work of a milestone with its evidence, in time or late.

    Raises:
        NotFound: the actor does not work on it. Refused, Conflict: as ``move``.
        Invalid: no report, or no file of evidence.
    """
    award = milestone.award
    if not policy.submits(actor, milestone):
        raise NotFound
    wrong = []
    if not report.strip():
        wrong.append(FieldError("report", Text("请写明完成情况", "Say what was done")))
    if not files:
        wrong.append(FieldError("files", Text("请附证据文件", "Attach a file of evidence")))
    if wrong:
        raise Invalid(wrong)
    data = {"files": [each.sha256 for each in files]}
    move(MILESTONE, milestone, "submit", actor, organization_id=award.organization_id, seen=seen, data=data)
    milestone.report, milestone.submitted_at, milestone.submitted_by = report, clock.now(), actor.user_id
    milestone.remark = milestone.result = ""
    db.session.flush()
    for each in files:
        keep(each, milestone, actor)


def judge(milestone: Milestone, result: str, words: str, actor: Actor, seen: int | None = None) -> None:
    """The owner accepts it in full ("met"), in part ("partly", with words), or returns it ("return", with words).

    What is returned is to be mended in the time of the setting, or by its day if that is later.

    Raises:
        Refused, Conflict, Invalid: as ``move``; Invalid also when words are missing.
    """
    owner = milestone.award.challenge.organization_id
    if result != "met" and not words.strip():
        message = Text("写明没有完成什么，对方会看到", "Say what was not done; the other side will read it")
        raise Invalid([FieldError("words", message)])
    if result == "return":
        until = max(milestone.until, clock.today() + timedelta(days=value(MEND_DAYS)))
        move(MILESTONE, milestone, "return", actor, words, organization_id=owner, seen=seen,
             data={"until": until.isoformat()})  # fmt: skip
        milestone.until = until
    else:
        move(MILESTONE, milestone, "accept", actor, words, organization_id=owner, seen=seen, data={"result": result})
        milestone.result = result
    milestone.remark, milestone.decided_at, milestone.decided_by = words.strip(), clock.now(), actor.user_id
    db.session.flush()


def miss(milestone: Milestone) -> None:
    """The clock says that it is overdue; raises Refused when it is not."""
    move(MILESTONE, milestone, "miss", SYSTEM, data={"until": milestone.until.isoformat()})


def miss_due() -> None:
    """Milestones whose day is over."""
    for milestone in overdue(clock.today()):
        miss(milestone)


def ask_extension(milestone: Milestone, new_day: date, reason: str, actor: Actor) -> Extension:
    """Ask for a later day.

    Raises:
        NotFound: the actor does not work on it. Refused: it is not being worked on.
        Invalid: no reason, a day that is not later, or too late. Conflict: one waits already.
    """
    lock(milestone)
    if not policy.submits(actor, milestone):
        raise NotFound
    refusal = at_work(milestone)
    if refusal is not None:
        raise refusal
    wrong = []
    longest = milestone.until + timedelta(days=value(EXTENSION_DAYS))
    if not max(milestone.until, clock.today()) < new_day <= longest:
        message = Text(
            "新期限要晚于原期限和今天，最晚 %(day)s", "Later than the day it has and today, at the latest %(day)s"
        )
        wrong.append(FieldError("new_day", message % {"day": longest.isoformat()}))
    if not reason.strip():
        wrong.append(FieldError("reason", Text("请写明原因和补救计划", "Say why, and how you will catch up")))
    if wrong:
        raise Invalid(wrong)
    award = milestone.award
    made = Extension(
        milestone_id=milestone.id, region=award.challenge.region, organization_id=award.challenge.organization_id,
        new_day=new_day, reason=reason, submitted_by=actor.user_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Conflict(Text("没有提交：上一次延期申请还没有审批", "Not sent: a request waits already")) from error
    entry = ledger.record(made, "ask", actor, organization_id=award.organization_id, after="asked",
                          data={"milestone": milestone.id, "new_day": new_day.isoformat()})  # fmt: skip
    emit("extension.ask", made, {"entry": entry.id})
    return made


def take_extension_step(extension: Extension, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Approve, which gives the milestone its new day, decline, or take back.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    milestone = extension.milestone
    lock(milestone)
    office = step.name != "recall"
    post = post_of(actor, milestone.award.challenge) if office else None
    move(EXTENSION, extension, step.name, actor, reason, post=post, seen=seen,
         organization_id=None if office else milestone.award.organization_id)  # fmt: skip
    if step.name == "approve":
        move(MILESTONE, milestone, "extend", actor, post=post, data={"until": extension.new_day.isoformat()})
        milestone.until = extension.new_day
    if office:
        extension.decided_at, extension.decided_by = clock.now(), actor.user_id
    db.session.flush()


# ---- payments ----


def record_payment(
    award: Award, given: Mapping[str, object], files: Sequence[Prepared], actor: Actor, form_key: str = ""
) -> Payment:
    """Record what was paid. ``given``: plan (counted from 1), amount (万元), paid_on, note.

    ``form_key``: as in foundation/once.py.

    Raises:
        NotFound: the actor is no member of the owner. Refused: there is no signed contract.
        Invalid: no such payment in the plan, a future day, or more than the contract is worth.
    """
    lock(award)
    if not policy.owns(actor, award):
        raise NotFound
    contract = award.contract
    if contract is None or contract.state != "signed":
        refusal = contract_signed(award)
        assert refusal is not None
        raise refusal
    made = Payment(award_id=award.id, recorded_by=actor.user_id, **given)
    wrong = list(_wrong_payment(award, contract, made))
    if wrong:
        raise Invalid(wrong)
    db.session.add(made)
    db.session.flush()
    for each in files:
        keep(each, made, actor)
    data = {"award": award.id, "plan": made.plan, "amount": str(made.amount), "paid_on": made.paid_on.isoformat(),
            "files": [each.sha256 for each in files], **once.noted(form_key)}  # fmt: skip
    entry = ledger.record(made, "record", actor, organization_id=award.challenge.organization_id, after="recorded",
                          data=data)  # fmt: skip
    emit("payment.record", made, {"entry": entry.id})
    return made


def _wrong_payment(award: Award, contract: Contract, made: Payment) -> Sequence[FieldError]:
    found = []
    if not 1 <= made.plan <= len(award.challenge.content["payments"]):
        found.append(FieldError("plan", Text("付款计划里没有这一期", "The plan has no such payment")))
    if made.paid_on > clock.today():
        found.append(FieldError("paid_on", Text("付款日期不能晚于今天", "The day of payment is not in the future")))
    elif made.paid_on < min(contract.owner_signed_on, contract.winner_signed_on):
        found.append(FieldError("paid_on", Text("付款日期不能早于签约", "It was not paid before the contract")))
    if paid(award) + made.amount > contract.amount:
        message = Text(
            "累计付款超过合同金额 %(amount)s 万元", "Together more than the contract: %(amount)s × 10,000 yuan"
        )
        found.append(FieldError("amount", message % {"amount": f"{contract.amount:.2f}"}))
    return found


def paid(award: Award, plan: int | None = None) -> Decimal:
    """What was paid in 万元, in all or on one payment of the plan; what was revoked does not count."""
    counted = (Payment.award_id == award.id) & (Payment.state != "revoked")
    if plan is not None:
        counted &= Payment.plan == plan
    return sum(db.session.scalars(sa.select(Payment.amount).where(counted)).all(), Decimal(0))


def take_payment_step(payment: Payment, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Confirm that it arrived, or revoke a wrong record.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    award = payment.award
    own = award.organization_id if step.name == "confirm" else award.challenge.organization_id
    move(PAYMENT, payment, step.name, actor, reason, organization_id=own, seen=seen)
    payment.decided_at, payment.decided_by = clock.now(), actor.user_id
    db.session.flush()
