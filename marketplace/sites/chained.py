"""Demonstration sites on the chain of the need that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.ledger import LedgerEntry
from marketplace.sites import wording
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import in_force, visible_to
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, Event, Progress, chain_row

ENDED = ("refused", "withdrawn", "expired", "revoked")
IN_FORCE, HELD = "in force", "held"


def rows(needs: Sequence[int], actor: Actor, _told: bool) -> list[sa.Select[Any]]:
    """Sites of these needs: from the notice on for everybody, before that for who deals with them.

    ``detail``: whether its plate is in force, or is no longer.
    """
    found = chain_row(
        "site", key=Site.id, need=Site.scenario_id, number=Site.number, title=Site.title, title_en=Site.title_en,
        state=Site.state, since=sa.func.coalesce(Site.filed_at, Site.created_at), last_of=wording.TOLD,
        detail=sa.case((in_force(), IN_FORCE), (Site.plate.is_not(None), HELD), else_=""),
    )  # fmt: skip
    return [found.where(Site.scenario_id.in_(needs), visible_to(actor))]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """With what became of them."""
    for row in found:
        yield ChainLink(
            stage="site", kind=SITE.label, need=row.need, number=row.number,
            href=url_for("sites.show", number=row.number), title=row.label,
            mark=wording.mark_of(row.state, ended=row.detail == HELD), progress=_progress(row), since=row.since,
            events=[_event(entry) for entry in entries.get(("site", row.key), ())], last=row.last,
        )  # fmt: skip


def _progress(row: ChainRow) -> Progress:
    if row.detail == IN_FORCE:
        return "done"
    return "stop" if row.state in ENDED or row.detail == HELD else "now"


def _event(entry: LedgerEntry) -> Event:
    """A step, with the plate that it gave; why it was taken, as the page of the site tells it."""
    step = SITE.by_name.get(entry.action)
    what = step.told if step else wording.ACTS[entry.action]
    if entry.action == "plate":
        what = Text("%(act)s %(plate)s", "%(act)s: %(plate)s") % {"act": what, "plate": entry.data["plate"]}
    return Event(entry, what, Text(entry.reason, entry.reason) if entry.reason else None)


CHAIN = ChainPart({"site": wording.TOLD}, rows, links)
