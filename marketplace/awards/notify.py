"""Topic → who is told what: both sides of every step, all bidders of every result, officials of what they decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.awards.accepting import standing_of
from marketplace.awards.lifecycle import ACCEPTANCE, AWARD, CONTRACT, EXEMPTION, EXTENSION, MILESTONE, PAYMENT
from marketplace.awards.models import (
    Acceptance,
    Award,
    Contract,
    Extension,
    Milestone,
    Opinion,
    Payment,
    Termination,
)
from marketplace.awards.queries import awards_of
from marketplace.bids.models import Bid
from marketplace.bids.queries import known_bids, live_bids
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.panels.notify import ASSIGNMENTS
from marketplace.posts.queries import officials

AWARDS = LetterGroup(
    "awards",
    Text("立榜与执行", "Awards and contracts"),
    Text(
        "合同、里程碑、延期、付款和验收有进展时", "When a contract, milestone, extension, payment or acceptance moves"
    ),
    concerns=lambda actor: bool(actor.organization_ids),
)
# Of these steps of an award both sides are told; the other bidders read of "confirm" what became of theirs.
AWARD_STEPS = (
    "propose", "confirm", "drop", "strike", "accept", "decline", "lapse", "forfeit", "begin", "terminate", "undo",
)  # fmt: skip
# Ends of a challenge of which every bidder is told with what was found of its bid.
ENDS = ("confirm", "find_none", "withdraw")
OPINIONS = ("ask", "hand_in")
_MODELS: dict[str, tuple[type[Any], Any]] = {
    "contract": (Contract, CONTRACT), "milestone": (Milestone, MILESTONE), "payment": (Payment, PAYMENT),
    "acceptance": (Acceptance, ACCEPTANCE), "extension": (Extension, EXTENSION),
    "termination": (Termination, EXEMPTION),
}  # fmt: skip
HANGING = {
    "contract": ("write", "sign", "return"),
    "milestone": ("submit", "accept", "return", "miss"),
    "payment": ("record", "confirm", "revoke"),
    "acceptance": ("apply", "endorse", "pass", "pass_partly", "return"),
    "extension": ("ask", "approve", "decline"),
    "termination": ("grant", "refuse"),
}
_ASKED = {
    "contract.write": Text("需求单位登记了合同，等揭榜单位确认", "The owner recorded the contract; confirm it"),
    "payment.record": Text(
        "需求单位登记了一笔付款，等确认到账", "The owner recorded a payment; confirm that it arrived"
    ),
    "acceptance.apply": Text(
        "揭榜单位申请验收，等需求单位意见", "Acceptance is applied for; the owner gives its opinion"
    ),
    "extension.ask": Text("揭榜单位申请里程碑延期", "A later day is asked for a milestone"),
    "award.propose": Text("列入公示，拟揭榜", "Proposed for the award and put on public notice"),
}


def _members(organizations: Iterable[int]) -> list[User]:
    """The members of some organizations, each once."""
    found = {user.id: user for key in dict.fromkeys(organizations) for user in member_users(key)}
    return list(found.values())


def _parts(bid: Bid) -> list[int]:
    return [each.organization_id for each in bid.participations if each.state == "live"]


def _sides(award: Award) -> list[int]:
    return [award.challenge.organization_id, *_parts(award.bid)]


def _letter(user: User, challenge: Challenge, group: LetterGroup, what: Text, href: str, words: str = "") -> Letter:
    return letter(
        user, "awards/told", group, number=challenge.number, title=challenge.label, what=what, words=Quote(words),
        link=Link(href),
    )  # fmt: skip


def award_moved(message: Message, config: Config) -> Iterator[Letter]:
    """Both sides read what happened to an award; officials read when somebody gave one up."""
    award = db.session.get_one(Award, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    name = message.topic.partition(".")[2]
    what = _ASKED["award.propose"] if name == "propose" else AWARD.by_name[name].told
    href = f"{config.base_url}/awards/{award.challenge.number}"
    for user in _members(_sides(award)):
        yield _letter(user, award.challenge, DECISIONS, what, href, entry.reason)
    if name in ("decline", "lapse"):
        for user in officials("challenge", award.challenge.region):
            yield _letter(user, award.challenge, DESK, what, href, entry.reason)


def hanging_moved(message: Message, config: Config) -> Iterator[Letter]:
    """Both sides read of contract, milestones, payments, acceptance; officials of what waits for them."""
    kind, _dot, name = message.topic.partition(".")
    model, life = _MODELS[kind]
    found = db.session.get_one(model, message.subject_id)
    award: Award = found.milestone.award if kind == "extension" else found.award
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    what = _ASKED.get(message.topic) or Text(
        f"{life.label.zh}：{life.by_name[name].told.zh}", f"{life.label.en}: {life.by_name[name].told.en}"
    )
    if day := entry.data.get("rework_by"):
        what = Text(f"{what.zh}，{day} 以前（含当日）再次申请验收", f"{what.en}; apply again by {day}")
    href = f"{config.base_url}{_address(kind, found, award)}"
    for user in _members(_sides(award)):
        yield _letter(user, award.challenge, AWARDS, what, href, entry.reason)
    if message.topic in ("extension.ask", "acceptance.endorse", "milestone.miss"):
        for user in officials("challenge", award.challenge.region):
            yield _letter(user, award.challenge, DESK, what, href, entry.reason)


def opinion_moved(message: Message, config: Config) -> Iterator[Letter]:
    """An expert whose panel is complete is asked for his opinion; officials read when all have spoken."""
    opinion = db.session.get_one(Opinion, message.subject_id)
    acceptance = opinion.acceptance
    challenge = acceptance.award.challenge
    if message.topic == "opinion.ask":
        what = Text("验收组已到齐，请提交验收意见", "The panel is complete: give your opinion on the acceptance")
        href = f"{config.base_url}/acceptances/{acceptance.id}/sheet"
        yield _letter(opinion.assignment.expert.user, challenge, ASSIGNMENTS, what, href)
        return
    standing = standing_of(acceptance)
    if standing is not None and standing.complete and acceptance.state == "endorsed":
        what = Text("验收组意见已全部提交，请作出验收结论", "The whole panel has spoken: decide on the acceptance")
        for user in officials("challenge", challenge.region):
            yield _letter(user, challenge, DESK, what, f"{config.base_url}/acceptances/{acceptance.id}")


def _address(kind: str, found: Any, award: Award) -> str:
    if kind == "milestone":
        return f"/milestones/{found.id}"
    if kind == "extension":
        return f"/milestones/{found.milestone_id}"
    return f"/acceptances/{found.id}" if kind == "acceptance" else f"/award-lots/{award.id}"


def results(message: Message, config: Config) -> Iterator[Letter]:
    """Every bidder that was not awarded reads how the challenge ended, and where it finds its own points."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    name = message.topic.partition(".")[2]
    opened = known_bids(challenge)
    href = f"{config.base_url}/awards/{challenge.number}/feedback" if opened else f"{config.base_url}/bids/"
    awarded = {each.bid_id for each in awards_of(challenge) if each.confirmed_at}  # told by ``award_moved``
    bids = [bid for bid in opened or live_bids(challenge) if bid.id not in awarded]
    for user in _members(key for bid in bids for key in _parts(bid)):
        yield _letter(user, challenge, DECISIONS, CHALLENGE.by_name[name].told, href, entry.reason)
    if name == "find_none":
        yield from ended(message, config)


def ended(message: Message, config: Config) -> Iterator[Letter]:
    """The owner reads that its challenge ended without an award, or how its work ended."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    name = message.topic.partition(".")[2]
    href = f"{config.base_url}/challenges/{challenge.number}"
    for user in _members([challenge.organization_id]):
        yield _letter(user, challenge, DECISIONS, CHALLENGE.by_name[name].told, href, entry.reason)
