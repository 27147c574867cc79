"""A pilot's life on both databases: agreeing, freezing, measuring, pausing, reporting, verifying, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as clocks
from marketplace.core.actor import SYSTEM, VISITOR, Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.outbox import OutboxMessage
from marketplace.pilots import measuring, plan, policy, queries, services, waiting, wording
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot, Reading, Tally
from marketplace.products.models import Product
from marketplace.web.letters import letters_of
from tests.factories import accounts, pilots
from tests.factories.products import claim

Db = scoped_session[Session]


def history(pilot: Pilot) -> list[str]:
    mine = (LedgerEntry.subject_type == "pilot") & (LedgerEntry.subject_id == pilot.id)
    return list(db.session.scalars(sa.select(LedgerEntry.action).where(mine).order_by(LedgerEntry.id)))


def standings(pilot: Pilot) -> dict[str, int]:
    return queries.counts(queries.tallies(pilot))


def tally_holds(pilot: Pilot) -> None:
    """The tallies are what the readings add up to."""
    rows = db.session.execute(
        sa.select(Reading.target_id, Reading.day, Reading.standing, sa.func.count(), sa.func.sum(Reading.base))
        .where(Reading.pilot_id == pilot.id).group_by(Reading.target_id, Reading.day, Reading.standing)
    )  # fmt: skip
    kept = db.session.scalars(sa.select(Tally).where(Tally.pilot_id == pilot.id))
    assert {tuple(row) for row in rows} == {(k.target_id, k.day, k.standing, k.count, k.base) for k in kept}


def test_a_plan_is_agreed_by_both_on_the_same_text_and_frozen(session: Db, clock: Any) -> None:
    made, who = pilots.pilot("planned")
    assert made.awaits == "both"
    old = plan.digest(made.plan)
    with transaction():
        services.agree(made, who.supplier, old)
    assert (made.state, made.awaits) == ("planned", "demander")
    with transaction():
        services.save_plan(made, pilots.content(pilots.target(goal="96")), who.demander, None)
    assert made.awaits == "both"
    with pytest.raises(Conflict), transaction():
        services.agree(made, who.demander, old)
    with pytest.raises(NotFound), transaction():
        services.agree(made, VISITOR, plan.digest(made.plan))
    with pytest.raises(Conflict), transaction():
        services.save_plan(made, pilots.content(), who.demander, seen=1)
    with transaction():
        pilots.agree(made, who)
        services.take_step(made, "revise", who.demander)
        services.agree(made, who.demander, plan.digest(made.plan))
    assert (made.state, made.awaits) == ("planned", "supplier")  # both are asked anew, though the text is the same
    with transaction():
        services.agree(made, who.supplier, plan.digest(made.plan))
    assert made.state == "agreed"
    with transaction():
        services.take_step(made, "start", who.supplier)
    assert (made.plan_sha256, made.started_on) == (plan.digest(made.plan), clocks.today())
    assert [(each.code, each.goal, each.stop) for each in made.targets] == [("T1", 96, 80)]
    for change in (lambda: services.save_plan(made, pilots.content(), who.supplier, None),
                   lambda: services.take_step(made, "revise", who.supplier)):  # fmt: skip
        with pytest.raises(Conflict), transaction():
            change()


def test_what_a_plan_lacks_and_who_may_begin_one(session: Db, clock: Any) -> None:
    who = pilots.sides()
    third = accounts.organization()
    with pytest.raises(Refused, match="member of neither"), transaction():
        services.start_plan(accounts.actor(accounts.person()), who.product, None, third)
    with pytest.raises(Refused, match="one organization"), transaction():
        services.start_plan(who.supplier, who.product, None, who.product.organization)
    with transaction():
        made = services.start_plan(who.supplier, who.product, None, third, ("enquiry", "E-2026-000001"))
    assert (made.origin, made.origin_number, made.number) == ("enquiry", "E-2026-000001", "V-2026-000001")
    short = pilots.content(tier="care", min_days=10, insurance="", last_day=clocks.today().isoformat())
    words = "; ".join(each.en for each in plan.blocking(short))
    assert "“Insurance” is missing" in words
    assert "fewer than the least 10" in words
    assert "runs for at least 180 days" in words
    with transaction():
        services.save_plan(made, short, who.supplier, None)
    with pytest.raises(Refused, match="Only a complete plan"), transaction():
        services.agree(made, who.supplier, plan.digest(made.plan))
    early, both = pilots.pilot("agreed", first_day=(clocks.today() + timedelta(days=1)).isoformat())
    with pytest.raises(Refused, match="first day of the plan"), transaction():
        services.take_step(early, "start", both.supplier)


def test_readings_count_when_the_other_side_confirms_them(session: Db, clock: Any) -> None:
    made, who = pilots.pilot("running")
    clock.forward(days=1)
    rows = [{"value": f"{98 + n}/100", "at": (clocks.now() - timedelta(hours=n)).isoformat()} for n in range(3)]
    batch = pilots.measure(made, who.supplier, *rows, key="k1")
    assert (standings(made)["pending"], made.awaits) == (3, "demander")
    assert pilots.measure(made, who.supplier, *rows, key="k1").id == batch.id
    with pytest.raises(Conflict):
        pilots.measure(made, who.supplier, {"value": "1/100"}, key="k1")
    with pytest.raises(Invalid) as again:
        pilots.measure(made, who.supplier, rows[0])
    assert again.value.errors[0].field == "readings.1"
    assert pilots.confirm(made, who.supplier) == 0  # nobody confirms his own
    ids = list(session.scalars(sa.select(Reading.id).order_by(Reading.id)))
    with pytest.raises(Invalid), transaction():
        measuring.decide(made, who.demander, "disputed", ids[:1], last=ids[-1])
    with transaction():
        measuring.decide(made, who.demander, "disputed", ids[:1], last=ids[-1], objection="照片对不上")
    assert pilots.confirm(made, who.demander) == 2
    assert (standings(made)["confirmed"], standings(made)["disputed"], made.awaits) == (2, 1, "")
    tally_holds(made)
    corrected(made, who, ids)
    result = queries.results(made)[0]
    assert (result.count, result.found.value if result.found else 0) == (3, pytest.approx(100 * (97 + 99 + 90) / 300))
    assert result.verdict == "not_shown"


def corrected(made: Pilot, who: pilots.Sides, ids: list[int]) -> None:
    """A disputed one is replaced at once, a confirmed one when its correction is confirmed; the old rows stay."""
    with pytest.raises(NotFound), transaction():
        measuring.correct(made, ids[0], who.demander, "97/100", "", "看错了")
    with transaction():
        measuring.correct(made, ids[0], who.supplier, "97/100", "", "抄错一位")
    assert standings(made) == {"pending": 1, "confirmed": 2, "disputed": 0, "replaced": 1}
    with pytest.raises(Conflict), transaction():
        measuring.correct(made, ids[0], who.supplier, "96/100", "", "又改")
    with transaction():
        new = measuring.correct(made, ids[2], who.supplier, "90/100", "", "复核后更正")
    assert (new.corrects_id, standings(made)["confirmed"]) == (ids[2], 2)
    pilots.confirm(made, who.demander)
    assert standings(made) == {"pending": 0, "confirmed": 3, "disputed": 0, "replaced": 2}
    tally_holds(made)
    assert {"measure", "dispute", "confirm", "correct"} <= set(history(made))


def test_a_stop_limit_pauses_and_only_both_resume(session: Db, clock: Any) -> None:
    made, who = pilots.pilot("running")
    clock.forward(days=1)
    pilots.measure(made, who.supplier, {"value": "81/100"})
    assert made.state == "running"
    clock.forward(hours=1)
    pilots.measure(made, who.supplier, {"value": "70/100"})  # the day has 151 of 200, beyond 80 %
    assert (made.state, made.pauses) == ("paused", 1)
    entry = session.scalars(sa.select(LedgerEntry).where(LedgerEntry.action == "pause")).one()
    assert (entry.actor_kind, entry.data["target"], entry.data["value"]) == ("system", "T1", pytest.approx(75.5))
    told = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.topic == "pilot.pause")).one()
    readers = {letter.to for letter in letters_of(told)}
    assert len(readers) == 2
    with transaction():
        services.agree_to_resume(made, who.supplier, 1)
    assert (made.state, made.awaits) == ("paused", "demander")
    with pytest.raises(Conflict), transaction():
        services.agree_to_resume(made, who.demander, 2)
    with transaction():
        services.agree_to_resume(made, who.demander, 1)
    assert made.state == "running"
    clock.forward(days=1)
    with transaction():
        measuring.note_incident(made, who.demander, "incident", 3, clocks.now(), "碰撞护栏", "")
    assert (made.state, made.pauses) == ("paused", 2)
    why = ledger.latest(made)
    assert why is not None
    assert wording.public_reason(made.targets, why) == wording.serious("incident"), "what happened is for the sides"
    with transaction():
        services.agree_to_resume(made, who.supplier, 2)
    assert made.state == "paused"  # the first pause's consent of the demander is not one to this


def test_excluded_days_need_both(session: Db, clock: Any) -> None:
    made, who = pilots.pilot("running")
    clock.forward(days=2)
    pilots.measure(made, who.supplier, {"value": "99/100"})
    pilots.confirm(made, who.demander)
    with transaction():
        day = measuring.ask_to_exclude(made, who.supplier, clocks.today(), "台风预警")
    assert queries.results(made)[0].count == 1
    with pytest.raises(NotFound), transaction():
        measuring.decide_on_day(made, day.id, who.supplier, agree=True)
    with transaction():
        measuring.decide_on_day(made, day.id, who.demander, agree=True)
    result = queries.results(made)[0]
    assert (result.count, result.days, result.found) == (0, 2, None)
    with pytest.raises(Conflict), transaction():
        measuring.decide_on_day(made, day.id, who.demander, agree=False)
    with pytest.raises(Conflict), transaction():
        measuring.ask_to_exclude(made, who.demander, clocks.today(), "再来")
    with pytest.raises(Invalid), transaction():
        measuring.ask_to_exclude(made, who.demander, clocks.today() + timedelta(days=1), "明天")


def test_from_the_end_of_the_run_to_a_proven_claim(session: Db, clock: Any) -> None:
    goal = pilots.target("负载", "mean", unit="kg", goal="19", stop="", least="5", spec="payload")
    made, who = pilots.pilot("running", plan=pilots.content(goal, tier="poc", min_days=7))
    clock.forward(days=8)
    rows = [{"value": f"{20 + n / 10} kg", "at": (clocks.now() - timedelta(hours=n)).isoformat()} for n in range(6)]
    pilots.measure(made, who.supplier, *rows)
    pilots.confirm(made, who.demander)
    with transaction():
        services.take_step(made, "finish", who.demander)
    locked = made.data_sha256
    assert len(locked) == 64
    with pytest.raises(Refused, match="while the pilot runs"):
        pilots.measure(made, who.supplier, {"value": "20"})
    official, visit = pilots.verifier(), {"day": clocks.today().isoformat(), "who": "二人", "seen": "一致"}
    with pytest.raises(Refused), transaction():
        services.verify(made, "verify", official, "", None, visit=visit)
    pilots.sign(made, who)
    assert (made.awaits, made.submitted_at is not None) == ("", True)
    with pytest.raises(Refused, match="visit"), transaction():
        services.verify(made, "verify", official, "", None)
    with transaction():
        services.verify(made, "return", official, "补写异常", None)
    assert (made.state, made.submitted_at, made.report["returned"]) == ("reporting", None, "补写异常")
    pilots.sign(made, who, "scale")
    with pytest.raises(Refused), transaction():
        services.verify(made, "verify", who.demander, "", None, visit=visit)
    with pytest.raises(Conflict), transaction():
        services.verify(made, "verify", official, "", made.version - 1, visit=visit)
    with transaction():
        services.verify(made, "verify", official, "", made.version, visit=visit)
    assert (made.state, made.valid_until) == ("verified", clocks.today().replace(year=clocks.today().year + 2))
    proven(made, session.get_one(Product, made.product_id))
    assert history(made)[-1] == "verify"


def proven(made: Pilot, product: Product) -> None:
    """The claim bears the pilot's number, in a revision of its own; a changed claim is not proven by an old pilot."""
    assert (product.content["specs"]["payload"]["evidence"], product.edition) == ("proven", 2)
    assert product.content["specs"]["payload"]["source"] == made.number
    assert product.content["specs"]["endurance"]["evidence"] == "declared"
    from marketplace.products.services import prove

    with transaction():
        assert prove(product, ["payload"], made.number, 1, SYSTEM) == []
        product.content = {**product.content, "specs": {**product.content["specs"], "endurance": claim({"from": "9"})}}
        db.session.flush()
        assert prove(product, ["endurance", "nothing"], made.number, 1, SYSTEM) == []


