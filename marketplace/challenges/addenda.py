"""Addenda: the only way in which a published challenge changes. Proposed by the owner, published by an official."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.challenges import timetable
from marketplace.challenges.content import ADDENDUM_KEYS, COMPARATORS
from marketplace.challenges.models import Addendum, Challenge
from marketplace.challenges.policy import can_edit, runs
from marketplace.challenges.services import freeze
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.lifecycle import Lifecycle, State, Step, step
from marketplace.core.text import Text
from marketplace.foundation import dirty
from marketplace.foundation.db import db, lock
from marketplace.foundation.ledger import record
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.reference.calendar import YearUnknown
from marketplace.settings.queries import value


def may_issue(actor: Actor, addendum: Addendum) -> bool:
    """An official who runs the challenge and did not write the addendum."""
    return runs(actor, addendum.challenge) and actor.user_id != addendum.submitted_by


def may_recall(actor: Actor, addendum: Addendum) -> bool:
    """Members of the owner."""
    return can_edit(actor, addendum.challenge)


def in_time(challenge: Challenge) -> Refused | None:
    """A challenge changes only while bids are taken: after the deadline nobody could answer the change."""
    if timetable.takes_bids(challenge):
        return None
    return Refused(
        Text("更正在揭榜截止之前发布", "An addendum must be published before the deadline"),
        Text("这份榜单已不在揭榜中", "This challenge is not open for bids"),
        Text("确需改变的，撤榜后重新发榜", "If it has to change, withdraw it and post it anew"),
    )


def fit_to_issue(addendum: Addendum) -> Refused | None:
    """In time, and with time enough for bidders as it is published, not as it was proposed."""
    refusal = in_time(addendum.challenge)
    if refusal is not None or not addendum.material:
        return refusal
    faults = list(extension_faults(addendum.challenge, instants_of(addendum)))
    if not faults:
        return None
    return Refused(
        Text("实质性更正要给申报单位留足时间", "A material change must leave bidders enough time"),
        faults[0].message,
        Text("请需求单位重新提出，给出新的时间", "The owner should propose it again with later times"),
    )


ADDENDUM = Lifecycle(
    "addendum",
    Text("更正公告", "Addendum"),
    start="proposed",
    states={
        "proposed": State(Text("待审核发布", "To be published"), "", "clock"),
        "issued": State(Text("已发布", "Published"), "pine", "check-circle"),
        "declined": State(Text("不予发布", "Declined"), "ochre", "arrow-repeat"),
        "recalled": State(Text("已撤回", "Recalled"), "", "slash-circle"),
    },
    steps=(
        step("issue", "proposed", "issued", who=may_issue, guard=fit_to_issue, look="primary",
             label=Text("发布更正", "Publish"), past="Published"),
        step("decline", "proposed", "declined", who=may_issue, asks_reason=True,
             label=Text("不予发布", "Decline"), past="Declined"),
        step("recall", "proposed", "recalled", who=may_recall, label=Text("撤回更正", "Recall"), past="Recalled"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What an owner proposes. ``terms``: new values of ``ADDENDUM_KEYS``; ``instants``: the timetable from now on.

    A clarification (``material`` False) has neither.
    """

    material: bool
    text: str
    text_en: str = ""
    terms: Mapping[str, Any] | None = None
    instants: Mapping[str, datetime] | None = None


