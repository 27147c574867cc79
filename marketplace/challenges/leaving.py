"""What challenges hold of a person, for a copy of his data, and what goes when he deletes his account."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.challenges import queries
from marketplace.challenges.models import Watch
from marketplace.challenges.questions import QUESTION
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.web.plate import PersonalPart


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What he wrote, asked and answered, and what he follows."""
    number = Text("榜单", "Challenge")
    asked = [
        {"challenge": each.challenge.number, "at": each.asked_at, "body": each.body,
         "state": QUESTION.mark(each.state).label}
        for each in queries.questions_of(user_id)
    ]  # fmt: skip
    watched = [{"challenge": row.number, "since": row.since} for row in queries.watched_by(user_id)]
    wrote = {
        "challenge": number, "at": Text("时间", "Time"), "what": Text("内容", "What"),
    }  # fmt: skip
    return (
        PersonalPart("challenge", Text("起草或提交的榜单", "Challenges drafted or submitted"), wrote, [
            {"challenge": each.number, "at": each.created_at, "what": each.label}
            for each in queries.written_by(user_id)
        ]),
        PersonalPart("challenge_addendum", Text("提出的更正", "Addenda proposed"), wrote, [
            {"challenge": each.challenge.number, "at": each.submitted_at, "what": each.text}
            for each in queries.addenda_by(user_id)
        ]),
        PersonalPart("challenge_answer", Text("作出的答复", "Answers given"), wrote, [
            {"challenge": each.challenge.number, "at": each.published_at, "what": each.answer}
            for each in queries.answers_by(user_id)
        ]),
        PersonalPart("challenge_question", Text("对榜单的提问", "Questions on challenges"), {
            "challenge": number, "at": Text("时间", "Time"), "body": Text("问题", "Question"),
            "state": Text("状态", "State"),
        }, asked),
        PersonalPart("challenge_watch", Text("关注的榜单", "Challenges followed"), {
            "challenge": number, "since": Text("关注时间", "Since"),
        }, watched),
    )  # fmt: skip


def forget(user_id: int) -> None:
    """He is told nothing any more. What he asked stays, as his organization's."""
    db.session.execute(sa.delete(Watch).where(Watch.user_id == user_id))
