"""Selects of challenges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.challenges.models import Addendum, Answer, Challenge, ChallengeEdition, Question, Watch
from marketplace.challenges.policy import can_edit, can_view, visible_to
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation import once
from marketplace.foundation.db import db
from marketplace.posts.policy import may_decide
from marketplace.scenarios.models import Scenario


def unanswered(challenge: Challenge) -> int:
    """How many questions asked in time still wait."""
    waiting = (Question.challenge_id == challenge.id) & (Question.state == "asked") & Question.late.is_(False)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Question).where(waiting)) or 0


def edition(challenge: Challenge, number: int) -> ChallengeEdition | None:
    """The terms as they were frozen under that number."""
    return db.session.get(ChallengeEdition, (challenge.id, number))


def challenges(actor: Actor, *, state: str = "", domain: str = "", words: str = "") -> sa.Select[Challenge]:
    """The published challenges of a list, open ones first by their deadline, then the others, newest first."""
    select = sa.select(Challenge).where(Challenge.published_at.is_not(None), visible_to(actor))
    if state:
        select = select.where(Challenge.shown_state == state)
    if domain:
        select = select.where(Challenge.domain == domain)
    if words:
        part = f"%{escaped(words)}%"
        title = Challenge.title.ilike(part, escape="\\") | Challenge.title_en.ilike(part, escape="\\")
        select = select.where(title | (Challenge.number == words.upper()))
    is_open = sa.case((Challenge.state == "published", 0), else_=1)
    until = sa.case((Challenge.state == "published", Challenge.deadline), else_=None)
    return select.options(joinedload(Challenge.organization), joinedload(Challenge.scenario)).order_by(
        is_open, until, Challenge.published_at.desc(), Challenge.id.desc()
    )


def escaped(words: str) -> str:
    """Words as they stand in a LIKE pattern."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def public_states() -> Mapping[str, int]:
    """State as it is shown → how many published challenges are in it."""
    shown = sa.select(Challenge.shown_state).where(Challenge.published_at.is_not(None)).subquery()
    state = shown.c.shown_state
    select = sa.select(state, sa.func.count()).group_by(state)
    return {row[0]: row[1] for row in db.session.execute(select)}


def challenge_by_number(number: str, actor: Actor) -> Challenge:
    """The challenge of a number, when the actor may see it; raises NotFound."""
    found = db.session.scalar(
        sa.select(Challenge)
        .where(Challenge.number == number, visible_to(actor))
        .options(joinedload(Challenge.organization), joinedload(Challenge.scenario))
    )
    if found is None:
        raise NotFound
    return found


def begun_with(form_key: str, actor: Actor) -> Challenge | None:
    """What the actor has begun with this form (foundation/once.py), while he may write it."""
    key = once.begun_with(form_key, actor, "challenge")
    found = db.session.get(Challenge, key) if key is not None else None
    return found if found is not None and can_edit(actor, found) else None


def own_challenge(number: str, actor: Actor) -> Challenge:
    """The same, for members of its owner only; raises NotFound."""
    found = challenge_by_number(number, actor)
    if not can_edit(actor, found):
        raise NotFound
    return found


def answers(challenge: Challenge) -> Sequence[Answer]:
    """What was answered, the newest first."""
    of_it = Answer.challenge_id == challenge.id
    return db.session.scalars(sa.select(Answer).where(of_it).order_by(Answer.number.desc())).all()


def addenda(challenge: Challenge) -> Sequence[Addendum]:
    """What was issued, the newest first."""
    of_it = (Addendum.challenge_id == challenge.id) & (Addendum.state == "issued")
    return db.session.scalars(sa.select(Addendum).where(of_it).order_by(Addendum.number.desc())).all()


def proposed(challenge: Challenge) -> Addendum | None:
    """The addendum that waits to be published."""
    of_it = (Addendum.challenge_id == challenge.id) & (Addendum.state == "proposed")
    return db.session.scalar(sa.select(Addendum).where(of_it).options(joinedload(Addendum.challenge)))


