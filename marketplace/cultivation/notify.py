"""Topic → who is told what: a need's owner, of its tier."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import LibraryEntry
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, Letter, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users


def moved(message: Message, config: Config) -> Iterator[Letter]:
    """The owner reads to which tier his need came, and why."""
    entry = db.session.get_one(LibraryEntry, message.subject_id)
    told = db.session.get_one(LedgerEntry, message.payload["entry"])
    step = CULTIVATION.by_name[told.action]
    for user in member_users(entry.scenario.organization_id):
        yield letter(
            user, "cultivation/moved", DECISIONS, number=entry.scenario.number, title=entry.scenario.label,
            step=step.told, reason=Quote(told.reason), link=f"{config.base_url}/scenarios/{entry.scenario.number}",
        )  # fmt: skip
