"""Talks on the chain of their need, for their two sides alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import LIVE, PROPOSALS, Enquiry, Outcome
from marketplace.enquiries.policy import visible_to
from marketplace.foundation.ledger import LedgerEntry
from marketplace.organizations.models import Organization
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, Event, chain_row, steps_told

TOLD = ("open", *ENQUIRY.by_name)
OPENED = Text("发起对接", "Talk opened")
CONFIRMED = Text("双方确认结果：%(kind)s", "Outcome confirmed by both: %(kind)s")


def rows(needs: Sequence[int], actor: Actor, told: bool) -> list[sa.Select[Any]]:
    """The actor's talks about needs, and for the timeline their outcomes."""
    if not actor.organization_ids:
        return []
    mine = Enquiry.scenario_id.in_(needs) & visible_to(actor)
    talks = chain_row(
        "enquiry", key=Enquiry.id, need=Enquiry.scenario_id, number=Enquiry.number, title=Organization.name,
        title_en=Organization.name_en, state=Enquiry.state, since=Enquiry.opened_at, last_of=TOLD,
    )  # fmt: skip
    outcomes = chain_row(
        "outcome", key=Outcome.id, need=Enquiry.scenario_id, number=Enquiry.number, detail=Outcome.kind
    )
    supplied = talks.join(Organization, Organization.id == Enquiry.supplier_id).where(mine)
    return [supplied, outcomes.join(Enquiry, Enquiry.id == Outcome.enquiry_id).where(mine)] if told else [supplied]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """What both sides did; why a talk was declined stays in it."""
    for row in found:
        if row.subject != "enquiry":
            continue
        events = [_event(entry) for entry in entries.get(("enquiry", row.key), ())]
        for outcome in found:
            if outcome.subject == "outcome" and outcome.number == row.number:
                words = CONFIRMED % {"kind": PROPOSALS[outcome.detail]}
                events += [Event(entry, words) for entry in entries.get(("outcome", outcome.key), ())]
        yield ChainLink(
            stage="talk", kind=ENQUIRY.label, need=row.need, number=row.number,
            href=url_for("enquiries.show", number=row.number), title=row.label, mark=ENQUIRY.mark(row.state),
            progress="done" if row.state == "agreed" else "now" if row.state in LIVE else "stop",
            since=row.since, events=events, last=row.last,
        )  # fmt: skip


def _event(entry: LedgerEntry) -> Event:
    return Event(entry, OPENED) if entry.action == "open" else steps_told(ENQUIRY, [entry], reasons=False)[0]


CHAIN = ChainPart({"enquiry": TOLD, "outcome": ("confirm", "settle")}, rows, links, private="talk")
