"""Commands that end an award: acceptance by owner and official, termination with its ground, exemption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.awards import accepting, policy
from marketplace.awards.lifecycle import ACCEPTANCE, AWARD, EXEMPTION, REWORK_DAYS, mended_in_time
from marketplace.awards.models import Acceptance, Award, Termination
from marketplace.awards.queries import acceptances_of, awards_of, live_of
from marketplace.awards.services import post_of, step_challenge
from marketplace.awards.wording import GROUNDS
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.reasons import COLON
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.settings.queries import value

NEEDED = Text("请填写此项", "Required")
# Step of the life cycle → what an expert's vote calls the same.
DECISIONS = {"pass": "pass", "pass_partly": "partly"}


def not_ready(award: Award) -> Refused | None:
    """The whole is accepted once every milestone is; applied for again in time when it was sent back."""
    left = [each for each in award.milestones if each.state != "accepted"]
    if award.state == "executing" and not left:
        return mended_in_time(award)
    return Refused(
        Text("里程碑全部通过以后申请验收", "The whole is accepted once every milestone is"),
        Text("还有 %(count)s 个里程碑没有通过", "%(count)s milestones are not accepted") % {"count": len(left)}
        if award.state == "executing" else Text("这项立榜不在执行中", "The award is not being carried out"),
        Text("请先提交里程碑", "Submit the milestones first"),
    )  # fmt: skip


def apply(
    award: Award, measured: Mapping[str, tuple[str, bool]], statement: str, files: Sequence[Prepared], actor: Actor
) -> Acceptance:
    """Apply for the acceptance of the whole. ``measured``: name of an indicator → (what was measured, whether met).

    Raises:
        NotFound: the actor does not work on it. Refused: milestones are open, or the time to mend it is over.
        Conflict: one is being decided.
        Invalid: an indicator without a value, or no statement.
    """
    lock(award)
    if not policy.works_on(actor, award):
        raise NotFound
    refusal = not_ready(award)
    if refusal is not None:
        raise refusal
    indicators = award.challenge.content["indicators"]
    _check_complete(indicators, measured, statement)
    made = Acceptance(
        award_id=award.id, region=award.challenge.region, organization_id=award.challenge.organization_id,
        indicators=[_measured(row, *measured[row["name"]]) for row in indicators], statement=statement,
        applied_by=actor.user_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Conflict(Text("没有提交：上一次验收申请正在办理", "Not sent: an application is being decided")) from error
    for each in files:
        keep(each, made, actor)
    data = {"award": award.id, "indicators": made.indicators, "files": [each.sha256 for each in files]}
    entry = ledger.record(made, "apply", actor, organization_id=award.organization_id, after="applied", data=data)
    emit("acceptance.apply", made, {"entry": entry.id})
    return made


def _check_complete(
    indicators: Sequence[Mapping[str, Any]], measured: Mapping[str, tuple[str, bool]], statement: str
) -> None:
    wrong = [
        FieldError(f"measured.{place}", NEEDED)
        for place, row in enumerate(indicators)
        if not measured.get(row["name"], ("", False))[0]
    ]
    if not statement.strip():
        wrong.append(FieldError("statement", NEEDED))
    if wrong:
        raise Invalid(wrong)


def _measured(row: Mapping[str, Any], value: str, met: bool) -> dict[str, Any]:
    required = {key: row[key] for key in ("name", "name_en", "comparator", "threshold", "unit")}
    return {**required, "measured": value, "met": met}


def endorse(acceptance: Acceptance, result: str, opinion: str, actor: Actor, seen: int | None = None) -> None:
    """The owner says what it found, "pass" or "partly", and passes it on to the official.

    Raises:
        Refused, Conflict: as ``move``. Invalid: no opinion.
    """
    owner = acceptance.award.challenge.organization_id
    if not opinion.strip():
        raise Invalid([FieldError("opinion", NEEDED)])
    move(ACCEPTANCE, acceptance, "endorse", actor, organization_id=owner, seen=seen,
         data={"result": result, "opinion": opinion})  # fmt: skip
    acceptance.owner_result, acceptance.owner_opinion = result, opinion
    acceptance.submitted_at, acceptance.endorsed_by = clock.now(), actor.user_id
    db.session.flush()


def decide(
    acceptance: Acceptance, name: str, opinion: str, departure: str, files: Sequence[Prepared], actor: Actor,
    seen: int | None = None,
) -> None:  # fmt: skip
    """The official accepts in full ("pass") or in part ("pass_partly"); the challenge follows once nothing is open.

    ``departure``: why without a panel, or otherwise than most of it; left out when he follows it.

    Raises:
        Refused, Conflict: as ``move``, and while the panel has not spoken. Invalid: no opinion, or no such reason.
    """
    standing = accepting.heard(acceptance)
    departs = accepting.departs(standing, DECISIONS[name])
    wrong = [] if opinion.strip() else [FieldError("opinion", NEEDED)]
    if departs is not None and not departure.strip():
        wrong.insert(0, FieldError("departure", departs))
    if wrong:
        raise Invalid(wrong)
    award = acceptance.award
    lock(award.challenge)
    lock(award)
    post = post_of(actor, award.challenge)
    kept = departure.strip() if departs is not None else ""
    data = {**accepting.summary(acceptance, standing), "opinion": opinion, "departure": kept,
            "files": [each.sha256 for each in files]}  # fmt: skip
    move(ACCEPTANCE, acceptance, name, actor, post=post, seen=seen, data=data)
    acceptance.opinion, acceptance.departure = opinion, kept
    acceptance.decided_at, acceptance.decided_by = clock.now(), actor.user_id
    db.session.flush()
    for each in files:
        keep(each, acceptance, actor)
    accepting.settle(acceptance)
    move(AWARD, award, "fulfil" if name == "pass" else "fulfil_partly", actor, post=post)
    award.ended_at = clock.now()
    db.session.flush()
    conclude(award.challenge, actor, opinion)


def take_acceptance_step(acceptance: Acceptance, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Return it to be mended by a day; raises as ``move``. What the panel has said until then stays on record."""
    owner = acceptance.award.challenge.organization_id
    post = None if policy.endorses(actor, acceptance) else post_of(actor, acceptance.award.challenge)
    accepting.settle(acceptance)  # the panel before what it judges, as everybody locks them
    by = clock.today() + timedelta(days=value(REWORK_DAYS))
    data = accepting.summary(acceptance, accepting.standing_of(acceptance)) | {"rework_by": by.isoformat()}
    move(ACCEPTANCE, acceptance, step.name, actor, reason, post=post, organization_id=None if post else owner,
         seen=seen, data=data)  # fmt: skip
    acceptance.opinion, acceptance.decided_at, acceptance.decided_by = reason.strip(), clock.now(), actor.user_id
    acceptance.rework_by = by
    db.session.flush()


