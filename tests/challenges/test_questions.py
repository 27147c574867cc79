"""Who asked is for the asker alone: not on a page, in a file, a feed, a mail, history or a count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.challenges import addenda, notify, queries, questions
from marketplace.challenges.addenda import Change
from marketplace.challenges.models import Question
from marketplace.core import clock
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import OutboxMessage
from tests.factories import accounts, challenges
from tests.factories.listings import member_of
from tests.support.site import Client

ASKER = "提问者机器人有限公司"
BODY = "能否加装轨道？这一句只有提问人写过"


@pytest.fixture
def asked(app: Flask) -> Any:
    """A published challenge, its asker's organization, and the question."""
    with app.app_context():
        made = challenges.challenge()
        asker = accounts.organization(name=ASKER, name_en="Asker Robotics")
        with transaction():
            question = questions.ask(made, asker, member_of(asker), BODY)
        yield made, asker, question


def answer(made: Any, *keys: int) -> None:
    with transaction():
        said = Text("可以装轨道吗？", "Rails?"), Text("可以。", "Yes.")
        questions.answer(made, keys, member_of(made.organization), *said)


def test_the_asker_shows_nowhere(asked: Any, app: Flask, client: Client) -> None:
    made, asker, question = asked
    number, key, user = made.number, question.id, question.asked_by
    owner, official = app.test_client(), app.test_client()
    accounts.sign_in(owner, queries.db.session.get_one(accounts.User, member_of(made.organization).user_id))
    accounts.sign_in(official, challenges.challenge_official())
    public = (f"/challenges/{number}", "/challenges", "/challenges.csv", "/challenges.json", "/challenges/feed.xml",
              f"/api/v1/challenges/{number}", "/api/v1/challenges")  # fmt: skip
    for state in ("asked", "answered"):
        for reader in (client, owner, official):
            for path in public:
                text = reader.get(path).text
                assert ASKER not in text, (state, path)
                assert BODY not in text, (state, path)
        desk = owner.get(f"/challenges/{number}/questions").text
        assert ASKER not in desk
        assert asker.number not in desk
        assert (BODY in desk) == (state == "asked")
        assert official.get(f"/challenges/{number}/questions").status_code == 404
        if state == "asked":
            answer(made, key)
    assert "可以装轨道吗？" in client.get(f"/challenges/{number}").text
    entries = db.session.scalars(sa.select(ledger.LedgerEntry).where(ledger.LedgerEntry.subject_type == "question"))
    asking = next(entry for entry in entries if entry.action == "ask")
    assert (asking.actor_kind, asking.actor_id, asking.organization_id) == ("system", None, None)
    # Proven when an objection needs it, by the row alone.
    assert asking.data == {"commitment": questions.commitment(question)}
    told = OutboxMessage(topic="question.ask", subject_type="question", subject_id=key, payload={})
    question.state = "asked"
    for letter in notify.asked(told, app.extensions["config"]):
        assert ASKER not in str(letter.context)
        assert BODY not in str(letter.context)
        assert letter.to != db.session.get_one(accounts.User, user).email


def test_unanswered_questions_hold_the_closing_and_late_ones_do_not(asked: Any) -> None:
    made, asker, question = asked
    with clock.standing_at(made.questions_until), transaction():
        late = questions.ask(made, asker, member_of(asker), "迟到的问题")
    with clock.standing_at(made.questions_until - timedelta(seconds=1)), transaction():
        timely = questions.ask(made, asker, member_of(asker), "压线的问题")
    assert (question.late, late.late, timely.late) == (False, True, False)
    with clock.standing_at(made.deadline):
        with pytest.raises(Refused):
            challenges.take(made, "close")
        with pytest.raises(Refused), transaction():  # one second past is past
            questions.ask(made, asker, member_of(asker), "截止后的问题")
        answer(made, question.id)
        with pytest.raises(Invalid), transaction():
            questions.decline(timely, member_of(made.organization), "", None)
        with transaction():
            questions.decline(timely, member_of(made.organization), "与任务无关", None)
        challenges.take(made, "close")
    assert made.state == "closed"


def test_several_are_answered_once_and_nobody_answers_twice(asked: Any) -> None:
    made, asker, first = asked
    second = accounts.organization()
    with transaction():
        same = questions.ask(made, second, member_of(second), "轨道可以装吗")
    answer(made, first.id, same.id)
    assert len(queries.answers(made)) == 1
    assert first.answer_id == same.answer_id
    with pytest.raises(Conflict):
        answer(made, same.id)
    for actor in (member_of(second), accounts.actor(challenges.challenge_official())):
        with transaction():
            third = questions.ask(made, second, member_of(second), "又一个问题")
        with pytest.raises(Refused), transaction():
            move(questions.QUESTION, third, "answer", actor)
    with pytest.raises(Refused), transaction():
        questions.ask(made, made.organization, member_of(made.organization), "自问")
    with pytest.raises(Refused), transaction():
        questions.ask(made, asker, member_of(second), "冒名")
    assert db.session.query(Question).filter_by(state="answered").count() == 2


def test_everyone_interested_gets_one_digest_a_day(asked: Any, app: Flask) -> None:
    made, _asker, question = asked
    reader = accounts.person()
    with transaction():
        questions.watch(made, accounts.actor(reader))
        questions.watch(made, accounts.actor(reader))
    answer(made, question.id)
    owner, official = member_of(made.organization), accounts.actor(challenges.challenge_official())
    with transaction():
        addenda.issue(addenda.propose(made, Change(False, "现场可以踏勘"), owner), official, None)
    tomorrow = questions.last_digest(clock.now()) + timedelta(days=1)
    for moment in (tomorrow - timedelta(seconds=1), tomorrow, tomorrow + timedelta(days=1)):
        with clock.standing_at(moment), transaction():
            questions.digest_due()
    sent = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.topic == "challenge.digest")).all()
    letters = [letter for each in sent for letter in notify.digest(each, app.extensions["config"])]
    mine = [letter for letter in letters if letter.to == reader.email]
    assert len(mine) == 1
    assert (len(mine[0].context["answers"]), len(mine[0].context["addenda"])) == (1, 1)
    assert len(letters) == 2  # and the asker, who follows by asking
