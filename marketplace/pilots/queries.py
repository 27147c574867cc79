"""Selects of pilots, their results, and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.pilots import judging
from marketplace.pilots.judging import Judged
from marketplace.pilots.models import Batch, Consent, ExcludedDay, Incident, Pilot, Reading, Tally, Target
from marketplace.pilots.policy import can_view, can_view_readings, dealing_with, public, visible_to
from marketplace.web.plate import PersonalPart

WITH_SIDES = (
    joinedload(Pilot.product), joinedload(Pilot.scenario), joinedload(Pilot.supplier), joinedload(Pilot.demander),
)  # fmt: skip


def pilot_by_number(number: str, actor: Actor) -> Pilot:
    """The pilot, if the actor may see it.

    Raises:
        NotFound: there is none, or he may not know of it.
    """
    found = db.session.scalar(sa.select(Pilot).where(Pilot.number == number).options(*WITH_SIDES))
    if found is None or not can_view(actor, found):
        raise NotFound
    return found


def dealt_with(number: str, actor: Actor) -> Pilot:
    """The same for who may read its single readings.

    Raises:
        NotFound: as ``pilot_by_number``.
    """
    found = pilot_by_number(number, actor)
    if not can_view_readings(actor, found):
        raise NotFound
    return found


def key_of(number: str) -> int | None:
    """The key of a number, None when no pilot has it."""
    return db.session.scalar(sa.select(Pilot.id).where(Pilot.number == number))


def pilots_with(ids: Sequence[int]) -> Sequence[Pilot]:
    """The pilots with these keys, whoever asks."""
    return db.session.scalars(sa.select(Pilot).where(Pilot.id.in_(ids)).options(*WITH_SIDES)).all()


# ---- lists ----


def listed(actor: Actor, state: str = "", *, mine: bool = False) -> sa.Select[Pilot]:
    """Pilots that the actor may see, the newest first, with their targets; ``mine``: those he deals with."""
    select = _newest(dealing_with(actor) if mine else visible_to(actor)).options(selectinload(Pilot.targets))
    return select.where(Pilot.state == state) if state else select


def _newest(which: sa.ColumnElement[bool]) -> sa.Select[Pilot]:
    return sa.select(Pilot).where(which).options(*WITH_SIDES).order_by(Pilot.id.desc())


def states(actor: Actor, *, mine: bool = False) -> dict[str, int]:
    """State → how many of those the actor may see."""
    seen = dealing_with(actor) if mine else visible_to(actor)
    rows = db.session.execute(sa.select(Pilot.state, sa.func.count()).where(seen).group_by(Pilot.state))
    return {row[0]: row[1] for row in rows}


def of_product(product_id: int, actor: Actor) -> Sequence[Pilot]:
    """The pilots of a product that the actor may see."""
    return _some(Pilot.product_id == product_id, actor)


def of_scenario(scenario_id: int, actor: Actor) -> Sequence[Pilot]:
    """The pilots of a scenario that the actor may see."""
    return _some(Pilot.scenario_id == scenario_id, actor)


def of_organization(organization_id: int, actor: Actor) -> Sequence[Pilot]:
    """The pilots in which an organization is a side, as far as the actor may see them."""
    return _some((Pilot.supplier_id == organization_id) | (Pilot.demander_id == organization_id), actor)


MOST_IN_PANEL = 20


def _some(which: sa.ColumnElement[bool], actor: Actor) -> Sequence[Pilot]:
    return db.session.scalars(_newest(which & visible_to(actor)).limit(MOST_IN_PANEL)).all()


def public_ids(after: int = 0, limit: int | None = None) -> Sequence[int]:
    """The keys of what everybody may see, in their order."""
    return db.session.scalars(
        sa.select(Pilot.id).where(public(), Pilot.id > after).order_by(Pilot.id).limit(limit)
    ).all()


def public_count() -> int:
    """How many pilots everybody may see."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Pilot).where(public())) or 0


# ---- what was measured ----


def excluded_days(pilot: Pilot) -> Sequence[ExcludedDay]:
    """Days that were proposed, whatever was answered, by day."""
    mine = ExcludedDay.pilot_id == pilot.id
    return db.session.scalars(sa.select(ExcludedDay).where(mine).order_by(ExcludedDay.day)).all()


def tallies(pilot: Pilot) -> Sequence[Tally]:
    """What the readings of each day add up to: as many rows as days, however many readings there are."""
    return db.session.scalars(sa.select(Tally).where(Tally.pilot_id == pilot.id).order_by(Tally.day)).all()


def last_run_day(pilot: Pilot) -> date | None:
    """The last day of the run so far."""
    return pilot.ended_on or (clock.today() if pilot.started_on else None)


def results(
    pilot: Pilot, counted: Sequence[Tally] | None = None, days: Sequence[ExcludedDay] | None = None
) -> list[Judged]:
    """Every target of a pilot as it stands now."""
    every = tallies(pilot) if counted is None else counted
    asked = excluded_days(pilot) if days is None else days
    out = {each.day for each in asked if each.answer == "agreed"}
    least = int(pilot.plan.get("min_days") or 0)
    return judging.judged(pilot.targets, every, out, least, pilot.started_on, last_run_day(pilot))


