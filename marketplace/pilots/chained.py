"""Pilots on the chain of their need: from the start of the run on, as everybody may read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.lifecycle import State
from marketplace.core.text import Text
from marketplace.foundation.ledger import LedgerEntry
from marketplace.pilots import wording
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot, Target
from marketplace.pilots.policy import visible_to
from marketplace.pilots.queries import targets_of
from marketplace.products.models import Product
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, Event, Progress, chain_row

# What a visitor reads of a pilot: its steps from the start on.
TOLD = tuple(step.name for step in PILOT.steps if step.name not in ("agree", "revise", "return"))
PROGRESS: dict[str, Progress] = {"verified": "done", "not_verified": "stop", "aborted": "stop"}
TALKED = Text("供需双方对接达成，进入验证", "Supplier and demander agreed in talks on a pilot")


def rows(needs: Sequence[int], actor: Actor, _told: bool) -> list[sa.Select[Any]]:
    """Pilots of these needs; ``detail``: the talk from which one came, unless the actor belongs to its sides."""
    own = sorted(actor.organization_ids)
    talked = (Pilot.origin == "enquiry") & Pilot.supplier_id.not_in(own) & Pilot.demander_id.not_in(own)
    found = chain_row(
        "pilot", key=Pilot.id, need=Pilot.scenario_id, number=Pilot.number, title=Product.title,
        title_en=Product.title_en, state=Pilot.state, since=sa.func.coalesce(Pilot.frozen_at, Pilot.created_at),
        detail=sa.case((talked, Pilot.origin), else_=""), last_of=TOLD,
    )  # fmt: skip
    return [found.join(Product, Product.id == Pilot.product_id).where(Pilot.scenario_id.in_(needs), visible_to(actor))]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """With their steps; of a talk that led to one, others than its sides learn that there was one."""
    stopped = [each for row in found for each in entries.get(("pilot", row.key), ()) if "target" in each.data]
    targets = targets_of(sorted({each.subject_id for each in stopped})) if stopped else {}
    for row in found:
        if row.detail:
            yield _talked(row)
        events = [_event(targets, entry) for entry in entries.get(("pilot", row.key), ())]
        yield ChainLink(
            stage="pilot", kind=PILOT.label, need=row.need, number=row.number,
            href=url_for("pilots.show", number=row.number), title=row.label, mark=PILOT.mark(row.state),
            progress=PROGRESS.get(row.state, "now"), since=row.since, events=events, last=row.last,
        )  # fmt: skip


def _talked(row: ChainRow) -> ChainLink:
    return ChainLink(
        stage="talk", kind=Text("对接", "Talk"), need=row.need, number="", href="", title=TALKED,
        mark=State(Text("已达成", "Agreed"), "pine", "check-circle"), progress="done", since=row.since,
    )  # fmt: skip


def _event(targets: Mapping[int, Sequence[Target]], entry: LedgerEntry) -> Event:
    why = wording.public_reason(targets.get(entry.subject_id, ()), entry)
    return Event(entry, PILOT.by_name[entry.action].told, why)


CHAIN = ChainPart({"pilot": TOLD}, rows, links)
