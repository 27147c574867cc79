"""Needs on their chains: published, revised, ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.models import Revision
from marketplace.listings.queries import PRIVATE_REASONS
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.queries import was_public_to
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, Event, Progress, chain_row, steps_told

TOLD = ("publish", "load", "suspend", "resume", "expire", "fulfil", "close", "withdraw")
OURS = "ours"
PROGRESS: dict[str, Progress] = {"closed": "stop", "suspended": "stop", "withdrawn": "stop"}
REVISED = Text("第 %(number)s 版获准，替换前一版", "Revision %(number)s approved; it replaces the one before")


def rows(needs: Sequence[int], actor: Actor, told: bool) -> list[sa.Select[Any]]:
    """The needs themselves, and for the timeline their further revisions; the first one is the publication."""
    seen = Scenario.id.in_(needs) & was_public_to(actor)
    ours = Scenario.organization_id.in_(sorted(actor.organization_ids))
    themselves = chain_row(
        "scenario", key=Scenario.id, need=Scenario.id, number=Scenario.number, title=Scenario.title,
        title_en=Scenario.title_en, state=Scenario.state, since=Scenario.published_at, last_of=TOLD,
        detail=sa.case((ours, OURS), else_=""),
    ).where(seen)  # fmt: skip
    theirs = (Revision.listing_type == "scenario") & (Revision.number > 1)
    revisions = chain_row(
        "revision", key=Revision.id, need=Scenario.id, detail=sa.cast(Revision.number, sa.String)
    ).join(Scenario, Scenario.id == Revision.listing_id)  # fmt: skip
    return [themselves, revisions.where(theirs, seen)] if told else [themselves]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """With what became of them."""
    for row in found:
        if row.subject != "scenario":
            continue
        events = [each for entry in entries.get(("scenario", row.key), ()) for each in _told(entry)]
        for revision in found:
            if revision.subject == "revision" and revision.need == row.key:
                words = REVISED % {"number": revision.detail}
                events += [Event(entry, words) for entry in entries.get(("revision", revision.key), ())]
        # When it was published first; a revision moves ``published_at``.
        first = min((each.entry.at for each in events), default=row.since)
        yield ChainLink(
            stage="need", kind=SCENARIO.label, need=row.need, number=row.number,
            href=url_for("scenarios.show", number=row.number), title=row.label,
            mark=SCENARIO.lifecycle.mark(row.state), progress=PROGRESS.get(row.state, "done"),
            since=first, events=events, last=row.last, ours=row.detail == OURS,
        )  # fmt: skip


def _told(entry: LedgerEntry) -> list[Event]:
    return steps_told(SCENARIO.lifecycle, [entry], reasons=entry.action not in (*PRIVATE_REASONS, "publish"))


CHAIN = ChainPart({"scenario": TOLD, "revision": ("approve",)}, rows, links)
