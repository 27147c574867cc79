"""Selects of challenges."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.challenges.models import Challenge, ChallengeEdition, Question
from marketplace.foundation.db import db


def unanswered(challenge: Challenge) -> int:
    """How many questions asked in time still wait."""
    waiting = (Question.challenge_id == challenge.id) & (Question.state == "asked") & Question.late.is_(False)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Question).where(waiting)) or 0


def edition(challenge: Challenge, number: int) -> ChallengeEdition | None:
    """The terms as they were frozen under that number."""
    return db.session.get(ChallengeEdition, (challenge.id, number))
