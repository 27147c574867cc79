"""Topic → who is told what: officials of what was declared, the expert of what became of it and of his renewal."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.actor import PROVINCE
from marketplace.core.text import Text
from marketplace.experts.lifecycle import EXPERT
from marketplace.experts.queries import expert_by_id
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.posts.queries import officials

# Steps of which the expert is told.
TOLD = ("approve", "return", "confirm", "renew", "suspend", "resume", "expire")


def declared(message: Message, config: Config) -> Iterator[Letter]:
    """The officials have something to look at; nothing when it was recalled or decided meanwhile. No name is in it."""
    expert = expert_by_id(message.subject_id)
    if expert.submitted_at is None:
        return
    what = (
        Text("变更申报", "a changed declaration") if message.topic == "expert.declare" else Text("入库申请", "an entry")
    )
    for user in officials("challenge", PROVINCE):
        if user.id != expert.user_id:
            link = Link(f"{config.base_url}/review/experts/{expert.number}")
            yield letter(user, "experts/declared", DESK, number=expert.number, what=what, link=link)


def decided(message: Message, config: Config) -> Iterator[Letter]:
    """The expert reads what was decided, with the words. ``message.topic`` names the step."""
    expert = expert_by_id(message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    step = EXPERT.by_name[message.topic.partition(".")[2]]
    yield letter(
        expert.user, "experts/decided", DECISIONS, number=expert.number, step=step.label,
        state=EXPERT.mark(entry.after).label,
        reason=Quote(entry.reason), until=expert.valid_until if entry.after == "approved" else None,
        link=Link(f"{config.base_url}/experts/me"),
    )  # fmt: skip


def renewal_due(message: Message, config: Config) -> Iterator[Letter]:
    """The expert is reminded; nothing when he has renewed or left meanwhile."""
    expert = expert_by_id(message.subject_id)
    waits = expert.state == "approved" and expert.renewal_asked_at is None
    if waits and str(expert.valid_until) == message.payload["until"]:
        link = Link(f"{config.base_url}/experts/me")
        words = {"number": expert.number, "until": expert.valid_until, "link": link}
        yield letter(expert.user, "experts/renewal_due", DECISIONS, **words)
