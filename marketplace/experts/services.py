"""Commands of the register: write, declare, decide, renew, remind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import PROVINCE, SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, Refused
from marketplace.core.text import Text
from marketplace.experts.content import BLANK, OUTSIDE, fields_of
from marketplace.experts.lifecycle import (
    EXPERT,
    FIRST_REMINDER_DAYS,
    LAST_REMINDER_DAYS,
    VALID_MONTHS,
    complete,
    renewal_open,
)
from marketplace.experts.models import Declaration, Expert, ExpertField
from marketplace.experts.policy import is_self
from marketplace.experts.queries import declaration
from marketplace.experts.ties import Content
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.foundation.outbox import emit
from marketplace.settings.queries import value

# A declaration of these is judged by an official before it counts; those of approved ones count at once.
UNJUDGED = ("draft", "returned", "expired")
IN_FORCE = ("approved", "suspended")
AT_ONCE = 200


def start(actor: Actor, content: Content, *, demo: bool = False) -> Expert:
    """Begin an application with its first page.

    Raises:
        Conflict: he has begun one already.
    """
    expert = Expert(number=next_number("X"), user_id=actor.user_id, content={**BLANK, **content}, demo=demo)
    try:
        with db.session.begin_nested():
            db.session.add(expert)
    except IntegrityError as error:  # in another window, in this moment
        raise Conflict(Text("您已经开始申请了", "You have begun an application already")) from error
    ledger.record(expert, "begin", actor)
    return expert


def save(expert: Expert, content: Content, seen: int | None) -> None:
    """Keep what was written. Nothing of it counts before it is declared.

    Raises:
        Conflict: it is newer than the version ``seen``.
        Refused: it is being reviewed, or he has left.
    """
    lock(expert)
    writable(expert)
    _unchanged(expert, seen)
    expert.content = content
    db.session.flush()


def writable(expert: Expert) -> None:
    """Pass when the expert may write now.

    Raises:
        Refused: what an official reads must not change under him; who has left applies again first.
    """
    if expert.state in (*UNJUDGED, *IN_FORCE):
        return
    left = expert.state == "withdrawn"
    raise Refused(
        Text("审核中或已退出时不能修改", "Nothing is changed while it is reviewed or after leaving"),
        Text("现在是“%(state)s”", "It is now “%(state)s”") % {"state": EXPERT.mark(expert.state).label},
        Text("请先重新申请", "Apply again first") if left else Text("请先撤回送审", "Recall it first"),
    )


def _unchanged(expert: Expert, seen: int | None) -> None:
    if seen is not None and seen != expert.version:
        message = Text("没有保存：内容刚刚在别处改过", "Not saved: it has just been changed elsewhere")
        raise Conflict(message, ledger.latest(expert))


def nothing_new(expert: Expert) -> Refused | None:
    """Why one in force cannot declare: nothing changed, and it is too early to renew."""
    if expert.state not in IN_FORCE or renewable(expert):
        return None
    last = declaration(expert, expert.declared)
    if last is not None and last.content != expert.content:
        return None
    return Refused(
        Text("有改动，或临近到期，才需要申报", "A declaration is made when something changed, or to renew"),
        Text("内容与上次申报相同", "Everything is as it was declared last"),
        Text(
            "有变化时先修改再申报；到期前系统会提醒续期", "Change it first; a reminder comes before the renewal is due"
        ),
    )


def renewable(expert: Expert) -> bool:
    """Whether declaring now asks for another year."""
    return expert.state == "approved" and expert.renewal_asked_at is None and renewal_open(expert)


def declare(expert: Expert, actor: Actor, seen: int | None) -> Declaration:
    """Declare what is written. It counts for conflicts from this moment, whatever an official says later.

    Raises:
        Refused: it is not complete, or there is nothing to declare.
        Conflict: it changed meanwhile.
    """
    lock(expert)
    _unchanged(expert, seen)
    if not is_self(actor, expert):
        raise Refused(
            Text("由专家本人申报", "Only the expert declares"),
            Text("您不是本人", "You are somebody else"),
            Text("请由本人登录办理", "Let the expert sign in"),
        )
    writable(expert)
    refusal = complete(expert) or nothing_new(expert)
    if refusal is not None:
        raise refusal
    renews = renewable(expert)
    made = _keep(expert)
    data = {"declaration": made.number, "sha256": made.digest}
    if expert.state in UNJUDGED:
        move(EXPERT, expert, "submit", actor, data=data)
    else:
        entry = ledger.record(expert, "declare", actor, data=data | {"renewal": renews})
        emit("expert.declare", expert, {"entry": entry.id})
    if renews:
        expert.renewal_asked_at = clock.now()
    if expert.state != "suspended":  # whose change is looked at when he is resumed
        expert.submitted_at = expert.submitted_at or clock.now()
    db.session.flush()
    return made


def _keep(expert: Expert) -> Declaration:
    content = expert.content
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    made = Declaration(
        expert_id=expert.id, number=expert.declared + 1, content=content, declared_at=clock.now(),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    db.session.add(made)
    expert.declared = made.number
    expert.name, expert.title = content["name"], content["title"]
    expert.region = "" if content["region"] == OUTSIDE else content["region"]
    db.session.flush()
    return made


def decide(expert: Expert, accept: bool, actor: Actor, words: str, seen: int | None) -> None:
    """An official decides on what waits: entry, a changed declaration, or another year.

    Refusing an entry returns it; refusing a change suspends the expert, because what he declared counts already.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    if accept:
        name = "approve" if expert.state == "in_review" else "renew" if expert.renewal_asked_at else "confirm"
    else:
        name = "suspend" if expert.state == "approved" else "return"
    take_step(expert, name, actor, words, seen)


