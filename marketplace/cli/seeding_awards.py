"""The awarded challenges of the demonstration: on notice, at work, judged, accepted, terminated after a correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.awards import accepting, carrying, concluding, services
from marketplace.awards.lifecycle import ACCEPTANCE, AWARD, CONTRACT, EXEMPTION, EXTENSION, PAYMENT
from marketplace.awards.models import Acceptance, Award, Milestone, Opinion
from marketplace.awards.queries import extensions_of, live_of
from marketplace.challenges.models import Challenge
from marketplace.cli.seeding_challenges import bring
from marketplace.cli.seeding_scores import RESERVES, SEATS, Judging
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.notices import services as notices
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.panels import drawing
from marketplace.panels import services as panels
from marketplace.panels.models import Assignment
from marketplace.sample import demo_awards as said
from marketplace.sample.demo_scores import BIDDERS, FIELDS
from marketplace.scoring import lots
from marketplace.scoring.models import BidCode
from marketplace.scoring.queries import ranking

NOTICE_DAYS = 3
NOTICE_OVER = timedelta(days=12)  # three working days, whatever holidays lie between


def load_awards(people: Mapping[str, User], units: Mapping[str, Organization]) -> None:
    """Load them."""
    awarding = Awarding(people, units)
    template = prepare_document(BytesIO("合同范本（演示）\n".encode()), "合同范本（演示）.txt")
    made = [bring(each, units[each.account], awarding.actors, template) for each in said.demo_awarded()]
    for challenge in made:
        awarding.prepare(challenge)
        awarding.spare = challenge is made[-1]  # the account that sits on all other panels judges its acceptance
        awarding.even = challenge is made[0]
        awarding.rank(challenge, first="expert3")
    shown, running, accepted, stopped, partly, judged = made
    awarding.draw_lots(shown, clock.now() - timedelta(days=1, hours=2))
    awarding.announce(shown, clock.now() - timedelta(days=1))
    awarding.run(awarding.contract(running, awarding.ranked_at(running)))
    awarding.accept(awarding.contract(accepted, awarding.ranked_at(accepted)))
    awarding.stop(stopped)
    awarding.accept_partly(awarding.contract(partly, awarding.ranked_at(partly)))
    awarding.judge(awarding.contract(judged, awarding.ranked_at(judged)))


class Awarding(Judging):
    """Awards, signs and carries out as the people of the demonstration would; the first bidder is always the best."""

    def in_order(self, challenge: Challenge) -> Sequence[BidCode]:
        """The bids from the best on."""
        own = {self._units[account].id: place for place, account in enumerate(BIDDERS)}
        return sorted(super().in_order(challenge), key=lambda each: own[each.bid.organization_id])

    def account(self, organization_id: int) -> Actor:
        """Who acts for one of the organizations."""
        return next(self.actors[key] for key, unit in self._units.items() if unit.id == organization_id)

    def ranked_at(self, challenge: Challenge) -> datetime:
        """Soon after the chair has signed."""
        return self.opened(challenge) + timedelta(days=11)

    def draw_lots(self, challenge: Challenge, at: datetime) -> None:
        """All bids share the first rank: two officials draw, and the first bidder happens to win."""
        own = self._units[BIDDERS[0]].id
        with clock.standing_at(at):
            made = lots.prepare(challenge, 1, self.actors["province"])
            first = next(each.bid.number for each in ranking(challenge) if each.bid.organization_id == own)
            words = (f"{each:06d}" for each in count())
            happens = next(each for each in words if drawing.order(f"{made.secret}:{each}", made.bids)[0] == first)
            lots.draw(made, happens, self.actors["province2"])

    def announce(self, challenge: Challenge, at: datetime) -> None:
        """Put the result on notice."""
        with clock.standing_at(at):
            services.announce(challenge, self.actors["province"], NOTICE_DAYS)

    def award(self, challenge: Challenge, at: datetime) -> Award:
        """Announced, and confirmed when the notice was over."""
        self.announce(challenge, at)
        with clock.standing_at(at + NOTICE_OVER):
            notices.close_due()
            services.confirm(challenge, self.actors["province"])
        return live_of(challenge, "awarded")[0]

    def contract(self, challenge: Challenge, at: datetime) -> Award:
        """Awarded, accepted, and the contract confirmed by both sides."""
        award = self.award(challenge, at)
        winner = self.account(award.organization_id)
        signed = at + NOTICE_OVER + timedelta(days=5)
        with clock.standing_at(signed):
            services.take_step(award, AWARD.by_name["accept"], winner, "", None)
            made = carrying.write_contract(
                award, _terms(clock.today()), [_paper("合同（演示）.txt")], self.actors["soe"]
            )
            carrying.take_contract_step(made, CONTRACT.by_name["sign"], winner, "", None)
        return award

    def work(self, milestone: Milestone, at: datetime) -> None:
        """Submitted in time and accepted a few days later."""
        with clock.standing_at(at):
            carrying.submit(milestone, said.REPORT, [_paper("测试记录（演示）.txt")], self.winner(milestone.award))
        with clock.standing_at(at + timedelta(days=4)):
            carrying.judge(milestone, "met", "", self.actors["soe"])

    def winner(self, award: Award) -> Actor:
        """Who acts for the awarded organization."""
        return self.account(award.organization_id)

    def pay(self, award: Award, plan: int, at: datetime, *, received: bool = True) -> None:
        """One payment of the plan, and its receipt."""
        assert award.contract is not None
        share = Decimal(award.challenge.content["payments"][plan - 1]["share"])
        with clock.standing_at(at):
            given = {"plan": plan, "amount": award.contract.amount * share / 100, "paid_on": clock.today(), "note": ""}
            paid = carrying.record_payment(award, given, [], self.actors["soe"])
            if received:
                carrying.take_payment_step(paid, PAYMENT.by_name["confirm"], self.winner(award), "", None)

    def run(self, award: Award) -> None:
        """Under way: the first milestone accepted and paid, the second with a later day, the third missed."""
        first, second, third = award.milestones
        self.pay(award, 1, _noon(award.contract.owner_signed_on if award.contract else clock.today(), 10))
        self.work(first, _noon(first.until, -2))
        self.pay(award, 2, _noon(first.until, 12), received=False)
        with clock.standing_at(_noon(second.until, -8)):
            carrying.submit(second, said.REPORT, [_paper("运行日志（演示）.txt")], self.winner(award))
            carrying.judge(second, "return", said.RETURNED, self.actors["soe"])
            carrying.ask_extension(second, second.until + timedelta(days=90), said.LATER, self.winner(award))
        with clock.standing_at(_noon(second.until, -6)):
            self.approve(second)
        carrying.miss_due()
        carrying.ask_extension(third, clock.today() + timedelta(days=45), said.LATER, self.winner(award))

    def approve(self, milestone: Milestone) -> None:
        """The official gives the later day that was asked for."""
        step = EXTENSION.by_name["approve"]
        carrying.take_extension_step(extensions_of(milestone)[0], step, self.actors["province"], "", None)

    def finish(self, award: Award) -> date:
        """Every milestone done, everything paid; the day on which the last one was due."""
        for place, milestone in enumerate(award.milestones, 1):
            self.work(milestone, _noon(milestone.until, -3))
            self.pay(award, place, _noon(milestone.until, 10))
        return award.milestones[-1].until

    def apply(self, award: Award, at: datetime, *, met: bool = True) -> Acceptance:
        """Applied for with every indicator as it was asked for, or the last one below."""
        rows = award.challenge.content["indicators"]
        measured = {row["name"]: (row["threshold"], True) for row in rows}
        if not met:
            measured[rows[-1]["name"]] = said.BELOW, False
        with clock.standing_at(at):
            files = [_paper("验收报告（演示）.txt")]
            return concluding.apply(award, measured, said.STATEMENT, files, self.winner(award))

    def endorse(self, asked: Acceptance, result: str, at: datetime) -> None:
        """The owner's opinion."""
        with clock.standing_at(at):
            words = said.OPINION if result == "pass" else said.PARTLY
            concluding.endorse(asked, result, words, self.actors["soe"])

    def accept(self, award: Award) -> None:
        """Returned once, then judged by experts and accepted."""
        ended = self.finish(award)
        with clock.standing_at(_noon(ended, 14)):
            step = ACCEPTANCE.by_name["return"]
            first = self.apply(award, _noon(ended, 12))
            concluding.take_acceptance_step(first, step, self.actors["soe"], said.RETURNED, None)
        asked = self.apply(award, _noon(ended, 15))
        self.endorse(asked, "pass", _noon(ended, 20))
        for place, opinion in enumerate(self.seat(asked, _noon(ended, 21), "expert12")):
            self.say(opinion, _noon(ended, 23), "partly" if place == 1 else "pass")
        with clock.standing_at(_noon(ended, 25)):
            concluding.decide(asked, "pass", said.OPINION, "", [], self.actors["province"])

    def accept_partly(self, award: Award) -> None:
        """Accepted in part by the official alone."""
        ended = self.finish(award)
        asked = self.apply(award, _noon(ended, 15), met=False)
        self.endorse(asked, "partly", _noon(ended, 20))
        with clock.standing_at(_noon(ended, 25)):
            concluding.decide(asked, "pass_partly", said.PARTLY, said.ALONE, [], self.actors["province"])

    def judge(self, award: Award) -> None:
        """Before its panel: everybody has a seat, and one has spoken."""
        ended = self.finish(award)
        asked = self.apply(award, _noon(ended, 11))
        self.endorse(asked, "pass", _noon(ended, 13))
        opinions = self.seat(asked, clock.now() - timedelta(days=3), "expert1")
        self.say(opinions[-1], clock.now() - timedelta(days=1), "pass")

    def seat(self, asked: Acceptance, at: datetime, first: str) -> Sequence[Opinion]:
        """Experts drawn for an acceptance, all of whom accept; what each is to say, in the order of the draw."""
        seed = self.seed_of(lambda order: order[0] == self.number_of(first))
        with clock.standing_at(at):
            panel = panels.convene(self.actors["province"], asked, FIELDS, SEATS, RESERVES, seed=seed)
            for one in [each for each in panel.assignments if each.state == "proposed"]:
                panels.accept(one, actor_of(one.expert.user))
        select = sa.select(Opinion).join(Assignment).where(Opinion.acceptance_id == asked.id)
        return db.session.scalars(select.order_by(Assignment.place)).all()

    def say(self, opinion: Opinion, at: datetime, vote: str) -> None:
        """One expert's opinion."""
        actor = actor_of(opinion.assignment.expert.user)
        found = {str(place): {"met": "yes", "note": said.FOUND} for place in range(len(opinion.acceptance.indicators))}
        with clock.standing_at(at):
            accepting.save(opinion, found, vote, said.JUDGED if vote == "pass" else said.DOUBTED, actor)
            accepting.hand_in(opinion, actor)

    def stop(self, challenge: Challenge) -> None:
        """Awarded in error and corrected by a second official; the next one tried, and was ended with an exemption."""
        at = self.ranked_at(challenge)
        wrong = self.award(challenge, at)
        with clock.standing_at(at + NOTICE_OVER + timedelta(days=1)):
            services.take_step(wrong, AWARD.by_name["undo"], self.actors["province2"], said.CORRECTED, None)
        award = self.contract(challenge, at + NOTICE_OVER + timedelta(days=2))
        self.pay(award, 1, _noon(award.milestones[0].until, -40))
        with clock.standing_at(_noon(award.milestones[0].until, 2)):
            carrying.miss(award.milestones[0])
        with clock.standing_at(_noon(award.milestones[0].until, 30)):
            ended = concluding.terminate(award, "A", said.SETTLED, said.STOPPED, [], self.actors["province"])
        with clock.standing_at(_noon(award.milestones[0].until, 40)):
            step = EXEMPTION.by_name["grant"]
            concluding.take_exemption_step(ended, step, self.actors["province2"], said.EXEMPT, None)


def _noon(day: date, days: int) -> datetime:
    """Noon in Beijing so many days after a day."""
    return clock.end_of_day(day + timedelta(days=days - 1)) + timedelta(hours=12)


def _paper(name: str) -> Prepared:
    return prepare_document(BytesIO(f"{name}\n".encode()), name)


def _terms(signed: date) -> carrying.Terms:
    rows = tuple(
        carrying.Planned(name, name_en, signed + timedelta(days=days), payment)
        for name, name_en, days, payment in said.MILESTONES
    )
    return carrying.Terms(
        paper_number=f"演示-{signed:%Y%m}", amount=Decimal(280), owner_signed_on=signed, winner_signed_on=signed,
        ends_on=signed + timedelta(days=180), milestones=rows,
    )  # fmt: skip
