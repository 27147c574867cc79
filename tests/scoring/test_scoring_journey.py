"""From the opened bids to the signed ranking through HTTP, with a conflict that appears in the middle."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from marketplace.challenges.models import Challenge
from marketplace.foundation import ledger
from marketplace.panels.models import Assignment
from marketplace.scoring import queries
from marketplace.scoring.ranking import shown
from tests.factories import bids, challenges
from tests.scoring.conftest import World
from tests.scoring.judging import NOTE, accept, conflict, of, panel, score, sheet, state


@dataclass
class Judging:
    """One challenge with the desks of those who judge it, handed from one part of the journey to the next."""

    world: World
    challenge: Challenge
    drawer: FlaskClient
    seats: list[Assignment] = field(default_factory=list)
    desks: dict[int, FlaskClient] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return self.challenge.number

    @property
    def panel(self) -> str:
        return f"/panel/challenge/{self.number}"

    @property
    def here(self) -> str:
        return f"/scoring/{self.number}"

    @property
    def bidder(self) -> str:
        """The organization that the experts turn out to be tied to."""
        return self.world.bids(self.challenge)[0].organization.name

    @property
    def state(self) -> str:
        return challenges.fresh(self.challenge).state

    def seat(self, one: Assignment) -> FlaskClient:
        """He accepts and is one of them."""
        self.seats = [each for each in self.seats if state(each) in ("accepted", "scored")] + [one]
        self.desks[one.id] = accept(self.world, one)
        return self.desks[one.id]

    def chair(self) -> FlaskClient:
        return self.desks[min(self.seats, key=lambda each: each.place).id]

    def member(self) -> FlaskClient:
        return self.desks[max(self.seats, key=lambda each: each.place).id]


def test_from_the_draw_to_the_signed_ranking(world: World) -> None:
    judging = Judging(world, world.opened(), world.desk(world.officials[0]))
    draw(judging)
    answer(judging)
    began = judging.drawer.submit(f"{judging.here}/begin", {"version": challenges.fresh(judging.challenge).version})
    assert began.status_code == 302
    read_blind(judging)
    fill_in(judging)
    late_conflict(judging)
    agree(judging)
    hold_the_report(judging)
    conflict_after_the_ranking(judging)


def draw(judging: Judging) -> None:
    drawer, here = judging.drawer, judging.panel
    assert "抽取评审组" in drawer.get("/workspace/").text
    assert "现在还不能开始评审" in drawer.get(judging.here).text
    assert drawer.submit(f"{here}/draw", {"seats": "4", "reserves": "1"}).status_code == 422, "an odd number"
    asked = {"fields": ["domain.special"], "seats": "3", "reserves": "2"}
    assert drawer.submit(f"{here}/draw", asked).status_code == 302
    assert drawer.submit(f"{here}/draw", asked).status_code == 409, "one panel at a time"
    assert "复算一致" in judging.world.desk(judging.world.officials[1]).get(here).text
    made = panel(judging.challenge).draws[0]
    record = drawer.get(f"/panel/draws/{made.id}.json").get_data()
    assert hashlib.sha256(record).hexdigest() == made.digest


def answer(judging: Judging) -> None:
    """One recuses himself, a reserve is asked; the others accept."""
    first, other, _third = of(judging.challenge, "proposed")
    leaving = judging.world.desk(first.expert.user)
    page = f"/panel/assignments/{first.id}"
    assert leaving.submit(f"{page}/recuse", {"reason": ""}).status_code == 422
    assert leaving.submit(f"{page}/recuse", {"reason": "曾任其顾问"}).status_code == 302
    assert state(first) == "recused"
    for one in of(judging.challenge, "proposed"):
        judging.seat(one)
    assert len(judging.seats) == 3
    assert judging.desks[other.id].get(page).status_code == 404, "another's assignment"


def read_blind(judging: Judging) -> None:
    """Nobody knows the bids by anything but their codes, and opening one is an act that history keeps."""
    assert [each.code for each in queries.codes_of(judging.challenge)] == ["A", "B"]
    desk, at = judging.desks[judging.seats[0].id], f"{judging.here}/bids/A"
    assert bids.PHRASE not in desk.get(at).text
    assert desk.submit(f"{at}/open").status_code == 302
    page = desk.get(at).text
    for bid in judging.world.bids(judging.challenge):
        assert bid.number not in page
        assert bid.organization.name not in page
    assert f"{bids.PHRASE}：approach" in page, "what is proposed is read"
    assert f"{bids.PHRASE}：leader" not in page
    file = desk.submit(f"{at}/files/1")
    assert bids.PHRASE not in file.headers["Content-Disposition"]
    assert file.get_data(as_text=True) == f"{bids.PHRASE} proposal"
    assert desk.submit(f"{at}/files/2").status_code == 404, "papers that name the bidder"
    read = [each.action for each in ledger.history(queries.bid_called(judging.challenge, "A").bid)]
    assert {"read", "read_file"} <= set(read)


def fill_in(judging: Judging) -> None:
    """Sheets: saved while somebody writes, refused where wrong, locked when complete."""
    one, two, _three = judging.seats
    desk, at = judging.desks[one.id], f"{judging.here}/bids/A"
    saved = desk.submit(at, sheet({"feasibility": "50.5", "price": ""}, go="auto"))
    assert set(saved.json) == {"version"}
    wrong = desk.submit(at, sheet({"feasibility": "60.01", "price": "viel"}))
    assert wrong.status_code == 422
    assert wrong.text.count("最多两位小数") >= 2
    assert "viel" in wrong.text, "nothing typed is lost"
    assert desk.submit(at, sheet({"feasibility": "50.5", "price": "30"}, note="短")).status_code == 422
    assert desk.submit(at, {**sheet({"feasibility": "1"}), "version": "1"}).status_code == 409
    score(desk, judging.number, "A", "50.5", "30")
    assert "50.5" in desk.get(at).text
    assert desk.submit(at, sheet({"feasibility": "1", "price": "1"})).status_code == 409, "locked"
    score(desk, judging.number, "B", "40", "40")
    assert state(one) == "scored"
    score(judging.desks[two.id], judging.number, "A", "50", "30")


def late_conflict(judging: Judging) -> None:
    """His scores are void, the next reserve is asked, and he reads nothing any more."""
    two = judging.seats[1]
    conflict(two, judging.bidder)
    assert state(two) == "void"
    own = judging.desks[two.id]
    assert own.get(f"{judging.here}/bids/A").status_code == 404
    assert {each.state for each in queries.sheets_of(judging.challenge) if each.assignment_id == two.id} == {"void"}
    assert judging.bidder in judging.drawer.get(judging.panel).text
    assert judging.bidder not in own.get(f"/panel/assignments/{two.id}").text, "which bid he never learns"
    judging.seat(of(judging.challenge, "proposed")[0])
    three, four = (judging.desks[each.id] for each in judging.seats[1:])
    for desk, marks in ((three, ("50", "30.01")), (four, ("50", "30"))):
        assert judging.state == "scoring"
        assert desk.get(f"{judging.here}/consensus").status_code == 404, "nobody sees the others' scores"
        score(desk, judging.number, "A", *marks)
        score(desk, judging.number, "B", "40", "40")
    assert judging.state == "consensus"


def agree(judging: Judging) -> None:
    """Consensus: all scores beside each other; the chair changes a mark, with a reason, and signs."""
    there, chair, member = f"{judging.here}/consensus", judging.chair(), judging.member()
    assert NOTE in member.get(there).text
    assert judging.drawer.get(there).status_code == 404, "officials see scores from the ranking on"
    change = {"bid": "B", "criterion": "price", "mark": "35.5", "reason": "报价依据不足"}
    assert member.submit(f"{there}/change", change).status_code == 404
    assert chair.submit(f"{there}/change", {**change, "mark": "41"}).status_code == 422
    assert chair.submit(f"{there}/change", {**change, "reason": ""}).status_code == 422
    assert chair.submit(f"{there}/change", change).status_code == 302
    assert "报价依据不足" in member.get(there).text
    assert member.submit(f"{there}/sign").status_code == 404
    assert chair.submit(f"{there}/sign").status_code == 302
    assert judging.state == "ranked"


def hold_the_report(judging: Judging) -> None:
    """The ranking is exact, its report hashed, and it names no expert."""
    placed = queries.ranking(judging.challenge)
    assert [(each.code, str(each.total), each.rank) for each in placed] == [("A", "8017/100", 1), ("B", "151/2", 2)]
    assert shown(placed[0].total) == "80.17"
    made = queries.valid_ranking(judging.challenge)
    assert made is not None
    report = judging.drawer.get(f"{judging.here}/ranking/1.json").get_data()
    assert hashlib.sha256(report).hexdigest() == made.digest
    told = json.loads(report)
    assert len(told["sheets"]) == 6
    assert told["changes"] == [{"bid": "B", "criterion": "price", "mark": "35.5", "reason": "报价依据不足"}]
    assert not re.search(r"专家\d", report.decode()), "experts go by their places"
    assert "80.17" in judging.drawer.get(f"{judging.here}/ranking").text
    assert NOTE in judging.drawer.get(f"{judging.here}/consensus").text
    assert judging.chair().get(f"{judging.here}/ranking/1.json").status_code == 404, "it tells who bids"


def conflict_after_the_ranking(judging: Judging) -> None:
    """It undoes the ranking; no reserve is left, so more are drawn, and the panel signs another."""
    conflict(judging.seats[1], judging.bidder)
    assert judging.state == "scoring"
    assert queries.ranking(judging.challenge) == []
    assert judging.drawer.get(f"{judging.here}/ranking").status_code == 404
    assert "补抽专家" in judging.drawer.get("/workspace/").text
    assert judging.drawer.submit(f"{judging.panel}/more", {"reserves": "1"}).status_code == 302
    five = judging.seat(of(judging.challenge, "proposed")[0])
    score(five, judging.number, "A", "10", "30")
    score(five, judging.number, "B", "40", "40")
    assert judging.chair().submit(f"{judging.here}/consensus/sign").status_code == 302
    assert [each.number for each in queries.rankings_of(judging.challenge)] == [2, 1]
    assert [each.code for each in queries.ranking(judging.challenge)] == ["B", "A"], "earlier changes are dropped"
