"""The third part: the panel and its conflicts, blind sheets, consensus, the signed ranking, and one more of each."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from marketplace.accounts.models import User
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment
from marketplace.panels.queries import panel_of
from marketplace.scoring import queries
from marketplace.scoring.ranking import shown
from tests.awards.journey import Journey
from tests.factories.bids import PHRASE

NOTE = "理由写得足够长，超过十个字。"
# What each place on the panel gives the bids of the first, the next and the third: feasibility.
POINTS = ("55.5", "50", "45")


def of(journey: Journey, *states: str) -> list[Assignment]:
    """Of the panel of the challenge."""
    return journey.seats(journey.challenge, *states)


def judges(journey: Journey) -> list[Assignment]:
    """Who judges now, the chair first."""
    return of(journey, "accepted", "scored")


def state(one: Assignment) -> str:
    db.session.refresh(one)
    return one.state


def sheet(first: str, second: str, note: str = NOTE, go: str = "lock") -> dict[str, str]:
    """A sheet as its form sends it."""
    return {"mark_c1": first, "mark_c2": second, "note_c1": note, "note_c2": note, "go": go}


def code(journey: Journey, who: User) -> str:
    """The letter under which experts know somebody's bid."""
    return next(each.code for each in queries.codes_of(journey.challenge) if each.bid_id == journey.bid(who).id)


def accepts(journey: Journey, one: Assignment) -> None:
    """He promises, and takes his seat."""
    user, page = one.expert.user, f"/panel/assignments/{one.id}"
    assert page in journey.get(user, "/workspace/").text
    assert journey.get(user, page).status_code == 200
    journey.post(user, f"{page}/accept", 422)
    journey.post(user, f"{page}/accept", promise="y", version=one.version)


def score(journey: Journey, one: Assignment, who: User, first: str, second: str = "35") -> None:
    """One sheet, opened and locked."""
    page = f"/scoring/{journey.number}/bids/{code(journey, who)}"
    journey.post(one.expert.user, f"{page}/open")
    journey.post(one.expert.user, page, **sheet(first, second))


def drawn(journey: Journey) -> None:
    """By lot, and drawn once more by whoever reads the page; one recuses himself, a reserve is asked."""
    page, official = f"/panel/challenge/{journey.number}", journey.official
    assert "抽取评审组" in journey.get(official, "/workspace/").text
    assert "现在还不能开始评审" in journey.get(official, f"/scoring/{journey.number}").text
    asked = {"fields": ["domain.special"], "seats": "3", "reserves": "2"}
    journey.post(official, f"{page}/draw", 422, **{**asked, "seats": "4"})
    journey.post(official, f"{page}/draw", **asked)
    journey.post(official, f"{page}/draw", 409, **asked)
    assert "复算一致" in journey.get(journey.second, page).text
    made: Any = panel_of(journey.challenge)
    record = journey.get(official, f"/panel/draws/{made.draws[0].id}.json").get_data()
    assert hashlib.sha256(record).hexdigest() == made.draws[0].digest
    leaving, other, _last = of(journey, "proposed")
    own = f"/panel/assignments/{leaving.id}"
    journey.post(leaving.expert.user, f"{own}/recuse", 422, reason="")
    journey.post(leaving.expert.user, f"{own}/recuse", reason="曾任其顾问")
    assert state(leaving) == "recused"
    for one in of(journey, "proposed"):
        accepts(journey, one)
    assert len(judges(journey)) == 3
    assert journey.get(judges(journey)[1].expert.user, f"/panel/assignments/{other.id}").status_code == 404
    version = journey.challenge.version
    journey.post(official, f"/scoring/{journey.number}/begin", version=version)


def read_blind(journey: Journey) -> None:
    """Nobody knows the bids by anything but their codes, and opening one is an act that history keeps."""
    assert [each.code for each in queries.codes_of(journey.challenge)] == ["A", "B", "C"]
    expert, page = judges(journey)[0].expert.user, f"/scoring/{journey.number}/bids/A"
    assert PHRASE not in journey.get(expert, page).text
    journey.post(expert, f"{page}/open")
    text = journey.get(expert, page).text
    for who in (journey.first, journey.next, journey.third, journey.partner):
        assert journey.house(who).name not in text
        assert journey.bids.get(who.id, "none") not in text
    assert f"{PHRASE}：approach" in text, "what is proposed is read"
    assert f"{PHRASE}：leader" not in text
    file = journey.post(expert, f"{page}/files/1", 200)
    assert "proposal" not in file.headers["Content-Disposition"]
    assert file.get_data(as_text=True) == f"{PHRASE} proposal"
    journey.post(expert, f"{page}/files/2", 404)
    history = [each.action for each in ledger.history(queries.bid_called(journey.challenge, "A").bid)]
    assert {"read", "read_file"} <= set(history)