# ---- termination ----


def terminate(
    award: Award, ground: str, settlement: str, reason: str, files: Sequence[Prepared], actor: Actor,
    seen: int | None = None,
) -> Termination:  # fmt: skip
    """End an award before its work is done. ``ground``: a key of ``wording.GROUNDS``.

    Raises:
        Refused, Conflict: as ``move``. Invalid: no ground, settlement or reason.
    """
    wrong = [FieldError("settlement", NEEDED)] if not settlement.strip() else []
    if ground not in GROUNDS:
        wrong.insert(0, FieldError("ground", Text("请选择终止情形", "Choose a ground")))
    if wrong:
        raise Invalid(wrong)
    challenge = award.challenge
    for acceptance in acceptances_of(award):
        accepting.settle(acceptance)
    lock(challenge)
    post = post_of(actor, challenge)
    words = f"{GROUNDS[ground].zh}{COLON}{reason.strip()}" if reason.strip() else ""
    move(AWARD, award, "terminate", actor, words, post=post, seen=seen, data={"ground": ground})
    award.ended_at, award.remark = clock.now(), words
    made = Termination(award_id=award.id, ground=ground, settlement=settlement, terminated_by=actor.user_id)
    db.session.add(made)
    db.session.flush()
    for each in files:
        keep(each, made, actor)
    data = {"ground": ground, "settlement": settlement, "files": [each.sha256 for each in files]}
    ledger.record(made, "terminate", actor, post=post, after="open", reason=reason.strip(), data=data)
    conclude(challenge, actor, words)
    return made


def take_exemption_step(termination: Termination, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Grant or refuse the exemption, with its basis; raises as ``move``."""
    move(EXEMPTION, termination, step.name, actor, reason, post=post_of(actor, termination.award.challenge), seen=seen)
    termination.basis, termination.exempted_at = reason.strip(), clock.now()
    termination.exempted_by = actor.user_id
    db.session.flush()


def conclude(challenge: Challenge, actor: Actor, words: str) -> None:
    """End the challenge with its last award: accepted, accepted in part, or terminated."""
    if live_of(challenge, "proposed", "awarded", "accepted", "executing"):
        return
    states = {each.state for each in awards_of(challenge) if each.live or each.state == "terminated"}
    if challenge.state == "executing" and states == {"fulfilled"}:
        step_challenge(challenge, "accept", actor)
    elif challenge.state == "executing" and states != {"terminated"}:
        step_challenge(challenge, "accept_partly", actor, words)
    elif challenge.state in ("confirmed", "executing") and states == {"terminated"}:
        step_challenge(challenge, "terminate", actor, words)
