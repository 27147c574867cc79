"""Questions and answers: asked by organizations whose name nobody learns, answered once for all."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from marketplace.challenges import timetable
from marketplace.challenges.models import Addendum, Answer, Challenge, Question, Watch
from marketplace.challenges.policy import can_edit
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.lifecycle import Lifecycle, State, step
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import no_verified_member

# Open questions of one organization on one challenge.
MOST_OPEN = 20
LIMITS = {"question": 2000, "answer": 4000}
DIGEST_HOUR = 18


def answers_for(actor: Actor, question: Question) -> bool:
    """Members of the owner."""
    return can_edit(actor, question.challenge)


QUESTION = Lifecycle(
    "question",
    Text("提问", "Question"),
    start="asked",
    states={
        "asked": State(Text("待答复", "To be answered"), "", "clock"),
        "answered": State(Text("已答复", "Answered"), "pine", "check-circle"),
        "declined": State(Text("不予答复", "Not answered"), "ochre", "x-circle"),
    },
    steps=(
        step("answer", "asked", "answered", who=answers_for, quiet=True, label=Text("答复", "Answer"), past="Answered"),
        step("decline", "asked", "declined", who=answers_for, quiet=True, asks_reason=True,
             label=Text("不予答复", "Decline"), past="Declined"),
    ),
)  # fmt: skip


def ask(challenge: Challenge, organization: Organization, actor: Actor, body: str) -> Question:
    """Ask in the name of a verified organization. After the window it goes to the late queue, until the deadline.

    History says that a question was asked, by nobody: it keeps a commitment to the asker, which only the row's
    ``seal`` opens.

    Raises:
        Refused: not open, the asker is no member, not verified, or the owner; or too many of his wait.
        Invalid: nothing was asked.
    """
    lock(challenge)
    refusal = _may_not_ask(challenge, organization, actor)
    if refusal is not None:
        raise refusal
    if not body:
        raise Invalid([FieldError("body", Text("请写出问题", "Write the question"))])
    question = Question(
        challenge_id=challenge.id, organization_id=organization.id, asked_by=actor.user_id, body=body,
        late=timetable.is_late(challenge), seal=secrets.token_hex(32), asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(question)
    db.session.flush()
    ledger.record(question, "ask", SYSTEM, after="asked", data={"commitment": commitment(question)})
    emit("question.ask", question, {})
    watch(challenge, actor)
    return question


def commitment(question: Question) -> str:
    """SHA-256 over the seal and the asker: proves later who asked, and tells nobody now."""
    who = f"{question.seal}:{question.id}:{question.organization_id}:{question.asked_by}"
    return hashlib.sha256(who.encode()).hexdigest()


def _may_not_ask(challenge: Challenge, organization: Organization, actor: Actor) -> Refused | None:
    rule = Text(
        "揭榜截止之前，已认证的其他单位可以提问", "Verified organizations other than the owner ask before the deadline"
    )
    if not timetable.takes_questions(challenge):
        return Refused(rule, Text("现在不在提问时间内", "It is not the time for questions"),
                       Text("请查看已公开的答疑", "Read the answers already published"))  # fmt: skip
    if not actor.belongs_to(organization.id) or organization.state != "verified":
        return no_verified_member(rule)
    if organization.id == challenge.organization_id:
        return Refused(rule, Text("您代表的是需求单位", "You speak for the owner"),
                       Text("需要说明的，请发更正或说明", "To make something clear, publish an addendum"))  # fmt: skip
    waiting = sa.select(sa.func.count()).select_from(Question).where(
        Question.challenge_id == challenge.id, Question.organization_id == organization.id, Question.state == "asked"
    )  # fmt: skip
    if (db.session.scalar(waiting) or 0) >= MOST_OPEN:
        return Refused(
            Text("同一单位待答复的问题最多 %(most)d 个", "At most %(most)d open questions per organization")
            % {"most": MOST_OPEN},
            Text("贵单位已有这么多问题在等答复", "Yours has as many"), Text("请等答复后再提", "Wait for the answers"),
        )  # fmt: skip
    return None


def answer(challenge: Challenge, keys: Sequence[int], actor: Actor, question: Text, words: Text) -> Answer:
    """Answer one question, or several that ask the same, once for all.

    Args:
        keys: the questions answered. question: how it is published; who asked must not show from it.

    Raises:
        Refused: the actor is no member of the owner, or it is over.
        Conflict: one of them was answered meanwhile. Invalid: no question chosen, or a text is missing.
    """
    lock(challenge)
    needed = {"question": question.zh, "answer": words.zh, "questions": keys}
    missing = [FieldError(key, Text("请填写此项", "Required")) for key, given in needed.items() if not given]
    if missing:
        raise Invalid(missing)
    if challenge.state != "published":
        raise Refused(
            Text("答疑在截止之前公开", "Answers are published before it closes"),
            Text("这份榜单已不在揭榜中", "This challenge is not open for bids"),
            Text("可以写明理由，不予答复", "You can decline it with a reason"),
        )
    found = _waiting(challenge, keys)
    made = Answer(
        challenge_id=challenge.id, number=1 + (db.session.scalar(_last(challenge)) or 0), question=question.zh,
        question_en=question.en, answer=words.zh, answer_en=words.en, answered_by=actor.user_id,
        published_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for each in found:
        move(QUESTION, each, "answer", actor, organization_id=challenge.organization_id)
        each.answer_id = made.id
    db.session.flush()
    ledger.record(challenge, "answer", actor, organization_id=challenge.organization_id,
                  data={"answer": made.number})  # fmt: skip
    dirty.note("challenge", challenge.id)
    return made


def _waiting(challenge: Challenge, keys: Sequence[int]) -> Sequence[Question]:
    of_it = (Question.challenge_id == challenge.id) & Question.id.in_(keys) & (Question.state == "asked")
    found = db.session.scalars(sa.select(Question).where(of_it).order_by(Question.id)).all()
    if len(found) != len(set(keys)):
        raise Conflict(
            Text("没有答复：选中的问题刚刚有人处理过", "Not answered: somebody has just dealt with one of them")
        )
    return found


def _last(challenge: Challenge) -> sa.Select[int]:
    return sa.select(sa.func.max(Answer.number)).where(Answer.challenge_id == challenge.id)


def decline(question: Question, actor: Actor, reason: str, seen: int | None) -> None:
    """Leave it unanswered, with a reason that its asker reads; raises Refused, Conflict, Invalid."""
    lock(question.challenge)
    move(QUESTION, question, "decline", actor, reason, seen=seen, organization_id=question.challenge.organization_id)
    question.remark = reason.strip()


# ---- who wants to hear of it ----


def watch(challenge: Challenge, actor: Actor) -> None:
    """Tell this user of answers and addenda from now on."""
    add_once(Watch, challenge_id=challenge.id, user_id=actor.user_id, since=clock.now(), told_until=clock.now())


def unwatch(challenge: Challenge, actor: Actor) -> None:
    """No more."""
    found = db.session.get(Watch, (challenge.id, actor.user_id)) if actor.user_id is not None else None
    if found is not None:
        db.session.delete(found)
        db.session.flush()


def digest_due() -> None:
    """Once a day, at 18:00 in Beijing: one letter for each watcher with all that was published since the last one."""
    until = last_digest(clock.now())
    for row in db.session.execute(_news(until)).all():
        challenge_id, since = row.challenge_id, row.told_until
        challenge = db.session.get_one(Challenge, challenge_id)
        readers = sa.update(Watch).where(Watch.challenge_id == challenge_id, Watch.told_until == since)
        users = db.session.scalars(readers.values(told_until=until).returning(Watch.user_id)).all()
        emit("challenge.digest", challenge, {
            "users": sorted(users), "since": since.isoformat(), "until": until.isoformat(),
        })  # fmt: skip


def last_digest(now: datetime) -> datetime:
    """The last 18:00 in Beijing up to ``now``."""
    here = clock.beijing(now)
    at = datetime.combine(here.date(), time(DIGEST_HOUR), clock.BEIJING)
    return at if here >= at else at - timedelta(days=1)


def _news(until: datetime) -> sa.Select[int, datetime]:
    """Challenges with something that their watchers were not told of, for each moment up to which they were told."""
    answered = sa.exists().where(
        Answer.challenge_id == Watch.challenge_id, Answer.published_at > Watch.told_until, Answer.published_at <= until
    )
    amended = sa.exists().where(
        Addendum.challenge_id == Watch.challenge_id, Addendum.issued_at > Watch.told_until, Addendum.issued_at <= until
    )
    return sa.select(Watch.challenge_id, Watch.told_until).where(answered | amended).distinct()