def filled_in(journey: Journey) -> None:
    """Sheets: saved while somebody writes, refused where wrong by the name of the criterion, locked when complete."""
    one, two, _three = judges(journey)
    expert = one.expert.user
    page = f"/scoring/{journey.number}/bids/{code(journey, journey.first)}"
    journey.post(expert, f"{page}/open")
    assert set(journey.post(expert, page, 200, **sheet("50.5", "", go="auto")).json) == {"version"}
    wrong = journey.post(expert, page, 422, **sheet("60.01", "viel")).text
    for words in ("可行性，给分：", "经济性，给分："):
        assert words in wrong
    assert wrong.count("最多两位小数") >= 2
    assert "viel" in wrong, "nothing typed is lost"
    journey.post(expert, page, 422, **sheet("55.5", "35", note="短"))
    journey.post(expert, page, 409, mark_c1="1", version="1")
    score(journey, one, journey.first, *("55.5", "35"))
    assert "55.5" in journey.get(expert, page).text
    journey.post(expert, page, 409, **sheet("1", "1"))
    score(journey, one, journey.next, POINTS[1])
    score(journey, one, journey.third, POINTS[2])
    assert state(one) == "scored"
    score(journey, two, journey.first, "55")


def late_conflict(journey: Journey) -> None:
    """His scores are void, the next reserve is asked, and he reads nothing any more, nor which bid it was."""
    two, there = judges(journey)[1], f"/scoring/{journey.number}/bids/{code(journey, journey.first)}"
    bidder = journey.house(journey.first)
    journey.declares_shares(two.expert, bidder)
    assert state(two) == "void"
    assert journey.get(two.expert.user, there).status_code == 404
    assert {each.state for each in queries.sheets_of(journey.challenge) if each.assignment_id == two.id} == {"void"}
    assert bidder.name in journey.get(journey.official, f"/panel/challenge/{journey.number}").text
    assert bidder.name not in journey.get(two.expert.user, f"/panel/assignments/{two.id}").text
    accepts(journey, of(journey, "proposed")[0])
    others = [each for each in judges(journey) if each.state == "accepted"]
    for one, second in zip(others, ("35.01", "35"), strict=True):
        assert journey.challenge.state == "scoring"
        assert journey.get(one.expert.user, f"/scoring/{journey.number}/consensus").status_code == 404
        score(journey, one, journey.first, "55", second)
        score(journey, one, journey.next, POINTS[1])
        score(journey, one, journey.third, POINTS[2])
    assert journey.challenge.state == "consensus"


def agreed(journey: Journey) -> None:
    """All scores beside each other; the chair changes a mark, with its reason, and signs."""
    there = f"/scoring/{journey.number}/consensus"
    chair, *_others, member = (each.expert.user for each in judges(journey))
    assert NOTE in journey.get(member, there).text
    assert journey.get(journey.official, there).status_code == 404, "officials see scores from the ranking on"
    change = {"bid": code(journey, journey.third), "criterion": "c2", "mark": "34.5", "reason": "报价依据不足"}
    journey.post(member, f"{there}/change", 404, **change)
    journey.post(chair, f"{there}/change", 422, **{**change, "mark": "41"})
    journey.post(chair, f"{there}/change", 422, **{**change, "reason": ""})
    journey.post(chair, f"{there}/change", **change)
    assert change["reason"] in journey.get(member, there).text
    journey.post(member, f"{there}/sign", 404)
    journey.post(chair, f"{there}/sign")
    assert journey.challenge.state == "ranked"
    _report(journey, change)


def _report(journey: Journey, change: dict[str, str]) -> None:
    """The ranking is exact, its report hashed, and it names no expert."""
    placed, page = queries.ranking(journey.challenge), f"/scoring/{journey.number}/ranking"
    found = [(each.bid.id, str(each.total), each.rank) for each in placed]
    keys = [journey.bid(who).id for who in (journey.first, journey.next, journey.third)]
    assert found == list(zip(keys, ("9017/100", "85", "159/2"), (1, 2, 3), strict=True))
    assert shown(placed[0].total) == "90.17"
    made: Any = queries.valid_ranking(journey.challenge)
    report = journey.get(journey.official, f"{page}/1.json").get_data()
    assert hashlib.sha256(report).hexdigest() == made.digest
    told = json.loads(report)
    assert len(told["sheets"]) == 9
    assert told["changes"] == [change]
    names = {each.expert.user.name for each in judges(journey)}
    assert not re.search("|".join(names), report.decode()), "experts go by their places"
    assert "90.17" in journey.get(journey.official, page).text
    assert NOTE in journey.get(journey.official, f"/scoring/{journey.number}/consensus").text
    chair = judges(journey)[0].expert.user
    assert journey.get(chair, f"{page}/1.json").status_code == 404, "it tells who bids"


def conflict_after_the_ranking(journey: Journey) -> None:
    """It undoes the ranking; no reserve is left, so more are drawn, and the panel signs another."""
    one, page = judges(journey)[1], f"/scoring/{journey.number}"
    journey.declares_shares(one.expert, journey.house(journey.partner))
    assert state(one) == "void"
    assert journey.challenge.state == "scoring"
    assert queries.ranking(journey.challenge) == []
    assert journey.get(journey.official, f"{page}/ranking").status_code == 404
    assert "补抽专家" in journey.get(journey.official, "/workspace/").text
    journey.post(journey.official, f"/panel/challenge/{journey.number}/more", reserves="1")
    (five,) = of(journey, "proposed")
    accepts(journey, five)
    for who, points in zip((journey.first, journey.next, journey.third), ("55", *POINTS[1:]), strict=True):
        score(journey, five, who, points)
    journey.post(judges(journey)[0].expert.user, f"{page}/consensus/sign")
    assert [each.number for each in queries.rankings_of(journey.challenge)] == [2, 1]
    totals = [shown(each.total) for each in queries.ranking(journey.challenge)]
    assert totals[1:] == ["85.00", "80.00"], "earlier changes are dropped"