def addendum_by_key(number: str, actor: Actor) -> Addendum:
    """An addendum by its key, for members of the owner and officials in charge; raises NotFound."""
    found = (
        db.session.get(Addendum, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    )
    if found is None or not can_view(actor, found.challenge) or not _inside(actor, found.challenge):
        raise NotFound
    return found


def _inside(actor: Actor, challenge: Challenge) -> bool:
    return can_edit(actor, challenge) or actor.post_for("challenge", challenge.region) is not None


def addenda_with(keys: Sequence[int]) -> Sequence[Addendum]:
    """Addenda with these keys, for the desk."""
    select = sa.select(Addendum).where(Addendum.id.in_(keys))
    return db.session.scalars(select.options(joinedload(Addendum.challenge).joinedload(Challenge.organization))).all()


def challenges_with(keys: Sequence[int]) -> Sequence[Challenge]:
    """Challenges with these keys, in any order, for the desk, the logs and the index."""
    select = sa.select(Challenge).where(Challenge.id.in_(keys)).options(joinedload(Challenge.organization))
    return db.session.scalars(select).all()


def key_of(number: str) -> int | None:
    """The key of a challenge's number, for the logs."""
    return db.session.scalar(sa.select(Challenge.id).where(Challenge.number == number))


def waiting_questions(challenge: Challenge, *, late: bool) -> Sequence[Question]:
    """What its owner has to answer, in the order in which it came."""
    of_it = (Question.challenge_id == challenge.id) & (Question.state == "asked") & Question.late.is_(late)
    return db.session.scalars(sa.select(Question).where(of_it).order_by(Question.id)).all()


def own_questions(challenge: Challenge, actor: Actor) -> Sequence[Question]:
    """What the actor himself asked: shown to nobody else."""
    if not actor.signed_in:
        return ()
    of_it = (Question.challenge_id == challenge.id) & (Question.asked_by == actor.user_id)
    return db.session.scalars(sa.select(Question).where(of_it).order_by(Question.id)).all()


def question_of(challenge: Challenge, key: int) -> Question:
    """One question of a challenge; raises NotFound."""
    found = db.session.get(Question, key)
    if found is None or found.challenge_id != challenge.id:
        raise NotFound
    return found


def watches(challenge: Challenge, actor: Actor) -> bool:
    """Whether the actor is told of what is published."""
    return actor.signed_in and db.session.get(Watch, (challenge.id, actor.user_id)) is not None


def mine(actor: Actor) -> Sequence[Challenge]:
    """Challenges of the actor's organizations, the one touched last first."""
    owned = Challenge.organization_id.in_(sorted(actor.organization_ids))
    select = sa.select(Challenge).where(owned).order_by(Challenge.updated_at.desc(), Challenge.id.desc())
    return db.session.scalars(select.limit(MINE_MOST)).all()


MINE_MOST = 20


def waits_for_decision(actor: Actor) -> sa.ColumnElement[bool]:
    """Challenges that the actor may decide on."""
    writers = sa.func.coalesce(Challenge.created_by, 0), sa.func.coalesce(Challenge.submitted_by, 0)
    others = sa.and_(*(each != actor.user_id for each in writers))
    may = may_decide(actor, "challenge", _REGION, _OWNER)
    return (Challenge.state == "in_review") & others & may


def waits_to_issue(actor: Actor) -> sa.ColumnElement[bool]:
    """Addenda that the actor may publish."""
    others = sa.func.coalesce(Addendum.submitted_by, 0) != actor.user_id
    region, owner = cast(Any, Addendum.region), cast(Any, Addendum.organization_id)
    return (Addendum.state == "proposed") & others & may_decide(actor, "challenge", region, owner)


_REGION, _OWNER = cast(Any, Challenge.region), cast(Any, Challenge.organization_id)


def owner_duties(actor: Actor) -> sa.Select[Any]:
    """Challenges of the actor that wait for him: returned ones, and those with questions to answer."""
    asked = sa.exists().where(Question.challenge_id == Challenge.id, Question.state == "asked")
    due = (Challenge.state == "returned") | ((Challenge.state == "published") & asked)
    return sa.select(Challenge).where(Challenge.organization_id.in_(sorted(actor.organization_ids)), due)


def questions_of(user_id: int) -> Sequence[Question]:
    """What somebody asked anywhere, for the copy of his data."""
    select = sa.select(Question).where(Question.asked_by == user_id).options(joinedload(Question.challenge))
    return db.session.scalars(select.order_by(Question.id)).all()


def watched_by(user_id: int) -> Sequence[Any]:
    """What somebody follows, for the copy of his data: number, title and since when."""
    select = sa.select(Challenge.number, Challenge.title, Watch.since).join(Watch, Watch.challenge_id == Challenge.id)
    return db.session.execute(select.where(Watch.user_id == user_id).order_by(Watch.since)).all()


def of_scenario(scenario: Scenario, actor: Actor) -> Sequence[Challenge]:
    """Challenges that came from a need and that the actor may see."""
    select = sa.select(Challenge).where(Challenge.scenario_id == scenario.id, visible_to(actor))
    return db.session.scalars(select.order_by(Challenge.id)).all()


def count(select: sa.Select[Any]) -> int:
    """How many rows a select has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())) or 0


def written_by(user_id: int) -> Sequence[Challenge]:
    """Challenges that somebody began or submitted."""
    his = (Challenge.created_by == user_id) | (Challenge.submitted_by == user_id)
    return db.session.scalars(sa.select(Challenge).where(his).order_by(Challenge.id)).all()


def addenda_by(user_id: int) -> Sequence[Addendum]:
    """Addenda that somebody proposed."""
    select = sa.select(Addendum).where(Addendum.submitted_by == user_id).options(joinedload(Addendum.challenge))
    return db.session.scalars(select.order_by(Addendum.id)).all()


def answers_by(user_id: int) -> Sequence[Answer]:
    """Answers that somebody gave."""
    select = sa.select(Answer).where(Answer.answered_by == user_id).options(joinedload(Answer.challenge))
    return db.session.scalars(select.order_by(Answer.id)).all()