def take_step(expert: Expert, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Take a step of the expert's life; an official acts in the post that gives him the right.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    move(
        EXPERT, expert, name, actor, reason, post=_post(expert, actor), seen=seen, data={"declaration": expert.declared}
    )
    if name in ("approve", "confirm", "renew"):
        _vouch(expert, name)
    if name == "resume" and expert.declared > expert.vouched:
        expert.submitted_at = clock.now()  # what was declared while suspended has been seen by nobody
    elif name != "expire" or expert.renewal_asked_at is None:  # a renewal asked for in time still waits
        expert.submitted_at = expert.renewal_asked_at = None
    db.session.flush()


def _post(expert: Expert, actor: Actor) -> PostHeld | None:
    return None if is_self(actor, expert) else actor.post_for("challenge", PROVINCE)


def _vouch(expert: Expert, name: str) -> None:
    """The official stands for the fields of the last declaration; entry and renewal also give the time."""
    last = declaration(expert, expert.declared)
    content = last.content if last is not None else expert.content
    expert.vouched = expert.declared
    db.session.execute(sa.delete(ExpertField).where(ExpertField.expert_id == expert.id))
    db.session.add_all(ExpertField(expert_id=expert.id, field=field) for field in fields_of(content))
    if name == "confirm":
        return
    start = max(expert.valid_until or clock.today(), clock.today()) if name == "renew" else clock.today()
    expert.valid_until = months_on(start, value(VALID_MONTHS))
    expert.approved_at, expert.reminded = clock.now(), 0


def months_on(day: date, months: int) -> date:
    """The same day some months later; where there is none (29 to 31), the 28th."""
    year, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + year, month=month + 1)
    except ValueError:
        return day.replace(year=day.year + year, month=month + 1, day=28)


# ---- by the clock ----


def expire_due() -> bool:
    """End the approvals whose last day is over; True when there may be more."""
    due = db.session.scalars(
        sa.select(Expert)
        .where(Expert.state.in_(IN_FORCE), Expert.valid_until < clock.today())
        .order_by(Expert.id)
        .limit(AT_ONCE)
    ).all()
    for expert in due:
        take_step(expert, "expire", SYSTEM)
    return len(due) == AT_ONCE


def remind_due() -> bool:
    """Remind of the renewal, twice at most; who has asked for it already hears nothing. True when there may be more."""
    days = sorted((value(FIRST_REMINDER_DAYS), value(LAST_REMINDER_DAYS)), reverse=True)
    stages = [
        (Expert.reminded < stage) & (Expert.valid_until <= clock.today() + timedelta(days=ahead))
        for stage, ahead in enumerate(days, 1)
    ]
    due = db.session.scalars(
        sa.select(Expert)
        .where(Expert.state == "approved", Expert.renewal_asked_at.is_(None), Expert.valid_until >= clock.today())
        .where(sa.or_(*stages))
        .order_by(Expert.id)
        .limit(AT_ONCE)
    ).all()
    for expert in due:
        lock(expert)
        expert.reminded = sum(_left(expert) <= ahead for ahead in days)
        emit("expert.renewal_due", expert, {"until": str(expert.valid_until)})
    return len(due) == AT_ONCE


def _left(expert: Expert) -> int:
    assert expert.valid_until is not None
    return (expert.valid_until - clock.today()).days


def as_written(expert: Expert | None) -> Mapping[str, Any]:
    """What the form shows: what he is writing, with every field there is."""
    return {**BLANK, **(expert.content if expert else {})}
