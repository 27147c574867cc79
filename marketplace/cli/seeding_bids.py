"""The invented bids of the demonstration: in each state, on challenges that are open and that have been opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.bids import consortium, correcting, drafting, opening, queries, services, unsealing
from marketplace.bids.files import sealed_file
from marketplace.bids.models import Bid
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.cli.seeding_challenges import bring
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.foundation.files import prepare_document
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.sample.demo_bids import demo_bid, demo_opened

PAPERS = {"proposal": "揭榜申报书（演示）.txt", "integrity": "信用承诺书（演示）.txt"}


class Bidding:
    """Writes, seals and opens bids as the people of the demonstration would."""

    def __init__(self, people: Mapping[str, User], units: Mapping[str, Organization]) -> None:
        self.actors: dict[str, Actor] = {key: actor_of(user) for key, user in people.items()}
        self._people, self._units = people, units

    def write(self, challenge: Challenge, account: str, at: datetime) -> Bid:
        """A complete draft of the account's organization."""
        actor = self.actors[account]
        with clock.standing_at(at):
            bid = drafting.start(challenge, self._units[account], actor)
            names = [row["name"] for row in challenge.content["indicators"]]
            drafting.save(bid, {**demo_bid(names), "files": []}, actor, None)
            for kind, name in PAPERS.items():
                drafting.attach(bid, sealed_file(BytesIO(f"{name}\n".encode()), name, kind), actor, None)
        return bid

    def seal(self, challenge: Challenge, account: str, at: datetime) -> Bid:
        """The same, sealed."""
        bid = self.write(challenge, account, at)
        with clock.standing_at(at):
            services.seal(bid, self.actors[account], None)
        services.shred(bid)
        return bid

    def openers(self, challenge: Challenge, at: datetime) -> list[tuple[Actor, str]]:
        """The openers with their codes, which are known to nobody once the demonstration is loaded."""
        able = list(queries.candidates(challenge))[: challenge.openers]
        with clock.standing_at(at):
            first = self.actors["province"]
            made = opening.name_openers(challenge, [user.id for user in able], first)
            found = []
            for user in able:
                actor = actor_of(user)
                code = opening.take_code(made, actor)
                opening.confirm_code(made, code, actor)
                found.append((actor, code))
        return found

    def open(self, challenge: Challenge, openers: list[tuple[Actor, str]]) -> None:
        """Two of them come together at the published time."""
        assert challenge.deadline is not None
        assert challenge.opening_at is not None
        with clock.standing_at(challenge.deadline):
            challenges.close(challenge)
        with clock.standing_at(challenge.opening_at + timedelta(minutes=5)):
            for actor, code in openers[:2]:
                unsealing.come(challenge, code, actor)

    def correct(self, bid: Bid, kind: str, account: str) -> None:
        """A paper asked for in the formality check, and given."""
        asked = correcting.ask(bid, [kind], 2, "缺一份证明（演示）", self.actors["province"])
        correcting.give(
            asked, [sealed_file(BytesIO("证明（演示）\n".encode()), "证明（演示）.txt", kind)], self.actors[account]
        )

    def ask(self, bid: Bid, account: str, partner: str) -> None:
        """The lead asks another account's organization into the consortium."""
        consortium.ask_partner(bid, self._units[partner], self.actors[account])


def load_bids(people: Mapping[str, User], units: Mapping[str, Organization]) -> int:
    """Load them; returns how many."""
    bidding = Bidding(people, units)
    _on_open_ones(bidding)
    template = prepare_document(BytesIO("合同范本（演示）\n".encode()), "合同范本（演示）.txt")
    first, second = (bring(each, units[each.account], bidding.actors, template) for each in demo_opened())
    _opened(bidding, first)
    _failed(bidding, second)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Bid)) or 0


def _on_open_ones(bidding: Bidding) -> None:
    """Sealed, to be confirmed again after the addendum, withdrawn; and a draft that asks a partner."""
    published = (Challenge.state == "published") & Challenge.demo
    first, second = db.session.scalars(sa.select(Challenge).where(published).order_by(Challenge.id).limit(2))
    now = clock.now()
    bidding.openers(first, now - timedelta(days=12))
    early = queries.version_of(bidding.seal(first, "soe2", now - timedelta(days=9)))
    assert early is not None
    early.edition = 1  # the one there was nine days ago
    taken_back = bidding.seal(first, "vendor2", now - timedelta(days=8))
    with clock.standing_at(now - timedelta(days=7)):
        services.take_step(taken_back, "withdraw", bidding.actors["vendor2"], None)
    bidding.seal(first, "vendor", now - timedelta(days=2))
    services.ask_again(first)
    draft = bidding.write(second, "vendor", now - timedelta(days=1))
    bidding.ask(draft, "vendor", "vendor2")


def _opened(bidding: Bidding, challenge: Challenge) -> None:
    """Three bids: papers asked for, papers missed and the bid disqualified, and one that nobody has checked yet."""
    assert challenge.published_at is not None
    start = challenge.published_at
    openers = bidding.openers(challenge, start + timedelta(days=1))
    bids = [bidding.seal(challenge, key, start + timedelta(days=20)) for key in ("vendor", "vendor2", "soe2")]
    bidding.open(challenge, openers)
    assert challenge.opening_at is not None
    official, why = bidding.actors["province"], "授权书没有签字（演示）"
    with clock.standing_at(challenge.opening_at + timedelta(days=1)):
        asked = correcting.ask(bids[1], ["authority"], 1, why, official)
    with clock.standing_at(clock.end_of_day(asked.last_day) + timedelta(hours=9)):
        correcting.miss_due()
        unsealing.decide(bids[1], "disqualify", official, "papers", f"申报材料不全或无效：{why}", None)
    correcting.ask(bids[0], ["integrity", "rights"], 3, "信用承诺书看不清，缺专利证书（演示）", official)


def _failed(bidding: Bidding, challenge: Challenge) -> None:
    """One bid where two are asked for."""
    assert challenge.published_at is not None
    openers = bidding.openers(challenge, challenge.published_at + timedelta(days=1))
    bidding.seal(challenge, "vendor", challenge.published_at + timedelta(days=20))
    bidding.open(challenge, openers)
