"""Acts of everybody on one challenge as a random walk tries them: each in one transaction, refused or done."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine

from marketplace.accounts.models import User
from marketplace.awards import carrying, concluding, queries, services
from marketplace.awards.lifecycle import AWARD, CONTRACT, EXTENSION, PAYMENT
from marketplace.awards.models import Award, Milestone
from marketplace.awards.queries import awards_of, live_of
from marketplace.bids import correcting, drafting, unsealing
from marketplace.bids import services as bidding
from marketplace.bids.files import sealed_file
from marketplace.bids.models import Bid, BidAct
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.experts import services as register
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices import services as notices
from marketplace.notices.models import Notice
from marketplace.organizations.models import Organization
from marketplace.panels import checking
from marketplace.panels import services as panels
from marketplace.panels.models import Assignment
from marketplace.panels.queries import panel_of
from marketplace.scoring import consensus
from marketplace.scoring import services as scoring
from tests.factories import accounts, awards, bids, experts
from tests.factories.listings import member_of
from tests.support.databases import copy_sqlite

SEATS, RESERVES = 3, 1


@dataclass
class People:
    """Everybody, by key: each walk reads them anew. The last organization posts; the others bid.

    ``kept`` is a copy of the database ``used`` from before the first walk, so that no walk meets another.
    """

    used: Path
    kept: Path
    travel: Any
    officials: list[int]
    organizations: list[int]
    experts: list[int]
    reached: set[str] = field(default_factory=set)


class Acts(RuleBasedStateMachine):
    """One challenge, and what anybody may try on it."""

    people: People
    challenge: Challenge
    codes: list[tuple[User, str]]

    def anew(self) -> None:
        """The database as it was before the first walk."""
        db.session.remove()
        db.engine.dispose()
        copy_sqlite(self.people.kept, self.people.used)

    # ---- people ----

    def official(self, place: int) -> Actor:
        return accounts.actor(db.session.get_one(User, self.people.officials[place]))

    def organization(self, place: int) -> Organization:
        return db.session.get_one(Organization, self.people.organizations[place])

    def member(self, place: int) -> Actor:
        return member_of(self.organization(place))

    @property
    def owner(self) -> Actor:
        return self.member(-1)

    def expert(self, one: Assignment) -> Actor:
        return accounts.actor(db.session.get_one(User, one.expert.user_id))

    # ---- attempts ----

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """One act in its transaction; a refusal changes nothing."""
        before = self.snapshot()
        try:
            with transaction():
                yield
        except (Refused, Conflict, NotFound, Invalid):
            db.session.expire_all()
            assert self.snapshot() == before, "a refused act left something behind"
        db.session.expire_all()

    def snapshot(self) -> tuple[Any, ...]:
        """What an act that was refused may not have touched."""
        bids_then = db.session.execute(
            sa.select(Bid.id, Bid.state, Bid.version, Bid.sealed).where(Bid.challenge_id == self.challenge.id)
        ).all()
        counts = [db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (LedgerEntry, BidAct)]
        return self.challenge.state, self.challenge.version, self.challenge.edition, bids_then, counts

    # ---- time ----

    def go(self, moment: Any, *, late: bool = False) -> None:
        """Time stands at ``moment`` from now on; ``late``: the worker has not noticed yet."""
        self.people.travel.move_to(moment)
        if not late:
            self.notice_time()

    def notice_time(self) -> None:
        """What the worker does by the clock and on what happened, each piece in its own transaction."""
        due: tuple[Callable[[], None], ...] = (
            challenges.publish_due, challenges.close_due, notices.close_due, services.lapse_due, carrying.miss_due,
            panels.lapse_due, checking.check_all,
            correcting.miss_due, self._annulled, lambda: bidding.ask_again(self.challenge),
        )  # fmt: skip
        for each in due:
            with transaction():
                each()
            db.session.expire_all()

    def _annulled(self) -> None:
        mine = (Notice.about_type == "challenge") & (Notice.about_id == self.challenge.id)
        for notice in db.session.scalars(sa.select(Notice).where(mine, Notice.state == "annulled")):
            services.notice_annulled(notice)

    # ---- bids ----

    def live_bid(self, place: int) -> Bid | None:
        return db.session.scalar(
            sa.select(Bid).where(
                Bid.challenge_id == self.challenge.id, Bid.organization_id == self.people.organizations[place],
                Bid.state != "withdrawn",
            )
        )  # fmt: skip

    def all_bids(self) -> list[Bid]:
        return list(db.session.scalars(sa.select(Bid).where(Bid.challenge_id == self.challenge.id).order_by(Bid.id)))

    def write_bid(self, place: int) -> None:
        with self.attempt():
            bid = drafting.start(self.challenge, self.organization(place), self.member(place))
            drafting.save(bid, bids.written(), self.member(place), None)
            for entry in bids.papers():
                drafting.attach(bid, entry, self.member(place), None)

    def seal_bid(self, place: int) -> None:
        bid = self.live_bid(place)
        if bid is not None:
            with self.attempt():
                bidding.seal(bid, self.member(place), None)
            bidding.shred(bid)

    def open_with(self, opener: int) -> None:
        user, code = self.codes[opener]
        with self.attempt():
            unsealing.come(self.challenge, code, accounts.actor(user))

    def check_papers(self, actor: Actor, place: int, name: str) -> None:
        bid = self.live_bid(place)
        if bid is not None:
            with self.attempt():
                unsealing.decide(bid, name, actor, "papers", "缺授权书", None)

    def correct(self, bid: Bid, actor: Actor, *, asked: bool) -> None:
        """A paper is asked for, or handed in."""
        with self.attempt():
            if asked:
                correcting.ask(bid, ["authority"], 2, "授权书没有签字", actor)
            elif bid.correction is not None:
                paper = sealed_file(io.BytesIO("授权书".encode()), "授权书.txt", "authority")
                correcting.give(bid.correction, [paper], actor)

    # ---- the panel ----

    def seats(self, *states: str) -> list[Assignment]:
        panel = panel_of(self.challenge)
        return [each for each in panel.assignments if each.state in states] if panel is not None else []

    def convene(self) -> None:
        with self.attempt():
            panels.convene(self.official(0), self.challenge, ["domain.special"], SEATS, RESERVES)

    def answer_call(self, place: int, yes: bool) -> None:
        asked = self.seats("proposed")
        if asked:
            one = asked[place % len(asked)]
            with self.attempt():
                if yes:
                    panels.accept(one, self.expert(one))
                else:
                    panels.recuse(one, self.expert(one), "没有时间")

    def tie(self, key: int, organization: str) -> None:
        """An expert declares shares of an organization."""
        expert = db.session.get_one(Expert, key)
        rows = [experts.row(organization, since="2020-01", percent="3")]
        with self.attempt():
            register.save(expert, {**expert.content, "holdings": rows, "no_holdings": False}, None)
            register.declare(expert, accounts.actor(db.session.get_one(User, expert.user_id)), None)

    def score(self, one: Assignment, bid: Bid, mark: int) -> None:
        reason = "方案完整，针对现场条件，有同类业绩。"
        marks = {"feasibility": {"mark": str(mark), "note": reason}, "price": {"mark": "35", "note": reason}}
        with self.attempt():
            if bid.state != "qualified" or self.challenge.state != "scoring":
                raise NotFound  # no page leads there
            sheet = scoring.sheet_for(bid, one)
            scoring.save(sheet, marks, self.expert(one), None)
            if scoring.lock_sheet(sheet, self.expert(one)):
                self.was_clean(one)

    def sign(self, one: Assignment) -> None:
        with self.attempt():
            if consensus.sign(self.challenge, self.expert(one)) is not None:
                for each in self.seats("scored"):
                    self.was_clean(each)

    def was_clean(self, one: Assignment) -> None:
        """Whoever counts has no tie at this very moment, waived ones excepted."""
        waived = {hit.key for hit in one.hits if hit.waiver is not None}
        found = checking.hits_of([one.expert], checking.parties("challenge", self.challenge))[one.expert_id]
        assert all(hit.key in waived for hit in found), "a score by somebody with a conflict of interest"

    # ---- awards ----

    def awards(self, *states: str) -> list[Award]:
        return list(live_of(self.challenge, *states) if states else awards_of(self.challenge))

    def award_step(self, award: Award, name: str, actor: Actor) -> None:
        with self.attempt():
            services.take_step(award, AWARD.by_name[name], actor, "因为试验", None)

    def write_contract(self, award: Award) -> None:
        with self.attempt():
            carrying.write_contract(award, awards.terms(), [awards.evidence()], self.owner)

    def sign_contract(self, award: Award) -> None:
        if award.contract is not None:
            with self.attempt():
                step = CONTRACT.by_name["sign"]
                carrying.take_contract_step(award.contract, step, member_of(award.organization), "", None)

    def work(self, award: Award, result: str) -> None:
        """The next thing that the work of an award needs."""
        winner = member_of(award.organization)
        open_ones = [each for each in award.milestones if each.state != "accepted"]
        with self.attempt():
            if open_ones and open_ones[0].state == "submitted":
                carrying.judge(open_ones[0], result, "缺数据", self.owner)
            elif open_ones:
                carrying.submit(open_ones[0], "完成", [awards.evidence()], winner)
            else:
                self._accept(award, winner)

    def money(self, award: Award, amount: Decimal, *, confirm: bool) -> None:
        """The owner records a payment; whoever may do so confirms or revokes what was recorded."""
        given = {"plan": 1, "amount": amount, "paid_on": clock.today(), "note": ""}
        with self.attempt():
            carrying.record_payment(award, given, [], self.owner)
        for payment in queries.payments_of(award):
            actor = member_of(award.organization) if confirm else self.owner
            with self.attempt():
                step = PAYMENT.by_name["confirm" if confirm else "revoke"]
                carrying.take_payment_step(payment, step, actor, "因为试验", None)

    def postpone(self, milestone: Milestone, days: int, actor: Actor, *, approve: bool) -> None:
        """A later day is asked for, and decided on."""
        with self.attempt():
            day, why = milestone.until + timedelta(days=days), "认证延后，已约定新的日期。"
            carrying.ask_extension(milestone, day, why, member_of(milestone.award.organization))
        for extension in queries.extensions_of(milestone):
            with self.attempt():
                step = EXTENSION.by_name["approve" if approve else "decline"]
                carrying.take_extension_step(extension, step, actor, "因为试验", None)

    def _accept(self, award: Award, winner: Actor) -> None:
        measured = {row["name"]: ("31", True) for row in self.challenge.content["indicators"]}
        made = concluding.apply(award, measured, "达到", [], winner)
        concluding.endorse(made, "pass", "属实", self.owner)
        concluding.decide(made, "pass", "同意", "事项简单", [], self.official(0))

    def later(self, **parts: float) -> Any:
        return clock.now() + timedelta(**parts)
