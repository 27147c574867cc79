"""The register: declaring, deciding, renewing, and the two questions that challenges ask of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as time
from marketplace.core.errors import Conflict, Refused
from marketplace.experts import queries, services
from marketplace.experts.models import Declaration, Expert
from marketplace.experts.policy import can_view, visible_to
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from tests.factories import accounts, experts
from tests.factories.experts import row
from tests.support.site import Clock


def person_of(expert: Expert) -> accounts.Actor:
    return accounts.actor(db.session.get_one(accounts.User, expert.user_id))


def redeclare(expert: Expert, **changes: object) -> None:
    with transaction():
        services.save(expert, {**expert.content, **changes}, None)
        services.declare(expert, person_of(expert), None)


def names(expert: Expert, on: date | None = None) -> dict[str, tuple[str, date | None]]:
    found = queries.interests(expert.id, on or time.today())
    return {one.tie.organization: (one.tie.kind, one.tie.until) for one in found}


# ---- who may be drawn ----


def test_who_may_be_drawn(session: scoped_session[Session], clock: Clock) -> None:
    here = experts.expert()
    there = experts.expert(region=accounts.WUHU, domains=["special"], categories=[])
    for state in experts.WAYS:
        if state != "approved":
            experts.expert(state)
    assert list(queries.approved()) == [here, there]
    assert list(queries.approved(["category.quadruped"])) == [here]
    assert list(queries.approved(["domain.special", "category.quadruped"])) == [here, there]
    assert list(queries.approved((), accounts.WUHU)) == [there]
    assert list(queries.approved((), accounts.PROVINCE)) == [here, there]


def test_the_clock_ends_an_approval_and_not_the_job(session: scoped_session[Session], clock: Clock) -> None:
    made = experts.expert()
    assert made.valid_until == date(2027, 3, 2)
    clock.move_to(time.end_of_day(made.valid_until) - timedelta(seconds=1))
    assert list(queries.approved()) == [made]
    clock.forward(seconds=1)
    assert made.state == "approved"
    assert list(queries.approved()) == []
    with transaction():
        services.expire_due()
    assert made.state == "expired"


def test_fields_are_those_an_official_approved(session: scoped_session[Session]) -> None:
    made = experts.expert()
    redeclare(made, domains=["agriculture"])
    assert list(queries.approved(["domain.agriculture"])) == []
    with transaction():
        services.decide(made, True, accounts.actor(experts.keeper()), "", None)
    assert list(queries.approved(["domain.agriculture"])) == [made]
    assert made.submitted_at is None


# ---- ties ----


def test_interests_are_all_that_was_declared_by_the_day(session: scoped_session[Session], clock: Clock) -> None:
    unit = accounts.organization(name="有码公司")
    user = accounts.person()
    accounts.join(unit, user)
    made = experts.expert(user=user)
    assert names(made) == {"某大学": ("employer", None), "有码公司": ("member", None)}
    before = time.today()
    clock.forward(days=10)
    redeclare(made, employers=[row("改名", code=unit.credit_code, position="顾问")])
    today = time.today()
    assert names(made, before) == {"某大学": ("employer", None), "有码公司": ("member", None)}
    assert names(made)["某大学"] == ("employer", today)
    (named,) = [one for one in queries.interests(made.id, today) if one.tie.organization == "改名"]
    assert named.organization_id == unit.id


def test_a_change_counts_before_anybody_looked_at_it(session: scoped_session[Session]) -> None:
    made = experts.expert("suspended")
    redeclare(made, holdings=[row("某公司", percent="3")], no_holdings=False)
    assert names(made)["某公司"] == ("holding", None)
    assert made.submitted_at is None
    with transaction():
        services.take_step(made, "resume", accounts.actor(experts.keeper()), "已核实")
    assert made.submitted_at is not None  # now it waits to be looked at


def test_interests_of_many_ask_no_more(session: scoped_session[Session]) -> None:
    made = [experts.expert() for _ in range(3)]
    found = queries.interests_of([each.id for each in made], time.today())
    assert [len(found[each.id]) for each in made] == [1, 1, 1]


# ---- declaring ----


def test_only_a_complete_declaration_is_made(session: scoped_session[Session]) -> None:
    made = experts.expert("draft", no_holdings=False)
    with pytest.raises(Refused) as refused, transaction():
        services.declare(made, person_of(made), None)
    assert "1 处" in refused.value.fact.zh
    assert db.session.query(Declaration).count() == 0


def test_nobody_declares_for_another_nor_twice_the_same(session: scoped_session[Session]) -> None:
    made = experts.expert()
    with pytest.raises(Refused, match="Only the expert"), transaction():
        services.declare(made, accounts.actor(experts.keeper()), None)
    with pytest.raises(Refused, match="something changed"), transaction():
        services.declare(made, person_of(made), None)


def test_what_is_reviewed_does_not_change(session: scoped_session[Session]) -> None:
    made = experts.expert("in_review")
    with pytest.raises(Refused), transaction():
        services.save(made, {**made.content, "name": "别人"}, None)


def test_an_older_page_writes_nothing(session: scoped_session[Session]) -> None:
    made = experts.expert("draft")
    seen = made.version
    with transaction():
        services.save(made, {**made.content, "name": "新名"}, seen)
    with pytest.raises(Conflict), transaction():
        services.save(made, {**made.content, "name": "旧页"}, seen)
    with pytest.raises(Conflict), transaction():
        services.start(person_of(made), {})


def test_history_keeps_the_hash_and_no_content(session: scoped_session[Session]) -> None:
    made = experts.expert("in_review")
    (entry,) = [each for each in ledger.history(made) if each.action == "submit"]
    assert entry.data == {"declaration": 1, "sha256": queries.declaration(made, 1).digest}  # type: ignore[union-attr]
    assert "王专家" not in str([each.content() for each in ledger.history(made)])


# ---- renewal ----


def test_a_renewal_needs_a_declaration_and_an_official(session: scoped_session[Session], clock: Clock) -> None:
    made, official = experts.expert(), accounts.actor(experts.keeper())
    with pytest.raises(Refused, match="new declaration"), transaction():
        services.take_step(made, "renew", official)
    clock.move_to(time.end_of_day(made.valid_until) - timedelta(days=20))
    with transaction():
        services.declare(made, person_of(made), None)
    assert made.renewal_asked_at is not None
    with transaction():
        services.decide(made, True, official, "", None)
    assert (made.valid_until, made.renewal_asked_at) == (date(2028, 3, 2), None)


def test_a_renewal_asked_for_in_time_may_be_granted_late(session: scoped_session[Session], clock: Clock) -> None:
    made, official = experts.expert(), accounts.actor(experts.keeper())
    clock.move_to(time.end_of_day(made.valid_until) - timedelta(days=2))
    with transaction():
        services.declare(made, person_of(made), None)
    clock.forward(days=5)
    with transaction():
        services.expire_due()
    assert made.state == "expired"
    with transaction():
        services.decide(made, True, official, "", None)
    assert made.state == "approved"
    assert list(queries.approved()) == [made]


def test_the_expired_renews_by_declaring_again(session: scoped_session[Session]) -> None:
    made = experts.expert("expired")
    with transaction():
        services.declare(made, person_of(made), None)
    assert (made.state, made.declared) == ("in_review", 2)


def test_two_reminders_and_no_more(session: scoped_session[Session], clock: Clock) -> None:
    made = experts.expert()

    def reminders() -> int:
        with transaction():
            services.remind_due()
        return db.session.query(OutboxMessage).filter_by(topic="expert.renewal_due").count()

    counts = []
    for left in (40, 30, 29, 7, 6, 0):
        clock.move_to(time.end_of_day(made.valid_until - timedelta(days=left)) - timedelta(hours=1))
        counts.append(reminders())
    assert counts == [0, 1, 1, 2, 2, 2]


# ---- who decides, who sees ----


def test_only_the_province_decides_and_never_on_himself(session: scoped_session[Session]) -> None:
    keeper = experts.keeper()
    own, other = experts.expert("in_review", keeper), experts.expert("in_review")
    city = accounts.actor(accounts.official(duties=("challenge",)))
    for actor, expert in ((accounts.actor(keeper), own), (city, other), (person_of(other), other)):
        with pytest.raises(Refused), transaction():
            services.decide(expert, True, actor, "", None)
    with transaction():
        services.decide(other, True, accounts.actor(keeper), "", None)
    assert other.state == "approved"
    assert accounts.actor(db.session.get_one(accounts.User, other.user_id)).expert_id == other.id
    assert accounts.actor(keeper).expert_id is None


def test_both_faces_of_the_policy_agree(session: scoped_session[Session]) -> None:
    made = [experts.expert(state) for state in experts.WAYS]
    made.append(experts.expert(region="outside"))
    viewers = [
        person_of(made[0]), accounts.actor(experts.keeper()), accounts.actor(accounts.person()),
        accounts.actor(accounts.official(duties=("challenge",))), accounts.actor(accounts.official()),
        accounts.actor(accounts.official(accounts.WUHU, ("challenge",))), accounts.Actor(),
    ]  # fmt: skip
    seen = {}
    for place, viewer in enumerate(viewers):
        ids = {each.id for each in db.session.query(Expert).filter(visible_to(viewer))}
        assert ids == {each.id for each in made if can_view(viewer, each)}
        seen[place] = len(ids)
    assert seen == {0: 1, 1: 7, 2: 0, 3: 6, 4: 0, 5: 0, 6: 0}


def test_the_app_knows_the_life(app: Flask) -> None:
    topics = app.extensions["schedule"].subscriptions
    for step in ("approve", "return", "confirm", "renew", "suspend", "resume", "expire", "submit", "declare"):
        assert topics.of(f"expert.{step}")
