"""Pilots on the chain of their need: from the start of the run on, as everybody may read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import selectinload

from marketplace.core.actor import Actor
from marketplace.core.lifecycle import State
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.pilots import wording
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot
from marketplace.pilots.policy import visible_to
from marketplace.pilots.queries import WITH_SIDES
from marketplace.web.chain import Acts, ChainLink, Event, Progress, entries_of

# What a visitor reads of a pilot: its steps from the start on.
TOLD = tuple(step.name for step in PILOT.steps if step.name not in ("agree", "revise", "return"))
PROGRESS: dict[str, Progress] = {"verified": "done", "not_verified": "stop", "aborted": "stop"}
TALKED = Text("供需双方对接达成，进入验证", "Supplier and demander agreed in talks on a pilot")


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """Pilots of these needs; of a talk that led to one, others than its sides learn that there was one."""
    select = sa.select(Pilot).where(Pilot.scenario_id.in_(needs), visible_to(actor)).order_by(Pilot.id)
    more = (selectinload(Pilot.targets),) if told else ()
    found = db.session.scalars(select.options(*WITH_SIDES, *more)).all()
    entries = entries_of("pilot", [each.id for each in found], TOLD) if told else {}
    for each in found:
        if each.origin == "enquiry" and not (actor.belongs_to(each.supplier_id) or actor.belongs_to(each.demander_id)):
            yield _talked(each)
        yield ChainLink(
            stage="pilot", kind=PILOT.label, need=each.scenario_id or 0, number=each.number,
            href=url_for("pilots.show", number=each.number), title=each.product.label, mark=PILOT.mark(each.state),
            progress=PROGRESS.get(each.state, "now"), since=each.frozen_at or each.created_at,
            events=[_event(each, entry) for entry in entries.get(each.id, ())], acts=Acts("pilot", each.id, TOLD),
        )  # fmt: skip


def _talked(pilot: Pilot) -> ChainLink:
    return ChainLink(
        stage="talk", kind=Text("对接", "Talk"), need=pilot.scenario_id or 0, number="", href="", title=TALKED,
        mark=State(Text("已达成", "Agreed"), "pine", "check-circle"), progress="done", since=pilot.frozen_at,
    )  # fmt: skip


def _event(pilot: Pilot, entry: LedgerEntry) -> Event:
    why = wording.reason_of(pilot, entry.reason, entry.data) if entry.reason else None
    return Event(entry, PILOT.by_name[entry.action].told, why)
