"""Talks on the chain of their need, for their two sides alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import LIVE, PROPOSALS, Enquiry
from marketplace.enquiries.policy import visible_to
from marketplace.enquiries.queries import whole
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.web.chain import Acts, ChainLink, Event, entries_of, steps_told

TOLD = ("open", *ENQUIRY.by_name)
OPENED = Text("发起对接", "Talk opened")
CONFIRMED = Text("双方确认结果：%(kind)s", "Outcome confirmed by both: %(kind)s")


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """The actor's talks about needs, with what both sides did; why one was declined stays in the talk."""
    if not actor.organization_ids:
        return
    select = whole(sa.select(Enquiry).where(Enquiry.scenario_id.in_(needs), visible_to(actor)))
    found = db.session.scalars(select.order_by(Enquiry.id)).all()
    entries = entries_of("enquiry", [each.id for each in found], TOLD) if told else {}
    outcomes = [outcome.id for each in found for outcome in each.outcomes]
    confirmed = entries_of("outcome", outcomes, ("confirm", "settle")) if told else {}
    for each in found:
        events = [_event(entry) for entry in entries.get(each.id, ())]
        for outcome in each.outcomes:
            words = CONFIRMED % {"kind": PROPOSALS[outcome.kind]}
            events += [Event(entry, words) for entry in confirmed.get(outcome.id, ())]
        yield ChainLink(
            stage="talk", kind=ENQUIRY.label, need=each.scenario_id or 0, number=each.number,
            href=url_for("enquiries.show", number=each.number), title=each.supplier.label,
            mark=ENQUIRY.mark(each.state),
            progress="done" if each.state == "agreed" else "now" if each.state in LIVE else "stop",
            since=each.opened_at, events=events, acts=Acts("enquiry", each.id, TOLD),
        )  # fmt: skip


def _event(entry: LedgerEntry) -> Event:
    return Event(entry, OPENED) if entry.action == "open" else steps_told(ENQUIRY, [entry], reasons=False)[0]
