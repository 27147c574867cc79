"""Challenges behind their opening for tests: scored and ranked by a panel, put on notice, awarded, under contract."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from marketplace.accounts.models import User
from marketplace.awards import carrying, services
from marketplace.awards.lifecycle import AWARD, CONTRACT
from marketplace.awards.models import Award
from marketplace.awards.queries import live_of
from marketplace.bids import unsealing
from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.notices import services as notices
from marketplace.organizations.models import Member, Organization
from marketplace.panels import services as panels
from marketplace.panels.queries import panel_of
from marketplace.scoring import consensus
from marketplace.scoring import services as scoring
from tests.factories import accounts, bids, challenges, experts
from tests.factories.listings import member_of

SEATS = 3


@dataclass
class Scene:
    """A ranked challenge: its bids in the order of their rank, the official who runs it, a second one."""

    challenge: Challenge
    bids: list[Bid]
    official: User
    second: User

    @property
    def runs(self) -> Actor:
        """The official as an actor."""
        return accounts.actor(self.official)

    def award(self, state: str = "") -> Award:
        """The live award, read now."""
        return live_of(self.challenge, *([state] if state else []))[0]


def member(organization: Organization) -> User:
    """The owner of an organization, as a user."""
    return db.session.query(Member).filter_by(organization_id=organization.id, role="owner").one().user


def evidence(name: str = "证据.txt") -> Prepared:
    """A file as it was uploaded."""
    return prepare_document(io.BytesIO(f"{name}的内容".encode()), name)


def register(count: int = SEATS, first: int = 0) -> list[Expert]:
    """Experts of the field that the challenges of tests are in, each with an employer of his own, named by number."""
    return [
        experts.expert(domains=["special"], employers=[experts.row(f"第{place}大学", position="教授")])
        for place in range(first, first + count)
    ]


def opened(travel: Any, organizations: Sequence[Organization], owner: Organization, officials: Sequence[User],
           **given: Any) -> tuple[Challenge, list[Bid]]:  # fmt: skip
    """A challenge whose bids were opened and found in order; ``travel`` is the test's clock."""
    challenge = challenges.challenge(organization=owner, official=accounts.actor(officials[0]), **given)
    codes = bids.openers(challenge, officials[:3])
    made = [bids.sealed(challenge, each) for each in organizations]
    assert challenge.opening_at is not None
    travel.move_to(challenge.opening_at + timedelta(minutes=1))
    challenges.take(challenge, "close")
    for code in codes[:2]:
        bids.come(challenge, code)
    for bid in made:
        with transaction():
            unsealing.decide(bid, "qualify", accounts.actor(officials[0]), "", "", None)
    return challenge, made


def rank(challenge: Challenge, made: Sequence[Bid], official: Actor, below: int = 5) -> None:
    """Score and rank: the first bid best, each further one ``below`` points lower in the first criterion."""
    with transaction():
        panels.convene(official, challenge, ["domain.special"], SEATS, 0)
    panel = panel_of(challenge)
    assert panel is not None
    for one in panel.assignments:
        with transaction():
            panels.accept(one, accounts.actor(db.session.get_one(User, one.expert.user_id)))
    with transaction():
        scoring.start_scoring(challenge, official)
    for one in panel.assignments:
        actor = accounts.actor(db.session.get_one(User, one.expert.user_id))
        for place, bid in enumerate(made):
            with transaction():
                sheet = scoring.sheet_for(bid, one)
                scoring.save(sheet, _marks(below * place), actor, None)
                scoring.lock_sheet(sheet, actor)
    chair = min((each for each in panel.assignments), key=lambda each: each.place)
    with transaction():
        consensus.sign(challenge, accounts.actor(db.session.get_one(User, chair.expert.user_id)))


def _marks(less: int) -> dict[str, dict[str, str]]:
    reason = "方案完整，针对现场条件，有同类业绩。"
    return {
        "feasibility": {"mark": str(55 - less), "note": reason}, "price": {"mark": "35", "note": reason},
    }  # fmt: skip


def ranked(travel: Any, organizations: Sequence[Organization], owner: Organization, officials: Sequence[User],
           below: int = 5, **given: Any) -> Scene:  # fmt: skip
    """A ranked challenge; there must be experts (``register``)."""
    challenge, made = opened(travel, organizations, owner, officials, **given)
    rank(challenge, made, accounts.actor(officials[0]), below)
    return Scene(challenge, made, officials[0], officials[1])


def announced(scene: Scene) -> Scene:
    """On notice."""
    with transaction():
        services.announce(scene.challenge, scene.runs)
    return scene


def over(travel: Any, scene: Scene) -> None:
    """The notice has run its days."""
    notice = scene.award("proposed").notice
    travel.move_to(clock.end_of_day(notice.last_day) + timedelta(hours=9))
    with transaction():
        notices.close_due()


def awarded(travel: Any, scene: Scene) -> Scene:
    """Confirmed after its notice."""
    over(travel, announced(scene))
    with transaction():
        services.confirm(scene.challenge, scene.runs)
    return scene


def accepted(travel: Any, scene: Scene) -> Scene:
    """Accepted by who was awarded."""
    award = awarded(travel, scene).award()
    with transaction():
        services.take_step(award, AWARD.by_name["accept"], member_of(award.organization), "", None)
    return scene


def terms(amount: str = "280.00", **changes: Any) -> carrying.Terms:
    """A contract signed today, with a milestone in 60 and one in 120 days."""
    today = clock.today()
    given: dict[str, Any] = {
        "paper_number": "HT-2026-001", "amount": Decimal(amount), "owner_signed_on": today,
        "winner_signed_on": today, "ends_on": today + timedelta(days=150),
        "milestones": (planned("样机到场", 60, today, 2), planned("连续运行", 120, today)),
    }  # fmt: skip
    return carrying.Terms(**{**given, **changes})


def planned(name: str, days: int, start: date, payment: int = 0) -> carrying.Planned:
    """A milestone so many days after the contract."""
    return carrying.Planned(name, "", start + timedelta(days=days), payment)


def executing(travel: Any, scene: Scene) -> Scene:
    """Under a contract that both sides stand for."""
    award = accepted(travel, scene).award()
    owner = member_of(scene.challenge.organization)
    with transaction():
        made = carrying.write_contract(award, terms(), [evidence("合同.txt")], owner)
    with transaction():
        step = CONTRACT.by_name["sign"]
        carrying.take_contract_step(made, step, member_of(award.organization), "", None)
    return scene
