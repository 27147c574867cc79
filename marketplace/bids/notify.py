"""Topic → who is told what. Before the opening nobody is told anything of a bid: a mail, too, can be counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.accounts.queries import people
from marketplace.bids import queries
from marketplace.bids.content import FILE_KINDS
from marketplace.bids.lifecycle import BID
from marketplace.bids.models import Bid, Correction
from marketplace.challenges.models import Challenge
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.posts.queries import officials

# Steps of which every organization of the bid is told.
TOLD = ("open", "qualify", "disqualify")


def named(message: Message, config: Config) -> Iterator[Letter]:
    """Those who were made openers: there is a code to be taken."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    for user in people(message.payload["users"]).values():
        yield _to_opener(user, challenge, config, "bids/opener")


def closed(message: Message, config: Config) -> Iterator[Letter]:
    """The openers: the time to come together."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    for opener in queries.openers_of(challenge.id):
        yield _to_opener(opener.user, challenge, config, "bids/come")


def _to_opener(user: User, challenge: Challenge, config: Config, template: str) -> Letter:
    return letter(
        user, template, DESK, number=challenge.number, title=challenge.label, at=challenge.opening_at,
        needed=challenge.openers_needed, link=Link(f"{config.base_url}/bids/opening/{challenge.number}"),
    )  # fmt: skip


def decided(message: Message, config: Config) -> Iterator[Letter]:
    """Everybody who takes part, of what became of the bid. ``message.topic`` names the step."""
    bid = db.session.get_one(Bid, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    for user in _bidders([bid]):
        yield letter(
            user, "bids/decided", DECISIONS, number=bid.number, title=bid.challenge.label,
            state=BID.mark(entry.after).label, reason=Quote(entry.reason),
            link=Link(f"{config.base_url}/bids/{bid.number}"),
        )  # fmt: skip


def papers_asked(message: Message, config: Config) -> Iterator[Letter]:
    """Everybody who takes part: papers are to be handed in by a day."""
    asked = db.session.get_one(Correction, message.subject_id)
    if asked.state == "asked":
        for user in _bidders([asked.bid]):
            yield letter(
                user, "bids/papers_asked", DECISIONS, number=asked.bid.number, title=asked.bid.challenge.label,
                papers=[FILE_KINDS[kind] for kind in asked.kinds], until=asked.last_day, reason=Quote(asked.reason),
                link=Link(f"{config.base_url}/bids/{asked.bid.number}/correction"),
            )  # fmt: skip


def papers_came(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge, and of missed papers the bidder too: the check goes on."""
    asked = db.session.get_one(Correction, message.subject_id)
    challenge, missed = asked.bid.challenge, message.topic == "correction.miss"
    words = {"number": asked.bid.number, "title": challenge.label, "missed": missed}
    for user in officials("challenge", challenge.region):
        link = Link(f"{config.base_url}/bids/record/{challenge.number}")
        yield letter(user, "bids/papers_came", DESK, **words, link=link)
    for user in _bidders([asked.bid]) if missed else ():
        yield letter(
            user, "bids/papers_came", DECISIONS, **words, link=Link(f"{config.base_url}/bids/{asked.bid.number}")
        )


def failed(message: Message, config: Config) -> Iterator[Letter]:
    """Those whose sealed bids were not opened, because there were too few."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    for user in _bidders(queries.live_bids(challenge)):
        yield letter(
            user, "bids/failed", DECISIONS, number=challenge.number, title=challenge.label,
            link=Link(f"{config.base_url}/bids/"),
        )  # fmt: skip


def _bidders(bids: Sequence[Bid]) -> list[User]:
    """The members of all organizations that take part, each once."""
    organizations = {each.organization_id for bid in bids for each in bid.participations if each.state == "live"}
    found = {user.id: user for key in sorted(organizations) for user in member_users(key)}
    return list(found.values())
