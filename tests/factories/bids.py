"""Bids and openers for tests, brought to their state by the commands that bring them there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from marketplace.accounts.models import User
from marketplace.bids import content, drafting, opening, services, unsealing
from marketplace.bids.files import sealed_file
from marketplace.bids.models import Bid, Opening
from marketplace.challenges.models import Challenge
from marketplace.foundation.db import db, transaction
from marketplace.organizations.models import Organization
from tests.factories import accounts, challenges
from tests.factories.listings import member_of

PHRASE = "磁吸式导轨七号方案"


def written(**changes: Any) -> dict[str, Any]:
    """A bid that lacks nothing but its files; every text holds the phrase that must be found nowhere."""
    promised = {name: {"promised": "满足", "basis": PHRASE} for name in ("单次巡检时长", "设备覆盖率")}
    texts = {key: f"{PHRASE}：{key}" for key in ("approach", "experience", "leader", "team", "schedule", "division")}
    return {**content.BLANK, **texts, "indicators": promised, "price": "286.50", "months": "12", **changes}


def papers() -> list[dict[str, Any]]:
    """The files that every bid needs, sealed."""
    return [sealed_file(io.BytesIO(f"{PHRASE} {kind}".encode()), f"{PHRASE}-{kind}.txt", kind)
            for kind in ("proposal", "integrity")]  # fmt: skip


def draft(challenge: Challenge, organization: Organization | None = None, **changes: Any) -> Bid:
    """A bid as it is written, complete."""
    lead = organization or accounts.organization()
    with transaction():
        bid = drafting.start(challenge, lead, member_of(lead))
        drafting.save(bid, written(**changes), member_of(lead), None)
    for entry in papers():
        with transaction():
            drafting.attach(bid, entry, member_of(lead), None)
    return bid


def seal(bid: Bid) -> str:
    """Seal what is written, as the page does; the bidder's code, if a new one was given."""
    with transaction():
        _version, code = services.seal(bid, member_of(bid.organization), None)
    services.shred(bid)
    return code


def sealed(challenge: Challenge, organization: Organization | None = None, **changes: Any) -> Bid:
    """A sealed bid."""
    bid = draft(challenge, organization, **changes)
    seal(bid)
    return bid


def openers(challenge: Challenge, users: Sequence[User] = ()) -> list[tuple[User, str]]:
    """Three officials with confirmed codes, and with them the key of the challenge: (user, code) each."""
    chosen = list(users) or [challenges.challenge_official() for _ in range(challenge.openers)]
    with transaction():
        made = opening.name_openers(challenge, [user.id for user in chosen], accounts.actor(chosen[0]))
    return [(user, take(made, user)) for user in chosen]


def take(made: Opening, user: User) -> str:
    """An opener takes his code and confirms it."""
    with transaction():
        code = opening.take_code(made, accounts.actor(user))
    with transaction():
        opening.confirm_code(made, code, accounts.actor(user))
    return code


def come(challenge: Challenge, opener: tuple[User, str]) -> bool:
    """One opener comes with his code."""
    with transaction():
        return unsealing.come(challenge, opener[1], accounts.actor(opener[0]))


def fresh(bid: Bid) -> Bid:
    """The bid as the database holds it now."""
    db.session.refresh(bid)
    return bid
