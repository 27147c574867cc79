"""Topic → who is told what. No letter names an asker, or says anything of bids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.challenges import queries
from marketplace.challenges.models import Addendum, Challenge, Question, Watch
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.posts.queries import officials

OWN = LetterGroup(
    "own_challenges",
    Text("本单位的榜单", "Your organization's challenges"),
    Text("发榜、截止、收到提问", "Published, closed, a question asked"),
)
FOLLOWED = LetterGroup(
    "followed_challenges",
    Text("关注的榜单", "Challenges you follow"),
    Text("每天汇总一次新的答疑和更正", "New answers and addenda, once a day"),
)
# Steps that members of the owner are told of: what an official decided is owed to them.
TOLD = {"approve": DECISIONS, "return": DECISIONS, "withdraw": DECISIONS, "publish": OWN, "close": OWN}


def _page(challenge: Challenge, config: Config) -> str:
    return f"{config.base_url}/challenges/{challenge.number}"


def _about(challenge: Challenge, config: Config, **more: Any) -> dict[str, Any]:
    return {"title": challenge.label, "number": challenge.number, "link": _page(challenge, config), **more}


def submitted(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge have a challenge to review; nothing when it was taken back meanwhile."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    if challenge.state == "in_review":
        yield from _to_officials(challenge, "challenges/submitted", config)


def proposed(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge have an addendum to publish."""
    addendum = db.session.get_one(Addendum, message.subject_id)
    if addendum.state == "proposed":
        yield from _to_officials(addendum.challenge, "challenges/proposed", config)


def _to_officials(challenge: Challenge, template: str, config: Config) -> Iterator[Letter]:
    own = {user.id for user in member_users(challenge.organization_id)}
    for user in officials("challenge", challenge.region):
        if user.id not in own:
            yield letter(user, template, DESK, **_about(challenge, config))


def changed(message: Message, config: Config) -> Iterator[Letter]:
    """Members of the owner read what became of theirs; ``message.topic`` names the step."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    step = message.topic.partition(".")[2]
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    readers = list(member_users(challenge.organization_id))
    if step == "withdraw":
        known = {user.id for user in readers}
        readers += [user for user in watchers(challenge) if user.id not in known]
    for user in readers:
        yield letter(user, f"challenges/{step}", TOLD[step], reason=Quote(entry.reason), deadline=challenge.deadline,
                     **_about(challenge, config))  # fmt: skip


def addendum_decided(message: Message, config: Config) -> Iterator[Letter]:
    """Members of the owner read that it was published or declined; those who follow read it in their digest."""
    addendum = db.session.get_one(Addendum, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = f"challenges/addendum_{message.topic.partition('.')[2]}"
    for user in member_users(addendum.organization_id):
        yield letter(user, template, DECISIONS, reason=Quote(entry.reason), **_about(addendum.challenge, config))


def asked(message: Message, config: Config) -> Iterator[Letter]:
    """Members of the owner learn that there is a question, and nothing of who asked."""
    question = db.session.get_one(Question, message.subject_id)
    challenge = question.challenge
    if question.state == "asked":
        for user in member_users(challenge.organization_id):
            yield letter(user, "challenges/asked", OWN, until=challenge.answers_until,
                         **_about(challenge, config, link=f"{_page(challenge, config)}/questions"))  # fmt: skip


def question_declined(message: Message, config: Config) -> Iterator[Letter]:
    """The asker alone reads that it stays unanswered, and why."""
    question = db.session.get_one(Question, message.subject_id)
    user = db.session.get_one(User, question.asked_by)
    yield letter(user, "challenges/question_declined", FOLLOWED, reason=Quote(question.remark),
                 question=Quote(question.body), **_about(question.challenge, config))  # fmt: skip


def digest(message: Message, config: Config) -> Iterator[Letter]:
    """What was published since the last one, to each who follows."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    since, until = (datetime.fromisoformat(message.payload[key]) for key in ("since", "until"))
    answers = [each for each in queries.answers(challenge) if since < each.published_at <= until]
    addenda = [
        each for each in queries.addenda(challenge) if each.issued_at is not None and since < each.issued_at <= until
    ]
    context = {
        "answers": [{"question": Text(each.question, each.question_en or each.question)} for each in answers],
        "addenda": [{"number": each.number, "text": Text(each.text, each.text_en or each.text)} for each in addenda],
        "deadline": challenge.deadline,
    }
    users = db.session.scalars(sa.select(User).where(User.id.in_(message.payload["users"])).order_by(User.id))
    for user in users:
        yield letter(user, "challenges/digest", FOLLOWED, **_about(challenge, config, **context))


def watchers(challenge: Challenge) -> list[User]:
    """Who follows it."""
    select = sa.select(User).join(Watch, Watch.user_id == User.id).where(Watch.challenge_id == challenge.id)
    return list(db.session.scalars(select.order_by(User.id)))
