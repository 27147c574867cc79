"""Needs on their chains: published, revised, ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.models import Revision
from marketplace.listings.queries import PRIVATE_REASONS
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.queries import scenarios_by_id
from marketplace.web.chain import Acts, ChainLink, Event, Progress, entries_of, steps_told

TOLD = ("publish", "load", "suspend", "resume", "expire", "fulfil", "close", "withdraw")
PROGRESS: dict[str, Progress] = {"closed": "stop", "suspended": "stop", "withdrawn": "stop"}


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """The needs themselves."""
    found = scenarios_by_id(needs, actor)
    entries = entries_of("scenario", [each.id for each in found], TOLD) if told else {}
    revised = _revisions([each.id for each in found]) if told else {}
    for each in found:
        events = [*_told(entries.get(each.id, ())), *revised.get(each.id, ())]
        yield ChainLink(
            stage="need", kind=SCENARIO.label, need=each.id, number=each.number,
            href=url_for("scenarios.show", number=each.number), title=each.label,
            mark=SCENARIO.lifecycle.mark(each.state), progress=PROGRESS.get(each.state, "done"),
            since=_first(events, each), events=events, acts=Acts("scenario", each.id, TOLD),
        )  # fmt: skip


def _told(entries: Sequence[LedgerEntry]) -> Iterator[Event]:
    for entry in entries:
        yield from steps_told(SCENARIO.lifecycle, [entry], reasons=entry.action not in (*PRIVATE_REASONS, "publish"))


def _first(events: Sequence[Event], scenario: Scenario) -> datetime | None:
    """When it was published first; a revision moves ``published_at``."""
    return min((each.entry.at for each in events), default=scenario.published_at)


def _revisions(ids: Sequence[int]) -> dict[int, list[Event]]:
    """Approvals of further revisions; the first one is the publication."""
    later = (Revision.listing_type == "scenario") & Revision.listing_id.in_(ids) & (Revision.number > 1)
    rows = db.session.execute(sa.select(Revision.id, Revision.listing_id, Revision.number).where(later)).all()
    entries = entries_of("revision", [row.id for row in rows], ("approve",))
    found: dict[int, list[Event]] = {}
    for row in rows:
        words = Text("第 %(number)s 版获准，替换前一版", "Revision %(number)s approved; it replaces the one before")
        told = [Event(entry, words % {"number": row.number}) for entry in entries.get(row.id, ())]
        found.setdefault(row.listing_id, []).extend(told)
    return found
