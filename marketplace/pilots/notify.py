"""Topic → who is told what: the other side of what waits for it, both of every step, officials of reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DESK, Letter, LetterGroup, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Batch, ExcludedDay, Incident, Pilot
from marketplace.pilots.policy import DUTY, Side, organization_of, other
from marketplace.pilots.waiting import SIDES
from marketplace.posts.queries import officials

PILOTS = LetterGroup(
    "pilots",
    Text("场景验证", "Pilots"),
    Text("方案、测量、暂停和报告需要您看时", "When a plan, readings, a pause or a report needs you"),
    concerns=lambda actor: bool(actor.organization_ids),
)
# Steps of which both sides are told.
TOLD = ("agree", "revise", "start", "pause", "resume", "finish", "abort", "return", "verify", "refuse")
ASKED = {
    "plan": Text("对方已确认方案，等您确认", "The other side agrees to the plan; it waits for you"),
    "resume": Text("对方同意恢复运行，等您同意", "The other side agrees to resume; it waits for you"),
    "report": Text("对方已签署报告，等您签署", "The other side has signed the report; it waits for you"),
}


def _pilot(message: Message) -> Pilot:
    return db.session.get_one(Pilot, message.subject_id)


def _to(pilot: Pilot, side: Side, config: Config, what: Text, words: str = "", **more: Any) -> Iterator[Letter]:
    for user in member_users(organization_of(pilot, side)):
        yield letter(
            user, "pilots/told", PILOTS, number=pilot.number, title=pilot.label, what=what, words=Quote(words),
            link=Link(f"{config.base_url}/pilots/{pilot.number}"), **more,
        )  # fmt: skip


def planned(message: Message, config: Config) -> Iterator[Letter]:
    """Both read that there is a plan, or that it was written anew."""
    pilot = _pilot(message)
    if pilot.state != "planned":
        return
    what = Text("方案已写好，请看过并确认", "The plan has been written; read it and agree")
    if message.topic == "pilot.plan":
        what = Text("有一份新的场景验证方案", "There is a new plan of a pilot")
        for side in SIDES:
            yield from _to(pilot, side, config, what)
    else:
        yield from _to(pilot, other(message.payload["side"]), config, what)


def asked(message: Message, config: Config) -> Iterator[Letter]:
    """The other side is asked for its yes."""
    yield from _to(_pilot(message), other(message.payload["side"]), config, ASKED[message.payload["what"]])


def measured(message: Message, config: Config) -> Iterator[Letter]:
    """The other side has readings to confirm."""
    batch = db.session.get_one(Batch, message.payload["batch"])
    side: Any = batch.side
    what = Text("登记了 %(count)s 条测量，等您确认", "%(count)s readings were recorded and wait for you")
    yield from _to(_pilot(message), other(side), config, what % {"count": batch.count})


def disputed(message: Message, config: Config) -> Iterator[Letter]:
    """Who measured reads what is disputed."""
    what = Text("对 %(count)s 条测量有异议", "%(count)s readings are disputed") % {"count": message.payload["count"]}
    yield from _to(_pilot(message), message.payload["side"], config, what, message.payload["objection"])


def happened(message: Message, config: Config) -> Iterator[Letter]:
    """The other side reads of an incident."""
    incident = db.session.get_one(Incident, message.payload["incident"])
    side: Any = incident.side
    yield from _to(_pilot(message), other(side), config, Text("记录了一起事件", "An incident was noted"), incident.what)


def excluding(message: Message, config: Config) -> Iterator[Letter]:
    """The other side is asked about a day."""
    day = db.session.get_one(ExcludedDay, message.payload["excluded"])
    side: Any = day.side
    what = Text("提出 %(day)s 不计入，等您答复", "%(day)s is proposed not to count; it waits for you")
    yield from _to(_pilot(message), other(side), config, what % {"day": day.day.isoformat()}, day.reason)


def stepped(message: Message, config: Config) -> Iterator[Letter]:
    """Both sides read of a step, with its reason."""
    pilot, entry = _pilot(message), db.session.get_one(LedgerEntry, message.payload["entry"])
    step = PILOT.by_name[message.topic.partition(".")[2]]
    for side in SIDES:
        yield from _to(pilot, side, config, step.told, entry.reason)


def signed(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge have a report to verify."""
    pilot = _pilot(message)
    if pilot.submitted_at is None:
        return
    for user in officials(DUTY, pilot.region):
        what = Text("双方已签署报告，等待核验", "Both sides have signed the report; it waits for verification")
        link = Link(f"{config.base_url}/pilots/{pilot.number}/verify")
        yield letter(
            user, "pilots/told", DESK, number=pilot.number, title=pilot.label, what=what, words=Quote(""), link=link
        )
