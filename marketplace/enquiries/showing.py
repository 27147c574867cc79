"""A talk in words: its messages, its history, and where it stands on the chain of its need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from marketplace.accounts.queries import people
from marketplace.core.actor import Actor
from marketplace.core.lifecycle import State
from marketplace.core.text import Text, day_text
from marketplace.enquiries import queries
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME, because, why_lapsed
from marketplace.enquiries.models import (
    DECLINED,
    DEMANDER,
    ENDED,
    ENDING,
    PROPOSALS,
    SIDES,
    SUPPLIER,
    Enquiry,
    Outcome,
)
from marketplace.enquiries.policy import side_of
from marketplace.enquiries.refusals import LISTS
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.files import shown_file
from marketplace.web.languages import money_text

SYSTEM_NAME = Text("系统", "the system")
# What has a name in no life cycle.
ACTS = {
    "open": Text("发起对接", "Opened"),
    "message": Text("留言", "Wrote"),
    "meet": Text("记录会面", "Noted a meeting"),
    "read_contact": Text("查看对方联系方式", "Looked at the other side's contact data"),
    "remind": Text("提醒答复", "Reminded of the answer"),
}
OUTCOME_ACTS = {"propose": Text("提出结果", "Proposed an outcome")}
# How each side reads an outcome, by whether it has proposed it; the words of the life cycle are nobody's.
SEEN = {
    ("proposed", True): Text("待对方确认", "The other side is to confirm"),
    ("proposed", False): Text("待您确认", "You are to confirm"),
    ("refused", True): Text("对方不同意", "The other side did not agree"),
    ("refused", False): Text("您未同意", "You did not agree"),
}
# (side, what has ended) → what is left to the side that has not ended it, and where.
LAPSED = {
    (SUPPLIER, "scenario"): (Text("看看其他正在征集的需求", "See other open needs"), LISTS["scenario"]),
    (DEMANDER, "product"): (Text("看看其他产品", "See other products"), LISTS["product"]),
}
# States in which both sides know each other's people.
OPEN_NAMES = ("accepted", "agreed", "ended")


@dataclass(frozen=True, slots=True)
class Said:
    """One message: who said it, when, what, and its files for the macro ``file_list``."""

    who: Text
    own: bool
    at: datetime
    text: str
    files: Sequence[Mapping[str, Any]]


def messages(enquiry: Enquiry, actor: Actor) -> list[Said]:
    """What was said, the oldest first; four statements, however much it is."""
    rows = queries.messages_of(enquiry)
    files, names = queries.files_of(rows), people(sorted({each.author_id for each in rows if each.author_id}))
    own = side_of(actor, enquiry)
    return [
        Said(
            who=_signed(enquiry, each.side, names.get(each.author_id or 0), own), own=each.side == own, at=each.at,
            text=each.text, files=[shown_file(file) for file in files.get(each.id, [])],
        )
        for each in rows
    ]  # fmt: skip


def _signed(enquiry: Enquiry, side: str, person: Any, own: str) -> Text:
    """The organization, with the person of one's own side, and of the other once the talk was accepted."""
    name = enquiry.organization_of(side).label
    if person is None or not (side == own or enquiry.state in OPEN_NAMES):
        return name
    return Text("%(name)s %(person)s", "%(name)s, %(person)s") % {"name": name, "person": person.name}


def history(enquiry: Enquiry, actor: Actor) -> list[dict[str, Any]]:
    """Lines for the macro ``log``, the newest first; both sides read the same acts."""
    entries = queries.history(enquiry)
    names, own = people(sorted({each.actor_id for each in entries if each.actor_id})), side_of(actor, enquiry)
    outcomes = {each.id: each for each in enquiry.outcomes}
    return [
        {
            "at": each.at,
            "text": _told(enquiry, each, outcomes),
            "who": _by(enquiry, each, names.get(each.actor_id or 0), own),
        }
        for each in entries
    ]


def signature(entry: LedgerEntry, actor: Actor) -> Text | None:
    """Who acted, as history tells this reader; None when the entry is about no talk of his."""
    enquiry = queries.enquiry_of(entry, actor)
    if enquiry is None:
        return None
    person = people([entry.actor_id]).get(entry.actor_id) if entry.actor_id else None
    return _by(enquiry, entry, person, side_of(actor, enquiry))


def _by(enquiry: Enquiry, entry: LedgerEntry, person: Any, own: str) -> Text:
    side = next((each for each in SIDES if enquiry.organization_of(each).id == entry.organization_id), "")
    return _signed(enquiry, side, person, own) if side else SYSTEM_NAME


def _told(enquiry: Enquiry, entry: LedgerEntry, outcomes: Mapping[int, Outcome]) -> Text:
    """What was done, with the reason."""
    if entry.subject_type == "outcome":
        step = OUTCOME.by_name.get(entry.action)
        words = step.told if step else OUTCOME_ACTS[entry.action]
        return _with(_with(words, outcome_words(outcomes[entry.subject_id])), entry.reason)
    if entry.action == "lapse":
        return _with(ENQUIRY.by_name["lapse"].told, why_lapsed(enquiry, entry.data) or "")
    if entry.data.get("cause"):
        return _with(ENQUIRY.by_name[entry.action].told, why_left(entry))
    step = ENQUIRY.by_name.get(entry.action)
    words = step.told if step else ACTS[entry.action]
    met = entry.data.get("day")
    return _with(words, entry.reason or (day_text(date.fromisoformat(met)) if met else ""))


def why_left(entry: LedgerEntry) -> Text:
    """Why a talk was declined or ended, with the words that were added."""
    return because((DECLINED if entry.action == "decline" else ENDED)[entry.data["cause"]], entry.reason)


def why_ended(enquiry: Enquiry) -> Text | None:
    """Why a talk is over, with the words that were added; None where nobody gave a reason."""
    entry = queries.leaving(enquiry) if enquiry.cause or enquiry.state == "lapsed" else None
    if entry is None:
        return None
    return why_lapsed(enquiry, entry.data) if entry.action == "lapse" else why_left(entry)


def after_lapse(enquiry: Enquiry, side: str) -> tuple[Text, str] | None:
    """What a side may do when a talk has lapsed, and where; None for the side that has ended it, and for both."""
    if enquiry.state != "lapsed":
        return None
    entry = queries.leaving(enquiry)
    ended = entry.data.get("ended") if entry else None
    return LAPSED.get((side, ended or ("scenario" if enquiry.scenario_id else "product")))


def _with(words: Text, more: Text | str) -> Text:
    return Text("%(what)s：%(more)s", "%(what)s: %(more)s") % {"what": words, "more": more} if more else words


def outcome_words(outcome: Outcome) -> Text:
    """What an outcome says on one line."""
    kind = PROPOSALS[outcome.kind]
    if outcome.kind == ENDING:
        return because(kind, ENDED[outcome.cause])
    said: dict[str, object] = {"kind": kind, "day": day_text(outcome.on_day)}
    if outcome.amount is None:
        return Text("%(kind)s，%(day)s", "%(kind)s, %(day)s") % said
    said["amount"] = money_text(outcome.amount)
    return Text("%(kind)s，%(amount)s，%(day)s", "%(kind)s, %(amount)s, %(day)s") % said


def outcome_mark(outcome: Outcome, side: str) -> State:
    """The state of an outcome as a side reads it; "" for who belongs to both."""
    mark = OUTCOME.mark(outcome.state)
    words = SEEN.get((outcome.state, outcome.side == side)) if side else None
    return replace(mark, label=words) if words else mark
