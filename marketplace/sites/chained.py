"""Demonstration sites on the chain of the need that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.sites import wording
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import is_in_force, visible_to
from marketplace.sites.queries import SHOWN
from marketplace.web.chain import Acts, ChainLink, Event, Progress, entries_of

ENDED = ("refused", "withdrawn", "expired", "revoked")


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """Sites of these needs: from the notice on for everybody, before that for who deals with them."""
    select = sa.select(Site).where(Site.scenario_id.in_(needs), visible_to(actor)).options(*SHOWN).order_by(Site.id)
    found = db.session.scalars(select).all()
    entries = entries_of("site", [each.id for each in found], wording.TOLD) if told else {}
    for each in found:
        yield ChainLink(
            stage="site", kind=SITE.label, need=each.scenario_id or 0, number=each.number,
            href=url_for("sites.show", number=each.number), title=each.label, mark=wording.mark(each),
            progress=_progress(each), since=each.filed_at or each.created_at,
            events=[_event(entry) for entry in entries.get(each.id, ())], acts=Acts("site", each.id, wording.TOLD),
        )  # fmt: skip


def _progress(site: Site) -> Progress:
    if is_in_force(site):
        return "done"
    return "stop" if site.state in ENDED or site.plate is not None else "now"


def _event(entry: LedgerEntry) -> Event:
    """A step, with the plate that it gave; why it was taken, as the page of the site tells it."""
    step = SITE.by_name.get(entry.action)
    what = step.told if step else wording.ACTS[entry.action]
    if entry.action == "plate":
        what = Text("%(act)s %(plate)s", "%(act)s: %(plate)s") % {"act": what, "plate": entry.data["plate"]}
    return Event(entry, what, Text(entry.reason, entry.reason) if entry.reason else None)
