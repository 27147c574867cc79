"""The life of a challenge: posted, reviewed, published at its time, changed by addenda, closed at its deadline."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from marketplace.challenges import addenda, queries, services
from marketplace.challenges.addenda import Change
from marketplace.challenges.conditions import asked, require
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge, ChallengeEdition
from marketplace.challenges.policy import can_view, visible_to
from marketplace.challenges.timetable import ORDER, takes_bids
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, VISITOR
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation.db import db, transaction
from marketplace.foundation.lifecycle import move
from tests.factories import accounts, challenges, scenarios
from tests.factories.listings import member_of


@pytest.fixture(autouse=True)
def context(app: Flask) -> Any:
    with app.app_context():
        yield


def test_it_is_published_and_closed_by_the_clock_alone() -> None:
    made = challenges.challenge("approved", columns={"publish_at": clock.now() + timedelta(days=2)})
    with pytest.raises(Refused), transaction():
        services.publish(made)
    with clock.standing_at(clock.now() + timedelta(days=2, minutes=1)), transaction():
        services.publish_due()
    challenges.fresh(made)
    assert (made.state, made.edition) == ("published", 1)
    deadline = made.deadline
    assert deadline is not None
    with clock.standing_at(deadline - timedelta(seconds=1)):
        assert takes_bids(made)
        with transaction():
            services.close_due()
    assert challenges.fresh(made).state == "published"
    with clock.standing_at(deadline):
        assert not takes_bids(made)  # whatever the state says: a late job opens no hole
        with transaction():
            services.close_due()
    assert challenges.fresh(made).state == "closed"


def test_terms_are_frozen_with_the_hash_of_what_everybody_can_download(client: Any) -> None:
    made = challenges.challenge()
    frozen = client.get(f"/challenges/{made.number}/editions/1.json")
    assert hashlib.sha256(frozen.data).hexdigest() == made.digest
    assert json.loads(frozen.text)["terms"]["contract"]["sha256"]
    mine = ChallengeEdition.challenge_id == made.id
    for act in (sa.update(ChallengeEdition).where(mine).values(text="{}"), sa.delete(ChallengeEdition).where(mine)):
        with pytest.raises(DBAPIError), transaction():  # by the database itself, whoever writes
            db.session.execute(act)
    with pytest.raises(Conflict), transaction():
        services.save(made, {"title": "别的"}, {}, member_of(made.organization), None)
    with pytest.raises(Conflict):
        challenges.take(made, "submit")


def test_the_reviewer_is_neither_the_writer_nor_of_the_owners_tree() -> None:
    made = challenges.challenge("in_review")
    approve = CHALLENGE.by_name["approve"]
    both = challenges.challenge_official()
    accounts.join(made.organization, both)
    writer = challenges.challenge_official()
    made.submitted_by = writer.id
    db.session.commit()
    for user in (both, writer):
        with pytest.raises(Refused), transaction():
            services.take_step(made, approve, accounts.actor(user), "", None)
    with pytest.raises(Conflict), transaction():  # a stale page
        services.take_step(made, approve, accounts.actor(challenges.challenge_official()), "", made.version - 1)
    challenges.take(made, "approve")
    with pytest.raises(Conflict):  # the second of two at once
        challenges.take(made, "approve")


def test_incomplete_terms_and_timetables_go_nowhere() -> None:
    def refused(columns: dict[str, Any] | None = None, **terms: Any) -> str:
        made = challenges.challenge("draft", columns=columns, **terms)
        with pytest.raises(Refused) as told:
            challenges.take(made, "submit")
        return told.value.fact.zh

    assert "权重" in refused(criteria=[challenges.criterion("a", "甲", "60"), challenges.criterion("b", "乙", "39.9")])
    assert "100%" in refused(payments=[challenges.payment("签约", "90")])
    assert "量化" in refused(indicators=[challenges.indicator("外观", "is", "整洁", "")])
    assert "合同" in refused(contract=None)
    assert "至少 20 天" in refused(challenges.times(days=19) | {"questions_until": clock.now() + timedelta(days=1)})
    wrong = challenges.times()
    assert "要晚于" in refused({"answers_until": wrong["questions_until"] - timedelta(days=1)})
    assert "2 件" in refused({"mode": "race", "most_winners": 2, "min_bids": 1})


def amendment(made: Challenge, days: int, **terms: Any) -> Change:
    """A material change with every instant but the first so many days later."""
    later = {key: getattr(made, key) + timedelta(days=days) for key in ORDER}
    return Change(True, "指标更正", "", {**made.content, **terms}, later)


def test_an_addendum_extends_the_time_and_freezes_another_edition() -> None:
    made = challenges.challenge()
    owner, official = member_of(made.organization), accounts.actor(challenges.challenge_official())
    before, deadline = made.digest, made.deadline
    rows = [challenges.indicator("单次巡检时长", "<=", "20", "min"), *made.content["indicators"][1:]]
    with pytest.raises(Invalid), transaction():
        addenda.propose(made, amendment(made, 0, indicators=rows), owner)
    with pytest.raises(Refused), transaction():
        addenda.propose(made, amendment(made, 10, indicators=rows), official)
    with transaction():
        proposed = addenda.propose(made, amendment(made, 10, indicators=rows, criteria=[]), owner)
    assert set(proposed.changes) == {"indicators"}  # criteria are nothing that an addendum changes
    with pytest.raises(Conflict), transaction():
        addenda.propose(made, Change(False, "说明"), owner)
    with pytest.raises(Refused), transaction():
        addenda.issue(proposed, owner, None)
    with transaction():
        addenda.issue(proposed, official, None)
    challenges.fresh(made)
    assert (made.edition, made.deadline) == (2, deadline + timedelta(days=10) if deadline else None)
    assert made.digest != before
    assert [line["after"] for line in proposed.difference] == ["≤ 20 min（现场连续30次）"]
    kept = queries.edition(made, 1)
    assert kept is not None
    assert kept.digest == before  # what was published first stays as it was
    assert made.deadline is not None
    with clock.standing_at(made.deadline), pytest.raises(Refused), transaction():
        addenda.propose(made, Change(False, "太晚"), owner)
    with transaction():
        addenda.issue(addenda.propose(made, Change(False, "只是说明"), owner), official, None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ChallengeEdition)) == 2


def test_a_late_approval_of_an_addendum_does_not_cut_the_bidders_time() -> None:
    made = challenges.challenge()
    owner, official = member_of(made.organization), accounts.actor(challenges.challenge_official())
    with transaction():
        proposed = addenda.propose(made, amendment(made, 1, months="20"), owner)
    assert made.deadline is not None
    with clock.standing_at(made.deadline - timedelta(hours=1)), pytest.raises(Refused), transaction():
        addenda.issue(proposed, official, None)
    assert challenges.fresh(made).edition == 1


def test_who_sees_it_is_one_rule_with_two_faces() -> None:
    owner = accounts.organization()
    made = [challenges.challenge(state, owner) for state in challenges.WAYS]
    wuhu = accounts.actor(challenges.challenge_official(accounts.WUHU))
    actors = {
        "visitor": VISITOR, "system": SYSTEM, "owner": member_of(owner), "vendor": member_of(accounts.organization()),
        "province": accounts.actor(challenges.challenge_official()), "wuhu": wuhu,
        "reviewer": accounts.actor(accounts.official(accounts.PROVINCE, ("review",))),
    }  # fmt: skip
    public = {"published", "withdrawn"}
    for who, actor in actors.items():
        found = set(db.session.scalars(sa.select(Challenge.state).where(visible_to(actor))))
        assert found == {each.state for each in made if can_view(actor, each)}, who
        expected = set(challenges.WAYS) - ({"draft"} if who == "province" else set())
        assert found == (expected if who in ("system", "owner", "province") else public), who


def test_later_stages_stay_shut_until_somebody_says_what_they_demand() -> None:
    made = challenges.challenge("published")
    assert made.deadline is not None
    with clock.standing_at(made.deadline + timedelta(days=2)):
        challenges.take(made, "close")
        official = accounts.actor(challenges.challenge_official())
        with pytest.raises(Refused), transaction():
            move(CHALLENGE, made, "fail", official, "没有申报")
    require("a step of this test", "nothing", lambda _challenge: None)
    assert asked("a step of this test")(made) is None


def test_only_a_published_need_of_its_own_becomes_a_challenge() -> None:
    need = scenarios.scenario("published")
    owner = need.organization
    with transaction():
        made = services.create(owner, member_of(owner), scenario=need)
    assert made.title == need.title
    assert [row["name"] for row in made.content["indicators"]] == ["单次巡检时间"]
    other = accounts.organization()
    with pytest.raises(Refused), transaction():
        services.create(other, member_of(other), scenario=need)
    with pytest.raises(Refused), transaction():
        services.create(owner, member_of(other))
    with pytest.raises(NotFound), transaction():
        services.save(made, {}, {}, member_of(other), None)


def test_a_button_pressed_twice_begins_one_challenge(client: Any) -> None:
    owner = accounts.person()
    house = {"organization": accounts.organization(owner=owner).id}
    accounts.sign_in(client, owner)
    form, other = (client.get("/challenges/new").location for _ in range(2))
    begun, again = (client.submit(form, house).location for _ in range(2))
    assert begun == again
    assert client.submit(other, house).location != begun, "another form begins another draft"
