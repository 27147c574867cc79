"""Whose turn it is: kept as a column with every command, so that menus and workspaces need one statement."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.pilots import plan, queries
from marketplace.pilots.models import Pilot, Reading
from marketplace.pilots.policy import Side, other, side_of
from marketplace.pilots.report import parts_signed

SIDES: tuple[Side, Side] = ("supplier", "demander")
ACTS = {
    "planned": Text("填写并确认方案", "Complete and confirm the plan"),
    "agreed": Text("到开始日期转入正式运行", "Start the run on its first day"),
    "running": Text("确认对方登记的测量", "Confirm the other side's readings"),
    "paused": Text("商定是否恢复运行", "Decide whether to resume"),
    "reporting": Text("写好并签署报告", "Complete and sign the report"),
}


def whose_turn(pilot: Pilot) -> set[Side]:
    """The sides that something waits for now."""
    if pilot.state == "agreed":
        return set(SIDES)
    if pilot.state == "running":
        return {side for side in SIDES if _measured_by(pilot, other(side))}
    digests = {"planned": ("plan", plan.digest(pilot.plan)), "paused": ("resume", str(pilot.pauses)),
               "reporting": ("report", plan.digest(parts_signed(pilot)))}  # fmt: skip
    if pilot.state not in digests or pilot.submitted_at is not None:
        return set()
    return set(SIDES) - queries.consents(pilot, *digests[pilot.state]).keys()


def _measured_by(pilot: Pilot, side: Side) -> bool:
    waits = (Reading.pilot_id == pilot.id) & (Reading.standing == "pending") & (Reading.side == side)
    return bool(db.session.scalar(sa.select(sa.exists().where(waits))))


def note(pilot: Pilot) -> None:
    """Bring the column up to date; called at the end of every command."""
    turn = whose_turn(pilot)
    pilot.awaits = "both" if len(turn) == 2 else next(iter(turn), "")
    db.session.flush()


def waits_for(actor: Actor) -> sa.ColumnElement[bool]:
    """The pilots in which it is the turn of one of the actor's organizations."""
    own = sorted(actor.organization_ids)
    supplies, demands = Pilot.supplier_id.in_(own), Pilot.demander_id.in_(own)
    turns = (supplies & Pilot.awaits.in_(("supplier", "both"))) | (demands & Pilot.awaits.in_(("demander", "both")))
    return turns & ~(supplies & demands)


def selects(actor: Actor) -> list[sa.Select[int]]:
    """They themselves, a row each."""
    return [sa.select(Pilot.id).where(waits_for(actor))] if actor.organization_ids else []


def pilots_of(actor: Actor) -> list[tuple[Pilot, Side]]:
    """They themselves with the actor's side, the oldest first."""
    if not actor.organization_ids:
        return []
    found = db.session.scalars(sa.select(Pilot).where(waits_for(actor)).order_by(Pilot.updated_at, Pilot.id)).all()
    return [(each, side) for each in found if (side := side_of(actor, each)) is not None]