def test_both_faces_of_who_sees_a_pilot_agree(session: Db, clock: Any) -> None:
    who = pilots.sides()
    every = [pilots.pilot(state, who)[0] for state in ("planned", "agreed", "running", "paused", "reporting")]
    for state in ("planned", "running"):
        gone = pilots.pilot(state, who)[0]
        with transaction():
            services.take_step(gone, "abort", who.demander, pilots.REASON)
        every.append(gone)
    outsider = accounts.actor(accounts.person())
    hefei, wuhu = pilots.verifier(accounts.HEFEI), pilots.verifier(accounts.WUHU)
    actors: dict[str, Actor] = {
        "visitor": VISITOR, "outsider": outsider, "supplier": who.supplier, "demander": who.demander, "hefei": hefei,
        "wuhu": wuhu, "system": SYSTEM,
    }  # fmt: skip
    for name, actor in actors.items():
        for face, predicate in ((policy.visible_to, policy.can_view), (policy.dealing_with, policy.can_view_readings)):
            seen = set(session.scalars(sa.select(Pilot.id).where(face(actor))))
            assert seen == {each.id for each in every if predicate(actor, each)}, name
        queue = set(session.scalars(sa.select(Pilot.id).where(policy.waits_for(actor))))
        assert queue == {e.id for e in every if policy.can_verify(actor, e) and e.submitted_at}, name
        mine = {each.id for each, _side in waiting.pilots_of(actor)}
        assert (len(mine), sum(len(session.execute(each).all()) for each in waiting.selects(actor))) == (len(mine),) * 2
    assert sorted(each.state for each in every if policy.can_view(VISITOR, each)) == [
        "aborted", "paused", "reporting", "running",
    ]  # fmt: skip
    assert not policy.can_view_readings(wuhu, every[2])
    assert policy.side_of(who.supplier, every[0]) == "supplier"


def test_who_belongs_to_both_sides_speaks_for_neither(session: Db, clock: Any) -> None:
    both = accounts.person()
    supplier, demander = accounts.organization(owner=both), accounts.organization(owner=both)
    made, _who = pilots.pilot("planned", None)
    made.supplier_id, made.demander_id = supplier.id, demander.id
    actor = accounts.actor(both)
    assert policy.can_view(actor, made)
    assert policy.side_of(actor, made) is None
    assert not list(PILOT.open_to(actor, made))
