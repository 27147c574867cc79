"""Topic → who is told what: officials of a claim, the claimant of what became of it."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, Quote
from marketplace.foundation.outbox import Message
from marketplace.posts.queries import officials
from marketplace.takeovers.models import Takeover


def filed(message: Message, config: Config) -> Iterator[Letter]:
    """The officials of the region have a claim to decide on; nothing when it was withdrawn meanwhile."""
    takeover = db.session.get_one(Takeover, message.subject_id)
    if takeover.state == "open":
        for user in officials("verify", takeover.region):
            if user.id != takeover.user_id:
                yield letter(
                    user, "takeovers/filed", DESK, organization=takeover.organization.label,
                    link=f"{config.base_url}/takeovers/{takeover.id}",
                )  # fmt: skip


def decided(message: Message, config: Config) -> Iterator[Letter]:
    """The claimant reads what was decided, with the reason; ``message.topic`` names the step."""
    takeover = db.session.get_one(Takeover, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    page = (
        "organizations/" + takeover.organization.number if takeover.state == "approved" else f"takeovers/{takeover.id}"
    )
    yield letter(
        takeover.user, f"takeovers/{message.topic.partition('.')[2]}", DECISIONS,
        organization=takeover.organization.label, reason=Quote(entry.reason), link=f"{config.base_url}/{page}",
    )  # fmt: skip
