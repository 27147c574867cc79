"""One challenge through its whole life, stage by stage, with a mark in everything that somebody must not see."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask

from marketplace.accounts.models import User
from marketplace.awards import accepting, carrying, concluding, services
from marketplace.awards import queries as queries_of_awards
from marketplace.awards.lifecycle import AWARD, CONTRACT
from marketplace.awards.models import Award
from marketplace.awards.queries import live_of
from marketplace.bids import consortium, correcting, drafting, unsealing
from marketplace.bids import queries as bid_queries
from marketplace.bids import services as bidding
from marketplace.bids.files import sealed_file
from marketplace.bids.models import Bid
from marketplace.bids.policy import SEEN_BY_OFFICE
from marketplace.challenges import addenda, questions
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.notices import services as notices
from marketplace.notices.models import Objection
from marketplace.organizations.models import Organization
from marketplace.panels import services as panels
from marketplace.panels.models import Assignment
from marketplace.panels.queries import panel_of
from marketplace.scoring import consensus, queries
from marketplace.scoring import services as scoring
from tests.awards.conftest import Standing
from tests.factories import accounts, awards, bids, challenges, experts

# What each mark stands in. None is part of another, and none stands on a page by itself.
MARKS = {
    "terms": "榜题磁浮穿梭", "question": "问句可否夜间驻场", "answer": "答句夜间可以驻场", "asker": "只提问者动力",
    "addendum": "更正工期顺延", "lead": "领衔揭榜科技", "partner": "联合参与机械", "rival": "竞争揭榜装备",
    "approach": "方案正文双臂轨道", "person": "负责人欧阳不为", "price": "277.13", "file name": "申报书密件",
    "paper": "申报密件之内容", "rival's approach": "对手正文气垫滑移", "withdrawn bid": "撤回正文电磁爬壁",
    "correction": "补正缺少盖章页", "own mark": "51.31", "own comment": "评语论证充分依据扎实",
    "another's mark": "52.33", "another's comment": "评语样机尚待第三方检验", "points": "52.34", "total": "87.34",
    "changed mark": "33.77", "reason of it": "合议认为报价依据不足",
    "objector": "异议人司徒求是", "phone": "13900139007", "facts": "异议事实业绩不符", "reply": "答复经查业绩属实",
    "contract": "281.77", "contract file": "合同密件之内容", "milestone": "里程碑报告样机到场", "payment": "84.53",
    "opinion": "验收意见同意通过", "finding": "专家复测三次属实", "votes": "3 位专家：同意通过验收",
    "count": "开启 2 件", "ending": "结束理由名单列错一家", "settlement": "清算余款退回财政",
}  # fmt: skip
NUMBERS = {"lead": "number", "rival": "rival's number", "asker": "withdrawn number"}
OPENERS = ("official", "opener", "third")
# In the order of their places on the panel, once it is drawn; the next three judge the acceptance, one is left out.
EXPERTS = ("judge", "member", "last", "examiner", "fellow", "assessor", "idle")
SAID = "理由写得足够长，超过十个字。"


def a_file(name: str, words: str) -> Prepared:
    return prepare_document(io.BytesIO(words.encode()), name)


@dataclass
class Fair:
    """The people of the challenge, by role, and the stages they take it through."""

    app: Flask
    travel: Standing
    # Keys: what a request or the worker wrote is read anew.
    people: dict[str, int] = field(default_factory=dict)
    houses: dict[str, int] = field(default_factory=dict)
    bids: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    bidders = ("lead", "partner", "rival", "asker")
    jumped: bool = True
    least: int = 1  # bids that the challenge asks for

    def __post_init__(self) -> None:
        names = {
            "lead": MARKS["lead"], "partner": MARKS["partner"], "rival": MARKS["rival"], "asker": MARKS["asker"],
            "stranger": "旁观无关实业", "owner": "发榜需求集团",
        }  # fmt: skip
        for role, name in names.items():
            person = self._comes(role, accounts.person(name=f"成员{role}"))
            self.houses[role] = accounts.organization(owner=person, name=name, name_en=f"House {role}").id
        accounts.join(self.house("owner"), self._comes("editor", accounts.person(name="成员编辑")))
        for role in OPENERS:
            self._comes(role, challenges.challenge_official())
        self._comes("elsewhere", challenges.challenge_official(accounts.WUHU))
        self._comes("reviewer", accounts.official(accounts.PROVINCE, ("review", "verify")))
        for kind in ("system", "security", "audit"):
            self._comes(kind, accounts.person(administrator=kind, name=f"管理员{kind}"))
        for role, name in zip(EXPERTS, "甲乙丙丁戊己庚", strict=True):
            expert = self._comes(role, accounts.person(name=f"评审人{name}"))
            accounts.guard(expert)
            experts.expert(user=expert, name=f"评审人{name}", domains=["special"],
                           employers=[experts.row(f"某大学{name}", position="教授")])  # fmt: skip

    def _comes(self, role: str, user: User) -> User:
        self.people[role] = user.id
        return user

    # ---- who acts, and on what ----

    def user(self, role: str) -> User:
        return db.session.get_one(User, self.people[role])

    def actor(self, role: str) -> Actor:
        return accounts.actor(self.user(role))

    def role_of(self, email: str) -> str:
        """The role of who has this address; "" for the officials who found the organizations in order."""
        return next((role for role in self.people if self.user(role).email == email), "")

    def house(self, role: str) -> Organization:
        return db.session.get_one(Organization, self.houses[role])

    def bid(self, role: str) -> Bid:
        return db.session.get_one(Bid, self.bids[role])

    @property
    def challenge(self) -> Challenge:
        return db.session.get_one(Challenge, self._key)

    @property
    def award(self) -> Award:
        return live_of(self.challenge)[0]

    @property
    def seats(self) -> list[Assignment]:
        return seats_of(self.challenge)

    def papers(self) -> list[str]:
        """The digests of the files of opened bids, by which their addresses name them."""
        opened = [bid for bid in map(self.bid, self.bids) if bid.state in SEEN_BY_OFFICE]
        return [entry["sha256"] for bid in opened for entry in unsealing.content_of(bid)[0]["files"]]

    def go(self, moment: Any) -> None:
        """Time jumps, and everybody has to sign in anew."""
        self.travel.move_to(moment)
        self.jumped = True

    def stages(self, last: str = "") -> Iterator[str]:
        """Each stage that is looked at, once it is reached; through the last one."""
        for name, *steps in (
            ("draft", self.draft), ("review", self.submit), ("public", self.approve, self.publish, self.ask),
            ("amend", self.answer, self.amend, self.name_openers), ("sealed", self.write, self.seal),
            ("closed", self.close),
            ("opened", self.open, self.correct), ("score", self.seat, self.score), ("agree", self.score_last),
            ("rank", self.rank), ("notice", self.announce, self.object),
            ("work", self.dismiss, self.confirm, self.contract, self.work), ("exam", self.apply, self.examine),
            ("end", self.accept),
        ):  # fmt: skip
            self.jumped = name == "draft"
            for step in steps:
                step()
                db.session.rollback()
            yield name
            if name == last:
                return

    def marks(self) -> dict[str, str]:
        """Thing → the words by which it is known, as far as there is such a thing."""
        numbers = {thing: self.bid(role).number for role, thing in NUMBERS.items() if role in self.bids}
        return {**MARKS, **numbers, "judge": self.user("judge").name}

    # ---- posting ----

    def draft(self) -> None:
        columns = {"title": MARKS["terms"], "min_bids": self.least, "publish_at": clock.now() + timedelta(days=1)}
        self._key = challenges.challenge("draft", self.house("owner"), columns=columns).id

    def submit(self) -> None:
        challenges.take(self.challenge, "submit")

    def approve(self) -> None:
        challenges.take(self.challenge, "approve", self.actor("official"))

    def publish(self) -> None:
        self.go(clock.now() + timedelta(days=1, minutes=1))
        challenges.take(self.challenge, "publish")

    def ask(self) -> None:
        with transaction():
            question = questions.ask(self.challenge, self.house("asker"), self.actor("asker"), MARKS["question"])
        self.question = question.id

    def answer(self) -> None:
        said = Text("可以夜间进场吗？", "At night?"), Text(MARKS["answer"], "Yes.")
        with transaction():
            questions.answer(self.challenge, [self.question], self.actor("owner"), *said)

    def amend(self) -> None:
        later = {key: getattr(self.challenge, key) + timedelta(days=10) for key in addenda.timetable.ORDER}
        change = addenda.Change(True, MARKS["addendum"], "", {"months": "20"}, later)
        with transaction():
            made = addenda.propose(self.challenge, change, self.actor("owner"))
        with transaction():
            addenda.issue(made, self.actor("official"), None)

    # ---- bids ----

    def name_openers(self) -> None:
        self.codes = [code for _user, code in bids.openers(self.challenge, [self.user(each) for each in OPENERS])]

    def write(self) -> None:
        written: dict[str, dict[str, Any]] = {
            "lead": {"approach": MARKS["approach"], "leader": MARKS["person"], "price": MARKS["price"]},
            "rival": {"approach": MARKS["rival's approach"], "price": "290.00"},
            "asker": {"approach": MARKS["withdrawn bid"], "price": "291.00"},
        }
        for role, changes in written.items():
            with transaction():
                bid = drafting.start(self.challenge, self.house(role), self.actor(role))
                drafting.save(bid, bids.written(**changes), self.actor(role), None)
            self.bids[role] = bid.id
            self._attach(role, "proposal", "integrity")
        with transaction():
            consortium.ask_partner(self.bid("lead"), self.house("partner"), self.actor("lead"))
        with transaction():
            asked = bid_queries.asked_of(self.actor("partner"))[0]
            consortium.answer(asked, True, self.actor("partner"))
        self._attach("lead", "agreement")

    def _attach(self, role: str, *kinds: str) -> None:
        for kind in kinds:
            words = MARKS["paper"] if role == "lead" else f"{role} {kind}"
            name = f"{MARKS['file name'] if role == 'lead' else role}-{kind}.txt"
            entry = sealed_file(io.BytesIO(words.encode()), name, kind)
            with transaction():
                drafting.attach(self.bid(role), entry, self.actor(role), None)

    def seal(self) -> None:
        for role in self.bids:
            bids.seal(self.bid(role))
        with transaction():
            bidding.take_step(self.bid("asker"), "withdraw", self.actor("asker"), None)

    def close(self) -> None:
        self.go(_known(self.challenge.opening_at) + timedelta(minutes=1))
        challenges.take(self.challenge, "close")
        bids.come(self.challenge, (self.user("official"), self.codes[0]))

    def open(self) -> None:
        assert bids.come(self.challenge, (self.user("opener"), self.codes[1]))

    def correct(self) -> None:
        with transaction():
            asked = correcting.ask(self.bid("lead"), ["rights"], 2, MARKS["correction"], self.actor("official"))
        paper = sealed_file(io.BytesIO("盖章页".encode()), "盖章页.txt", "rights")
        with transaction():
            correcting.give(asked, [paper], self.actor("lead"))

    # ---- the panel ----

    def seat(self) -> None:
        for role in ("lead", "rival"):
            with transaction():
                unsealing.decide(self.bid(role), "qualify", self.actor("official"), "", "", None)
        with transaction():
            panels.convene(self.actor("official"), self.challenge, ["domain.special"], 3, 0)
        there = [each.expert.user_id for each in self.seats]
        others = {self.people[each] for each in EXPERTS} - set(there)
        self.people |= dict(zip(EXPERTS, [*there, *others], strict=True))
        for one in self.seats:
            with transaction():
                panels.accept(one, accounts.actor(one.expert.user))

    def score(self) -> None:
        with transaction():
            scoring.start_scoring(self.challenge, self.actor("official"))
        self._score(0, MARKS["own mark"], MARKS["own comment"])
        self._score(1, MARKS["another's mark"], MARKS["another's comment"])

    def score_last(self) -> None:
        self._score(2, "53.38", SAID)
        code = next(each.code for each in queries.codes_of(self.challenge) if each.bid_id == self.bids["rival"])
        change = code, "price", MARKS["changed mark"], MARKS["reason of it"]
        with transaction():
            consensus.change(self.challenge, *change, self.actor("judge"))

    def _score(self, seat: int, mark: str, comment: str) -> None:
        one = self.seats[seat]
        actor = accounts.actor(one.expert.user)
        for role, given, words in (("lead", mark, comment), ("rival", "40", SAID)):
            marks = {"feasibility": {"mark": given, "note": words}, "price": {"mark": "35", "note": SAID}}
            with transaction():
                sheet = scoring.sheet_for(self.bid(role), one)
                scoring.save(sheet, marks, actor, None)
                scoring.lock_sheet(sheet, actor)

    def rank(self) -> None:
        with transaction():
            assert consensus.sign(self.challenge, self.actor("judge")) is not None

    # ---- the award ----

    def announce(self) -> None:
        with transaction():
            services.announce(self.challenge, self.actor("official"), 3)

    def object(self) -> None:
        said = {"name": MARKS["objector"], "phone": MARKS["phone"], "subject": "名次", "facts": MARKS["facts"]}
        with transaction():
            notices.object_to(self.award.notice, self.actor("rival"), said, (), self.house("rival"))

    def dismiss(self) -> None:
        reply = {"gist": "业绩", "reply": MARKS["reply"]}
        objection = db.session.scalars(sa.select(Objection).where(Objection.notice_id == self.award.notice_id)).one()
        with transaction():
            notices.decide(objection, "dismiss", self.actor("opener"), reply)

    def confirm(self) -> None:
        self.go(clock.end_of_day(self.award.notice.last_day) + timedelta(hours=9))
        with transaction():
            notices.close_due()
        with transaction():
            services.confirm(self.challenge, self.actor("official"))

    def contract(self) -> None:
        with transaction():
            services.take_step(self.award, AWARD.by_name["accept"], self.actor("lead"), "", None)
        with transaction():
            papers = [a_file("合同.txt", MARKS["contract file"])]
            made = carrying.write_contract(self.award, awards.terms(MARKS["contract"]), papers, self.actor("owner"))
        with transaction():
            carrying.take_contract_step(made, CONTRACT.by_name["sign"], self.actor("lead"), "", None)

    def work(self) -> None:
        with transaction():
            carrying.submit(self.award.milestones[0], MARKS["milestone"], [awards.evidence()], self.actor("lead"))
        paid = {"plan": 1, "amount": Decimal(MARKS["payment"]), "paid_on": clock.today(), "note": ""}
        with transaction():
            carrying.record_payment(self.award, paid, [], self.actor("owner"))

    def apply(self) -> None:
        owner, lead, award = self.actor("owner"), self.actor("lead"), self.award
        with transaction():
            carrying.judge(award.milestones[0], "met", "", owner)
        with transaction():
            carrying.submit(award.milestones[1], "连续运行", [awards.evidence()], lead)
        with transaction():
            carrying.judge(award.milestones[1], "met", "", owner)
        measured = {row["name"]: ("31", True) for row in self.challenge.content["indicators"]}
        with transaction():
            self._asked = concluding.apply(award, measured, "指标达到", [], lead).id
        with transaction():
            concluding.endorse(accepting.load(self._asked), "pass", MARKS["opinion"], owner)

    def examine(self) -> None:
        """Experts who did not score are drawn; the first two have spoken."""
        asked = accepting.load(self._asked)
        with transaction():
            panels.convene(self.actor("official"), asked, ["domain.special"], 3, 0)
        seats = [one for one in seats_of(asked) if one.state == "proposed"]
        there = [one.expert.user_id for one in seats]
        (idle,) = {self.people[each] for each in EXPERTS[3:]} - set(there)
        self.people |= dict(zip(EXPERTS[3:], [*there, idle], strict=True))
        self.go(clock.now() + timedelta(days=1))  # all sign in anew, in their new parts
        for one in seats:
            with transaction():
                panels.accept(one, accounts.actor(one.expert.user))
        for role in ("examiner", "fellow"):
            self._say(role, MARKS["finding"] if role == "examiner" else SAID)

    def _say(self, role: str, words: str) -> None:
        actor = self.actor(role)
        with transaction():
            own = queries_of_awards.opinion_of(str(self._asked), actor)
            found = {str(place): {"met": "yes", "note": ""} for place, _row in enumerate(own.acceptance.indicators)}
            accepting.save(own, found, "pass", words, actor)
            assert accepting.hand_in(own, actor)

    def accept(self) -> None:
        self._say("assessor", SAID)
        with transaction():
            concluding.decide(accepting.load(self._asked), "pass", "同意", "", [], self.actor("official"))


def seats_of(subject: Any) -> list[Assignment]:
    """The panel of something, in the order of the draw."""
    panel = panel_of(subject)
    return list(panel.assignments) if panel is not None else []


def _known(moment: Any) -> Any:
    assert moment is not None
    return moment


def codes_of(challenge: Challenge) -> list[str]:
    """The letters under which experts know the bids, once they have them."""
    return [each.code for each in queries.codes_of(challenge)]
