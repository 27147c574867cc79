"""The invented pilots of the demonstration, brought to their state by the commands that bring them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.enquiries.models import Enquiry
from marketplace.foundation.db import db
from marketplace.listings.models import Listing
from marketplace.organizations.queries import actor_of
from marketplace.pilots import grounds, intake, measuring, plan, report, services
from marketplace.pilots.models import Pilot, Reading
from marketplace.products.models import Product
from marketplace.sample.demo import demo_products, demo_scenarios
from marketplace.sample.demo_pilots import OBJECTION, REPORT, VISIT, DemoPilot, demo_pilots, plan_of, rows_of
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import value
from marketplace.tokens import services as tokens

MORNING = time(9, 0)
AHEAD = 60


@dataclass(frozen=True)
class Parties:
    """Who acts in a pilot."""

    supplier: Actor
    demander: Actor
    official: Actor


def load_pilots(people: Mapping[str, User], listings: Mapping[str, Listing]) -> int:
    """Load them; ``listings``: id in the sample → the demo listing. Returns how many."""
    accounts = {each.sample_id: each.account for each in (*demo_products(), *demo_scenarios())}
    wanted = list(demo_pilots())
    for each in wanted:
        sides = [actor_of(people[accounts[key]]) for key in (each.product, each.scenario)]
        product, scenario = listings[each.product], listings[each.scenario]
        assert isinstance(product, Product)
        assert isinstance(scenario, Scenario)
        bring_pilot(each, product, scenario, Parties(sides[0], sides[1], actor_of(people["province"])))
    vendor = actor_of(people["vendor"])
    tokens.make(listings["DP1"].organization, "巡检平台回传（演示）", ["readings"], 365, vendor)
    return len(wanted)


def _at(days_ago: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days_ago), MORNING, clock.BEIJING)


def bring_pilot(each: DemoPilot, product: Product, scenario: Scenario, who: Parties) -> Pilot:
    first = clock.today() - timedelta(days=each.began) if each.began else clock.today() + timedelta(days=20)
    last = first + timedelta(days=max(each.days + 30, AHEAD))
    with clock.standing_at(_at(each.began + 6)):
        pilot = _planned(each, product, scenario, who)
        least = value(plan.MIN_DAYS[each.tier])
        services.save_plan(pilot, plan_of(each, first, last, least), who.demander, None)
    if each.state == "planned":
        return pilot
    with clock.standing_at(_at(each.began + 5)):
        for actor in (who.demander, who.supplier):
            services.agree(pilot, actor, plan.digest(pilot.plan))
    if each.state == "agreed":
        return pilot
    with clock.standing_at(_at(each.began)):
        services.take_step(pilot, "start", who.supplier)
    _run(each, pilot, who)
    if each.state not in ("running", "paused"):
        _end(each, pilot, who)
    return pilot


def _planned(each: DemoPilot, product: Product, scenario: Scenario, who: Parties) -> Pilot:
    if not each.talked:
        return services.start_plan(who.demander, product, scenario, scenario.organization)
    talk = db.session.query(Enquiry).filter_by(
        scenario_id=scenario.id, supplier_id=product.organization_id, state="agreed"
    ).one()  # fmt: skip
    return grounds.begin_plan(grounds.ground("enquiry", talk.number, who.demander), product, who.demander)


def _run(each: DemoPilot, pilot: Pilot, who: Parties) -> None:
    """The supplier's readings, confirmed by the demander but for the last few; one disputed, one day left out."""
    assert pilot.started_on is not None
    last = pilot.started_on + timedelta(days=each.days - 1)
    with clock.standing_at(_at(each.began - each.days)):
        rows = list(rows_of(each, pilot.started_on, last))
        cut = len(rows) - 6
        for part in (rows[:cut], rows[cut:]):
            found = intake.check(enumerate(part, 1), measuring.rules_of(pilot))
            measuring.record(pilot, who.supplier, found, "file", plan.digest(part), file_name="巡检记录（演示）.xlsx")
        _decide(each, pilot, who, cut)
        if each.state == "running":
            at = _at(each.began - 6)
            measuring.note_incident(
                pilot, who.supplier, "near_miss", 1, at, "电缆沟盖板松动，机器人自行停住（演示）", "已加固盖板（演示）"
            )
        if each.days > 30:
            day = measuring.ask_to_exclude(
                pilot, who.demander, pilot.started_on + timedelta(days=9), "场地检修（演示）"
            )
            measuring.decide_on_day(pilot, day.id, who.supplier, agree=True)


def _decide(each: DemoPilot, pilot: Pilot, who: Parties, cut: int) -> None:
    ids = [row.id for row in db.session.query(Reading).filter_by(pilot_id=pilot.id).order_by(Reading.id)]
    everything = each.state not in ("running", "paused")
    measuring.decide(pilot, who.demander, "confirmed", ids if everything else ids[:cut], last=ids[-1])
    if each.state == "running":
        measuring.decide(pilot, who.demander, "disputed", ids[cut : cut + 2], last=ids[-1], objection=OBJECTION)


def _end(each: DemoPilot, pilot: Pilot, who: Parties) -> None:
    ended = each.began - each.days
    if each.state == "aborted":
        with clock.standing_at(_at(ended)):
            services.take_step(pilot, "abort", who.demander, each.reason)
        return
    with clock.standing_at(_at(ended)):
        services.take_step(pilot, "finish", who.demander)
        services.save_report(pilot, REPORT | {"verdict": each.verdict}, who.demander, None)
        for actor in (who.demander, who.supplier):
            services.sign(pilot, actor, plan.digest(report.parts_signed(pilot)))
    if each.state == "reporting":
        return
    with clock.standing_at(_at(max(0, ended - 3))):
        visit = VISIT | {"day": clock.today().isoformat()}
        name = "refuse" if each.state == "not_verified" else "verify"
        services.verify(pilot, name, who.official, each.reason, None, visit=visit)
