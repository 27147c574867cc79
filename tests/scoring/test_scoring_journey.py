"""From the opened bids to the signed ranking through HTTP, with a conflict that appears in the middle."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from flask.testing import FlaskClient

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.experts import services as register
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.panels import checking
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import panel_by_id, panel_of
from marketplace.scoring import queries, services
from marketplace.scoring.models import Sheet
from marketplace.scoring.ranking import shown
from tests.factories import accounts, bids, challenges, experts
from tests.scoring.conftest import World

NOTE = "理由写得足够长，超过十个字。"


def panel(challenge: Challenge) -> Panel:
    found = panel_of(challenge)
    assert found is not None
    return panel_by_id(found.id)


def state(one: Assignment) -> str:
    db.session.refresh(one)
    return one.state


def of(challenge: Challenge, *states: str) -> list[Assignment]:
    return [each for each in panel(challenge).assignments if each.state in states]


def accept(world: World, one: Assignment) -> FlaskClient:
    desk = world.desk(one.expert.user)
    assert f"/panels/assignments/{one.id}" in desk.get("/workspace/").text
    page = f"/panels/assignments/{one.id}"
    assert desk.get(page).status_code == 200
    assert desk.submit(f"{page}/accept").status_code == 422, "without the promise"
    assert desk.submit(f"{page}/accept", {"promise": "y", "version": one.version}).status_code == 302
    return desk


def sheet(points: Mapping[str, str], note: str = NOTE, go: str = "lock") -> dict[str, str]:
    given = {f"mark_{key}": value for key, value in points.items()}
    return {**given, **{f"note_{key}": note for key in points}, "go": go}


def score(desk: FlaskClient, number: str, code: str, first: str, second: str) -> None:
    assert desk.submit(f"/scoring/{number}/bids/{code}/open").status_code == 302
    answer = desk.submit(f"/scoring/{number}/bids/{code}", sheet({"feasibility": first, "price": second}))
    assert answer.status_code == 302, answer.text


def conflict(one: Assignment, organization: str) -> None:
    """The expert declares that he holds shares of an organization; the worker tells the panels."""
    content = {"holdings": [experts.row(organization, since="2020-01", percent="3")], "no_holdings": False}
    with transaction():
        register.save(one.expert, {**one.expert.content, **content}, None)
        register.declare(one.expert, accounts.actor(one.expert.user), None)
    with transaction():
        checking.check_expert(one.expert_id)


def test_from_the_draw_to_the_signed_ranking(world: World) -> None:
    challenge = world.opened()
    number = challenge.number
    drawer, second = world.desk(world.officials[0]), world.desk(world.officials[1])
    here = f"/panels/challenge/{number}"
    assert "抽取评审组" in drawer.get("/workspace/").text
    assert "现在还不能开始评审" in drawer.get(f"/scoring/{number}").text
    assert drawer.submit(f"{here}/draw", {"seats": "4", "reserves": "1"}).status_code == 422, "an odd number"
    asked = {"fields": ["domain.special"], "seats": "3", "reserves": "2"}
    assert drawer.submit(f"{here}/draw", asked).status_code == 302
    assert drawer.submit(f"{here}/draw", asked).status_code == 409, "one panel at a time"
    assert "复算一致" in second.get(here).text
    draw = panel(challenge).draws[0]
    record = drawer.get(f"/panels/draws/{draw.id}.json").get_data()
    assert hashlib.sha256(record).hexdigest() == draw.digest

    # One recuses himself, a reserve is asked; the others accept.
    first, *others = of(challenge, "proposed")
    leaving = world.desk(first.expert.user)
    assert leaving.submit(f"/panels/assignments/{first.id}/recuse", {"reason": ""}).status_code == 422
    assert leaving.submit(f"/panels/assignments/{first.id}/recuse", {"reason": "曾任其顾问"}).status_code == 302
    assert state(first) == "recused"
    seats = of(challenge, "proposed")
    assert len(seats) == 3
    desks = {one.id: accept(world, one) for one in seats}
    assert world.desk(others[0].expert.user).get(f"/panels/assignments/{first.id}").status_code == 404

    # Scoring begins; nobody knows the bids by anything but their codes.
    stale = challenges.fresh(challenge).version
    assert drawer.submit(f"/scoring/{number}/begin", {"version": stale}).status_code == 302
    codes = [each.code for each in queries.codes_of(challenge)]
    assert sorted(codes) == ["A", "B"]
    one, two, three = seats
    closed = desks[one.id].get(f"/scoring/{number}/bids/A").text
    assert bids.PHRASE not in closed, "opening a bid is an act of its own"
    assert desks[one.id].submit(f"/scoring/{number}/bids/A/open").status_code == 302
    page = desks[one.id].get(f"/scoring/{number}/bids/A").text
    for bid in world.bids(challenge):
        assert bid.number not in page
        assert bid.organization.name not in page
    assert "proposal.txt" not in page
    assert f"{bids.PHRASE}：approach" in page, "what is proposed is read"
    assert f"{bids.PHRASE}：leader" not in page
    file = desks[one.id].submit(f"/scoring/{number}/bids/A/files/1")
    assert bids.PHRASE not in file.headers["Content-Disposition"]
    assert file.get_data(as_text=True) == f"{bids.PHRASE} proposal"
    assert desks[one.id].submit(f"/scoring/{number}/bids/A/files/2").status_code == 404, "papers that name the bidder"
    read = [each.action for each in ledger.history(queries.bid_called(challenge, "A").bid)]
    assert {"read", "read_file"} <= set(read)

    # Sheets: saved while somebody writes, refused where wrong, locked when complete.
    at = f"/scoring/{number}/bids/A"
    saved = desks[one.id].submit(at, sheet({"feasibility": "50.5", "price": ""}, go="auto"))
    assert set(saved.json) == {"version"}
    wrong = desks[one.id].submit(at, sheet({"feasibility": "60.01", "price": "viel"}))
    assert wrong.status_code == 422
    assert wrong.text.count("最多两位小数") >= 2
    assert "viel" in wrong.text, "nothing typed is lost"
    assert desks[one.id].submit(at, sheet({"feasibility": "50.5", "price": "30"}, note="短")).status_code == 422
    assert desks[one.id].submit(at, {**sheet({"feasibility": "1"}), "version": "1"}).status_code == 409
    score(desks[one.id], number, "A", "50.5", "30")
    assert "50.5" in desks[one.id].get(at).text
    assert desks[one.id].submit(at, sheet({"feasibility": "1", "price": "1"})).status_code == 409, "locked"
    score(desks[one.id], number, "B", "40", "40")
    assert state(one) == "scored"
    score(desks[two.id], number, "A", "50", "30")

    # A conflict appears: his scores are void, the next reserve is asked, and he reads nothing any more.
    bidder = world.bids(challenge)[0].organization
    conflict(two, bidder.name)
    assert state(two) == "void"
    assert desks[two.id].get(at).status_code == 404
    assert {each.state for each in queries.sheets_of(challenge) if each.assignment_id == two.id} == {"void"}
    assert bidder.name in drawer.get(here).text
    assert bidder.name not in desks[two.id].get(f"/panels/assignments/{two.id}").text, "which bid he never learns"
    four = of(challenge, "proposed")[0]
    desks[four.id] = accept(world, four)
    for desk, marks in ((desks[three.id], ("50", "30.01")), (desks[four.id], ("50", "30"))):
        assert challenges.fresh(challenge).state == "scoring"
        assert desk.get(f"/scoring/{number}/consensus").status_code == 404, "nobody sees the others' scores"
        score(desk, number, "A", *marks)
        score(desk, number, "B", "40", "40")
    assert challenges.fresh(challenge).state == "consensus"
    assert NOTE in desks[three.id].get(f"/scoring/{number}/consensus").text
    assert drawer.get(f"/scoring/{number}/consensus").status_code == 404, "officials see scores from the ranking on"

    # Consensus: the chair changes a mark, with a reason, and signs.
    there = f"/scoring/{number}/consensus"
    chair = min((one, three, four), key=lambda each: each.place)
    member = next(each for each in (one, three, four) if each is not chair)
    change = {"bid": "B", "criterion": "price", "mark": "35.5", "reason": "报价依据不足"}
    assert desks[member.id].submit(f"{there}/change", change).status_code == 404
    assert desks[chair.id].submit(f"{there}/change", {**change, "mark": "41"}).status_code == 422
    assert desks[chair.id].submit(f"{there}/change", {**change, "reason": ""}).status_code == 422
    assert desks[chair.id].submit(f"{there}/change", change).status_code == 302
    assert "报价依据不足" in desks[member.id].get(there).text
    assert desks[member.id].submit(f"{there}/sign").status_code == 404
    assert desks[chair.id].submit(f"{there}/sign").status_code == 302
    assert challenges.fresh(challenge).state == "ranked"

    placed = queries.ranking(challenge)
    assert [(each.code, str(each.total), each.rank) for each in placed] == [("A", "8017/100", 1), ("B", "151/2", 2)]
    assert shown(placed[0].total) == "80.17"
    made = queries.valid_ranking(challenge)
    assert made is not None
    report = drawer.get(f"/scoring/{number}/ranking/1.json").get_data()
    assert hashlib.sha256(report).hexdigest() == made.digest
    told = json.loads(report)
    assert len(told["sheets"]) == 6
    assert told["changes"] == [{"bid": "B", "criterion": "price", "mark": "35.5", "reason": "报价依据不足"}]
    assert not re.search(r"专家\d", report.decode()), "experts go by their places"
    assert "80.17" in drawer.get(f"/scoring/{number}/ranking").text
    assert NOTE in drawer.get(there).text
    assert desks[chair.id].get(f"/scoring/{number}/ranking/1.json").status_code == 404, "it tells who bids"

    # A conflict after the ranking undoes it, and a reserve scores; none is left, so more are drawn.
    conflict(three, bidder.name)
    assert challenges.fresh(challenge).state == "scoring"
    assert queries.ranking(challenge) == []
    assert drawer.get(f"/scoring/{number}/ranking").status_code == 404
    assert "补抽专家" in drawer.get("/workspace/").text
    assert drawer.submit(f"{here}/more", {"reserves": "1"}).status_code == 302
    five = of(challenge, "proposed")[0]
    desks[five.id] = accept(world, five)
    score(desks[five.id], number, "A", "10", "30")
    score(desks[five.id], number, "B", "40", "40")
    chair = min((one, four, five), key=lambda each: each.place)
    assert desks[chair.id].submit(f"{there}/sign").status_code == 302
    assert [each.number for each in queries.rankings_of(challenge)] == [2, 1]
    assert [each.code for each in queries.ranking(challenge)] == ["B", "A"], "changes of the first round are dropped"


def test_who_sees_what_at_every_stage(world: World) -> None:
    """product.md 5: single scores and bids, for every role, from the opening to the ranking."""
    challenge = world.opened()
    number = challenge.number
    with transaction():
        made = _seated(world, challenge)
    seats = [each for each in made.assignments if each.state == "accepted"]
    owner, bidder = (world.desk(each.members[0].user) for each in (world.organizations[-1], world.organizations[0]))
    judge, idle = world.desk(seats[0].expert.user), world.desk(_idle(world, made))
    official = world.desk(world.officials[2])
    stranger, visitor = world.desk(world.organizations[2].members[0].user), world.app.test_client()
    people = {"owner": owner, "bidder": bidder, "judge": judge, "idle": idle, "official": official,
              "stranger": stranger}  # fmt: skip

    def seen(path: str) -> set[str]:
        found = {name for name, desk in people.items() if desk.get(f"/scoring/{number}{path}").status_code == 200}
        assert visitor.get(f"/scoring/{number}{path}").status_code == 302, "sign in first"
        return found

    assert seen("") == {"owner", "official", "judge"}
    assert seen("/bids/A") == seen("/consensus") == seen("/ranking") == set()
    with transaction():
        services.begin(challenge, accounts.actor(world.officials[0]))
    assert seen("/bids/A") == {"judge"}
    files = {
        name for name, desk in people.items() if desk.submit(f"/scoring/{number}/bids/A/files/1").status_code == 200
    }
    assert files == {"judge"}
    assert seen("/consensus") == seen("/ranking") == set()
    assert idle.get(f"/panels/challenge/{number}").status_code == 404
    for desk in (owner, bidder, judge):
        assert desk.get(f"/panels/challenge/{number}").status_code == 404, "names of experts are for officials"
    for one in seats:
        desk = judge if one is seats[0] else world.desk(one.expert.user)
        assert NOTE not in desk.get(f"/scoring/{number}").text
        for code in "AB":
            score(desk, number, code, "50", "30")
    assert challenges.fresh(challenge).state == "consensus"
    assert seen("/consensus") == {"judge"}
    assert seen("/bids/A") == {"judge"}
    chair = world.desk(min(seats, key=lambda each: each.place).expert.user)
    assert chair.submit(f"/scoring/{number}/consensus/sign").status_code == 302
    assert seen("/consensus") == seen("/ranking") == {"judge", "owner", "official"}
    assert seen("/bids/A") == set(), "a bid is read while it is judged"
    assert "1" in [str(each.rank) for each in queries.ranking(challenge)]
    assert [each.shared for each in queries.ranking(challenge)] == [True, True]
    page = bidder.get(f"/challenges/{number}").text
    assert "本单位申报总分" not in page, "the bidder learns his total from the notice on"


def _seated(world: World, challenge: Challenge) -> Panel:
    from marketplace.panels import services as panels

    made = panels.convene(accounts.actor(world.officials[0]), challenge, ["domain.special"], 3, 0)
    for one in made.assignments:
        if one.state == "proposed":
            assert panels.accept(one, accounts.actor(one.expert.user))
    return made


def _idle(world: World, made: Panel) -> accounts.User:
    """An expert who is not on the panel."""
    on_it = {each.expert_id for each in made.assignments}
    return next(each.user for each in world.experts if each.id not in on_it and each.state == "approved")


def test_a_vote_decides_where_the_challenge_says_so(world: World) -> None:
    challenge = world.opened(tie_rule="vote")
    with transaction():
        made = _seated(world, challenge)
        services.begin(challenge, accounts.actor(world.officials[0]))
    seats = [each for each in made.assignments if each.state == "accepted"]
    desks = [world.desk(each.expert.user) for each in seats]
    for desk in desks:
        score(desk, challenge.number, "A", "45.25", "30")
        score(desk, challenge.number, "B", "40", "35.25")
    there = f"/scoring/{challenge.number}/consensus"
    assert desks[0].submit(f"{there}/sign").status_code == 403, "votes are missing"
    assert desks[0].submit(f"{there}/vote", {"among": "A-B", "code": "C"}).status_code == 422
    for desk, code in zip(desks, "ABB", strict=True):
        assert desk.submit(f"{there}/vote", {"among": "A-B", "code": code}).status_code == 302
    assert desks[0].submit(f"{there}/vote", {"among": "A-B", "code": "B"}).status_code == 403, "once"
    assert desks[0].submit(f"{there}/sign").status_code == 302
    assert [(each.code, each.rank, each.shared) for each in queries.ranking(challenge)] == [
        ("B", 1, False), ("A", 2, False),
    ]  # fmt: skip


def test_a_killed_worker_opens_no_hole(world: World) -> None:
    """The declaration is there, the worker has not run: reading, accepting and locking find the hit themselves."""
    challenge = world.opened()
    with transaction():
        made = _seated(world, challenge)
        services.begin(challenge, accounts.actor(world.officials[0]))
    one = next(each for each in made.assignments if each.state == "accepted")
    desk = world.desk(one.expert.user)
    assert desk.submit(f"/scoring/{challenge.number}/bids/A/open").status_code == 302
    assert desk.get(f"/scoring/{challenge.number}/bids/A").status_code == 200
    bidder = world.bids(challenge)[1].organization
    job = experts.row(bidder.name, "2010-01", f"{clock.today().year - 1}-01", position="顾问")
    content = {"employers": [*one.expert.content["employers"], job]}
    with transaction():
        register.save(one.expert, {**one.expert.content, **content}, None)
        register.declare(one.expert, accounts.actor(one.expert.user), None)
    assert desk.get(f"/scoring/{challenge.number}/bids/A").status_code == 404
    assert desk.submit(f"/scoring/{challenge.number}/bids/A", sheet({"feasibility": "1"})).status_code == 404
    sheets = db.session.query(Sheet).filter_by(assignment_id=one.id).one()
    with transaction():
        assert services.lock_sheet(sheets, accounts.actor(one.expert.user)) is False
    assert state(one) == "void"
