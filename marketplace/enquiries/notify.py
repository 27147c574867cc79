"""Topic → who is told what. Mails name the talk, say what was proposed, and lead to it; messages, and contact data,
stay on the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.enquiries.lifecycle import ENQUIRY, end_due, why_lapsed
from marketplace.enquiries.models import DECLINED, ENDING, OTHER, SIDES, Enquiry, Outcome
from marketplace.enquiries.services import REMIND_DAYS
from marketplace.enquiries.showing import after_lapse, outcome_words
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import Letter, LetterGroup, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.settings.queries import value

ENQUIRIES = LetterGroup(
    "enquiries",
    Text("对接", "Talks"),
    Text(
        "收到对接、对方答复、新留言、待确认的结果、逾期提醒",
        "New talks, answers, messages, outcomes to confirm, reminders",
    ),
    concerns=lambda actor: bool(actor.memberships),
)


# What one side has said or noted → the letter to the other.
SAID = {"message": "said", "meet": "met"}


def opened(message: Message, config: Config) -> Iterator[Letter]:
    """The other side has a talk to answer; nothing when it was withdrawn meanwhile."""
    enquiry = db.session.get_one(Enquiry, message.subject_id)
    if enquiry.state == "opened":
        yield from _to(enquiry, [enquiry.asked_side], "opened", config)


def reminded(message: Message, config: Config) -> Iterator[Letter]:
    """It still has; the side that asked is told that the other was reminded."""
    enquiry = db.session.get_one(Enquiry, message.subject_id)
    if enquiry.state == "opened":
        days = value(REMIND_DAYS)
        yield from _to(enquiry, [enquiry.asked_side], "reminded", config, days=days)
        yield from _to(enquiry, [enquiry.opened_side], "still_waiting", config, days=days)


def changed(message: Message, config: Config) -> Iterator[Letter]:
    """The other side reads of a step; of one that time takes, both do. ``message.topic`` names it."""
    enquiry = db.session.get_one(Enquiry, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    cause = DECLINED.get(entry.data.get("cause", ""))
    words = Quote(entry.reason if cause else "")
    if entry.action == "lapse":
        cause = why_lapsed(enquiry, entry.data)
    step, state = ENQUIRY.by_name[entry.action].label, ENQUIRY.mark(entry.after).label
    for side in _others(enquiry, entry):
        onward, path = (after_lapse(enquiry, side) if entry.action == "lapse" else None) or ("", "")
        yield from _to(
            enquiry, [side], "changed", config, step=step, state=state, cause=cause or "", words=words,
            onward=onward, where=Link(f"{config.base_url}{path}"),
        )  # fmt: skip


def said(message: Message, config: Config) -> Iterator[Letter]:
    """The other side has a new message, or reads that a meeting was noted."""
    enquiry = db.session.get_one(Enquiry, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    yield from _to(enquiry, _others(enquiry, entry), SAID[entry.action], config)


def outcome_changed(message: Message, config: Config) -> Iterator[Letter]:
    """The other side reads what was proposed or answered, why (of an end, and of a refusal), and what to do."""
    outcome = db.session.get_one(Outcome, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    proposed, ends = entry.action == "propose", outcome.kind == ENDING
    words = outcome.note if proposed and ends else entry.reason
    yield from _to(
        outcome.enquiry, _others(outcome.enquiry, entry), "proposed" if proposed else "concluded", config,
        act=entry.action, outcome=outcome_words(outcome), words=Quote(words), due=end_due(outcome) if ends else None,
    )  # fmt: skip


def _others(enquiry: Enquiry, entry: LedgerEntry) -> Sequence[str]:
    """The sides that did not do it themselves."""
    return [side for side in SIDES if enquiry.organization_of(side).id != entry.organization_id]


def _to(enquiry: Enquiry, sides: Sequence[str], template: str, config: Config, **context: object) -> Iterator[Letter]:
    link = f"{config.base_url}/enquiries/{enquiry.number}"
    told: set[int] = set()  # who belongs to both sides reads it once
    for side in sides:
        other = enquiry.organization_of(OTHER[side]).label
        for user in member_users(enquiry.organization_of(side).id):
            if user.id in told:
                continue
            told.add(user.id)
            yield letter(
                user, f"enquiries/{template}", ENQUIRIES, number=enquiry.number, title=enquiry.title, other=other,
                link=link, **context,
            )  # fmt: skip