def propose(challenge: Challenge, change: Change, actor: Actor) -> Addendum:
    """Lay a change before the official in charge.

    Raises:
        Refused: the actor is no member of the owner, or bids are not taken any more.
        Invalid: the text is missing, nothing changes, or the times are too short.
        Conflict: another addendum waits.
    """
    lock(challenge)
    if not can_edit(actor, challenge):
        raise _not_owner()
    refusal = in_time(challenge)
    if refusal is not None:
        raise refusal
    terms = changed_terms(challenge, change)
    _check(challenge, change, terms)
    addendum = Addendum(
        challenge_id=challenge.id, organization_id=challenge.organization_id, region=challenge.region,
        material=change.material, text=change.text, text_en=change.text_en, changes=terms,
        difference=difference(challenge.content, terms), submitted_at=clock.now(), submitted_by=actor.user_id,
        **(change.instants or {} if change.material else {}),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(addendum)
    except IntegrityError as error:
        message = Text("没有提交：已有一份更正等待发布", "Not submitted: another addendum waits to be published")
        raise Conflict(message) from error
    entry = record(addendum, "propose", actor, organization_id=challenge.organization_id, after="proposed",
                   data={"challenge": challenge.number})  # fmt: skip
    emit("addendum.propose", addendum, {"entry": entry.id})
    return addendum


def _not_owner() -> Refused:
    return Refused(
        Text("更正由需求单位提出", "An addendum is proposed by the owner"),
        Text("您不是该单位成员", "You are not one of its members"),
        Text("请由需求单位办理", "Let the owner do it"),
    )


def changed_terms(challenge: Challenge, change: Change) -> dict[str, Any]:
    """The terms that would really be others."""
    if not change.material or change.terms is None:
        return {}
    given = {key: change.terms[key] for key in ADDENDUM_KEYS if key in change.terms}
    return {key: new for key, new in given.items() if new != challenge.content.get(key)}


def _check(challenge: Challenge, change: Change, terms: Mapping[str, Any]) -> None:
    errors: list[FieldError] = []
    if not change.text:
        errors.append(FieldError("text", Text("请写明更正或说明的内容", "Say what is changed or made clear")))
    if change.material and not terms and not change.instants:
        errors.append(FieldError("material", Text("没有任何变化", "Nothing changes")))
    if change.material:
        errors.extend(extension_faults(challenge, change.instants or {}))
    if errors:
        raise Invalid(errors)


def extension_faults(challenge: Challenge, instants: Mapping[str, datetime]) -> Iterator[FieldError]:
    """What is wrong with the new times: they go on in order, later than before, and leave enough working days."""
    missing = [key for key in timetable.ORDER if instants.get(key) is None]
    if missing:
        yield from (FieldError(key, Text("请填写日期和时间", "Give the day and the time")) for key in missing)
        return
    assert challenge.deadline is not None
    deadline = instants["deadline"]
    if deadline <= challenge.deadline:
        yield FieldError("deadline", Text("要晚于原来的揭榜截止", "Must be later than the present deadline"))
    days = value(timetable.EXTENSION_DAYS)
    message = Text("从现在起至少留 %(days)d 个工作日", "At least %(days)d working days from now") % {"days": days}
    try:
        if timetable.workdays_from(clock.now(), deadline) < days:
            yield FieldError("deadline", message)
    except YearUnknown as unknown:
        yield FieldError("deadline", unknown.fact)
        return
    with db.session.no_autoflush:
        yield from timetable.faults(moved(challenge, instants), challenge.published_at)


def moved(challenge: Challenge, instants: Mapping[str, datetime]) -> Challenge:
    """A challenge that is nowhere kept, with other times."""
    return Challenge(published_at=challenge.published_at, **{key: instants[key] for key in timetable.ORDER})


def instants_of(addendum: Addendum) -> dict[str, datetime]:
    """The times that an addendum sets."""
    return {key: getattr(addendum, key) for key in timetable.ORDER if getattr(addendum, key) is not None}


def issue(addendum: Addendum, actor: Actor, seen: int | None) -> None:
    """Publish it: the challenge gets its new terms and times, and another frozen edition, in the same breath.

    Bids name the edition they answer, so that those of an earlier one are known to need their bidders' word again
    (topic ``addendum.issue``).

    Raises:
        Refused, Conflict: as ``move``.
    """
    challenge = addendum.challenge
    lock(challenge)
    post = actor.post_to_decide("challenge", challenge.region, challenge.organization_id)
    move(ADDENDUM, addendum, "issue", actor, post=post, seen=seen,
         data={"challenge": challenge.number, "difference": addendum.difference,
               **(post.trace if post else {})})  # fmt: skip
    addendum.issued_at = clock.now()
    addendum.number = 1 + (db.session.scalar(_numbers(challenge)) or 0)
    if addendum.material:
        addendum.old_deadline = challenge.deadline
        challenge.content = {**challenge.content, **addendum.changes}
        challenge.questions_until, challenge.answers_until = addendum.questions_until, addendum.answers_until
        challenge.deadline, challenge.opening_at = addendum.deadline, addendum.opening_at
        challenge.edition += 1
        addendum.edition = freeze(challenge).number
    record(challenge, "amend", actor, post=post, data={"addendum": addendum.number, "sha256": challenge.digest})
    db.session.flush()
    dirty.note("challenge", challenge.id)


def _numbers(challenge: Challenge) -> sa.Select[Any]:
    return sa.select(sa.func.max(Addendum.number)).where(Addendum.challenge_id == challenge.id)


def take_step(addendum: Addendum, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """One step of the table; raises Refused, Conflict, Invalid."""
    if step.name == "issue":
        issue(addendum, actor, seen)
    elif step.name == "decline":
        decline(addendum, actor, reason, seen)
    else:
        recall(addendum, actor, seen)


def decline(addendum: Addendum, actor: Actor, reason: str, seen: int | None) -> None:
    """Send it back with a reason; raises Refused, Conflict, Invalid."""
    challenge = addendum.challenge
    post = actor.post_to_decide("challenge", challenge.region, challenge.organization_id)
    move(ADDENDUM, addendum, "decline", actor, reason, post=post, seen=seen, data=post.trace if post else None)


def recall(addendum: Addendum, actor: Actor, seen: int | None) -> None:
    """Take it back before it is published; raises Refused, Conflict."""
    move(ADDENDUM, addendum, "recall", actor, seen=seen, organization_id=addendum.organization_id)


# ---- in words ----

_LABELS = {
    "task": Text("任务", "Task"),
    "task_en": Text("任务（英文）", "Task (in English)"),
    "months": Text("完成期限（月）", "Months to finish"),
}


def difference(before: Mapping[str, Any], changes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each change as {"zh", "en", "before", "after"}; indicators one by one."""
    lines = [
        {"zh": label.zh, "en": label.en, "before": before.get(key) or "", "after": changes[key] or ""}
        for key, label in _LABELS.items()
        if key in changes
    ]
    if "indicators" in changes:
        lines += _indicator_lines(before.get("indicators") or [], changes["indicators"])
    return lines


def _indicator_lines(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    was, now = {row["name"]: row for row in old}, {row["name"]: row for row in new}
    names = [*was, *(name for name in now if name not in was)]
    return [
        {"zh": name, "en": (now.get(name) or was[name]).get("name_en") or name,
         "before": required(was.get(name)), "after": required(now.get(name))}
        for name in names
        if was.get(name) != now.get(name)
    ]  # fmt: skip


def required(row: Mapping[str, Any] | None) -> str:
    """What an indicator asks for, on one line: "≤ 2 ℃ (how it is tested)"."""
    if row is None:
        return ""
    sign = COMPARATORS[row["comparator"]].zh
    asked = " ".join(part for part in (sign, row["threshold"], row["unit"]) if part)
    return f"{asked}（{row['method']}）" if row.get("method") else asked