def results_of(pilots: Sequence[Pilot]) -> Mapping[int, Sequence[Judged]]:
    """Key of a pilot → its targets as they stand now: two statements for a page of them."""
    ids = [each.id for each in pilots]
    counted: dict[int, list[Tally]] = {each: [] for each in ids}
    for tally in db.session.scalars(sa.select(Tally).where(Tally.pilot_id.in_(ids)).order_by(Tally.day)):
        counted[tally.pilot_id].append(tally)
    days: dict[int, list[ExcludedDay]] = {each: [] for each in ids}
    for day in db.session.scalars(
        sa.select(ExcludedDay).where(ExcludedDay.pilot_id.in_(ids)).order_by(ExcludedDay.day)
    ):
        days[day.pilot_id].append(day)
    return {each.id: results(each, counted[each.id], days[each.id]) for each in pilots}


def targets_of(ids: Sequence[int]) -> Mapping[int, Sequence[Target]]:
    """Key of a pilot → its targets, for who has not loaded the pilots."""
    found: dict[int, list[Target]] = {}
    for each in db.session.scalars(sa.select(Target).where(Target.pilot_id.in_(ids)).order_by(Target.place)):
        found.setdefault(each.pilot_id, []).append(each)
    return found


def incidents(pilot: Pilot) -> Sequence[Incident]:
    """What happened, the newest first."""
    mine = Incident.pilot_id == pilot.id
    return db.session.scalars(sa.select(Incident).where(mine).order_by(Incident.at.desc(), Incident.id.desc())).all()


def readings(pilot: Pilot, standing: str = "", target_id: int | None = None) -> sa.Select[Reading]:
    """Readings, the newest key first."""
    select = sa.select(Reading).where(Reading.pilot_id == pilot.id)
    if standing:
        select = select.where(Reading.standing == standing)
    if target_id is not None:
        select = select.where(Reading.target_id == target_id)
    return select.options(joinedload(Reading.target), joinedload(Reading.batch))


def one_reading(pilot: Pilot, key: int) -> Sequence[Reading]:
    """The reading with this key, as a list of one or none."""
    return db.session.scalars(readings(pilot).where(Reading.id == key)).all()


def corrected(pilot: Pilot, rows: Sequence[Reading]) -> Mapping[int, Reading]:
    """Key → reading of those that these rows correct."""
    ids = [each.corrects_id for each in rows if each.corrects_id]
    return {each.id: each for each in db.session.scalars(sa.select(Reading).where(Reading.id.in_(ids)))} if ids else {}


def counts(rows: Sequence[Tally]) -> dict[str, int]:
    """Standing → how many readings, from the tallies."""
    found = dict.fromkeys(("pending", "confirmed", "disputed", "replaced"), 0)
    for each in rows:
        found[each.standing] += each.count
    return found


def consents(pilot: Pilot, what: str, digest: str) -> dict[str, Consent]:
    """Side → its yes to this very thing."""
    mine = (Consent.pilot_id == pilot.id) & (Consent.what == what) & (Consent.digest == digest)
    return {each.side: each for each in db.session.scalars(sa.select(Consent).where(mine))}


# ---- people ----

WHEN = Text("时间", "When")


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person did in pilots, for the copy of his data."""
    number = Text("编号", "Number")

    def part(table: str, title: Text, select: Any) -> PersonalPart:
        rows = [{"number": row[0], "at": row[1]} for row in db.session.execute(select)]
        return PersonalPart(table, title, {"number": number, "at": WHEN}, rows)

    def mine(model: Any, who: Any, at: Any) -> Any:
        return (
            sa.select(Pilot.number, at).join(model, model.pilot_id == Pilot.id).where(who == user_id).order_by(model.id)
        )

    begun = sa.select(Pilot.number, Pilot.created_at).where(Pilot.created_by == user_id).order_by(Pilot.id)
    decided = (
        sa.select(Pilot.number, Reading.decided_at).distinct().join(Reading, Reading.pilot_id == Pilot.id)
        .where(Reading.decided_by == user_id).order_by(Pilot.number, Reading.decided_at)
    )  # fmt: skip
    days = ExcludedDay.user_id
    return (
        part("pilot", Text("发起的场景验证", "Pilots begun"), begun),
        part(
            "pilot_consent",
            Text("对方案和报告的确认", "Consents to plans and reports"),
            mine(Consent, Consent.user_id, Consent.at),
        ),
        part("pilot_batch", Text("登记的测量", "Readings recorded"), mine(Batch, Batch.user_id, Batch.at)),
        part("pilot_reading", Text("确认或异议的测量", "Readings decided on"), decided),
        part(
            "pilot_incident", Text("记录的事件", "Incidents noted"), mine(Incident, Incident.user_id, Incident.noted_at)
        ),
        part(
            "pilot_excluded_day",
            Text("提出的不计入日", "Days proposed for exclusion"),
            mine(ExcludedDay, days, ExcludedDay.day),
        ),
    )
