"""Ways beside the straight one: corrections, terminations, no suitable bid, a race with an empty place."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.awards import carrying, concluding, feedback, services
from marketplace.awards.lifecycle import ACCEPTANCE, AWARD, EXEMPTION
from marketplace.awards.models import Acceptance, Award
from marketplace.awards.queries import award_of, awards_of, live_of, termination_of
from marketplace.challenges import services as challenges
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.core import clock
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.notices import services as notices
from marketplace.scoring.queries import draw_of
from tests.awards.conftest import World
from tests.factories import accounts, awards
from tests.factories.awards import Scene
from tests.factories.challenges import fresh
from tests.factories.listings import member_of
from tests.support.site import Client


def step(scene: Scene, award: Award, name: str, user: object, reason: str = "因为试验") -> None:
    """One step of an award, by somebody."""
    with transaction():
        services.take_step(award, AWARD.by_name[name], user, reason, None)  # type: ignore[arg-type]


def carry_out(world: World, award: Award) -> None:
    """Contract, both milestones, and the application for acceptance."""
    owner, winner = member_of(world.owner), member_of(award.organization)
    with transaction():
        made = carrying.write_contract(award, awards.terms(), [awards.evidence()], owner)
    with transaction():
        carrying.take_contract_step(made, carrying.CONTRACT.by_name["sign"], winner, "", None)


def the_page_says_who_undoes(world: World, scene: Scene, award: Award) -> None:
    """To who decided on it why he cannot, to the other a button."""
    page, rule = f"/award-lots/{award.id}", "立榜由未经办它的第二名经办人更正"
    shown = world.client(scene.official).get(page).text
    assert rule in shown
    assert "您把它列入公示并立榜" in shown
    offered = world.client(scene.second).get(page).text
    assert (rule in offered, 'value="undo"' in offered) == (False, True), "it is his to do"


def test_a_wrong_award_is_undone_by_a_second_person_and_stays_visible(world: World) -> None:
    scene = awards.awarded(world.clock, world.ranked(2))
    challenge, wrong = scene.challenge, scene.award()
    first, second = scene.runs, accounts.actor(scene.second)
    with pytest.raises(Refused, match="second official"):
        step(scene, wrong, "undo", first)
    the_page_says_who_undoes(world, scene, wrong)
    with pytest.raises(Invalid):
        step(scene, wrong, "undo", second, "")
    step(scene, wrong, "undo", second, "名单有误")
    assert fresh(challenge).state == "ranked"
    told = ledger.latest(challenge)
    assert told is not None
    assert told.told(Text("重新排序", "Ranked again")).en == "Ranked again: Award undone by correction: 名单有误"
    awards.accepted(world.clock, scene)
    award = scene.award()
    assert (award.bid_id, award.lot) == (scene.bids[1].id, 1), "the next in rank steps in"
    carry_out(world, award)
    assert (fresh(challenge).state, award_of(challenge)) == ("executing", award)
    world.clock.forward(days=90)
    carrying.miss_due()
    with pytest.raises(Invalid), transaction():
        concluding.terminate(award, "E", "清算", "理由", [], first)
    with transaction():
        ended = concluding.terminate(award, "B", "退回首付款", "检测报告系伪造", [], first)
    assert (fresh(challenge).state, live_of(challenge)) == ("terminated", [])
    exempt = EXEMPTION.by_name["grant"]
    for actor in (first, second):  # not by who terminated, and not on that ground
        with pytest.raises(Refused), transaction():
            concluding.take_exemption_step(ended, exempt, actor, "已尽责", None)
    with transaction():
        concluding.take_exemption_step(ended, EXEMPTION.by_name["refuse"], second, "弄虚作假", None)
    assert termination_of(award) is ended
    for path in ("challenges", "awards"):
        page = world.app.test_client().get(f"/{path}/{challenge.number}").text
        assert "名单有误" in page, "visible for ever"


def test_no_bid_is_suitable_and_every_bidder_learns_why(world: World) -> None:
    scene = awards.announced(world.ranked(2))
    challenge, bid = scene.challenge, scene.bids[1]
    actor = member_of(bid.organization)
    with pytest.raises(NotFound):
        feedback.of_own(challenge, actor)
    with pytest.raises(Refused), transaction():
        services.find_none(challenge, scene.runs, "都不满足")
    with transaction():
        services.take_back(challenge, scene.runs, "公示名单有误")
    assert [each.state for each in awards_of(challenge)] == ["dropped"]
    with transaction():
        services.find_none(challenge, scene.runs, "都不满足现场条件")
    own = feedback.of_own(fresh(challenge), actor)
    assert (challenge.state, challenge.remark) == ("no_suitable", "都不满足现场条件")
    assert (own["rank"], own["total"], own["best"]) == (2, "85.00", None)
    assert [each["points"] for each in own["rows"]] == ["50.00", "35.00"]


def test_too_few_bids_in_order_end_it_before_scoring(world: World) -> None:
    challenge, made = awards.opened(world.clock, world.organizations[:1], world.owner, world.officials)
    official = accounts.actor(world.officials[0])
    page = f"/awards/{challenge.number}"
    with pytest.raises(Refused), transaction():
        services.find_none(challenge, official, "只有一件")
    with transaction():
        db.session.execute(sa.update(type(challenge)).values(min_bids=2).where(type(challenge).id == challenge.id))
    browser = world.client(world.officials[0])
    assert page in browser.get(f"/challenges/{challenge.number}").text
    assert browser.submit(f"{page}/none", {"reason": "合格申报不足"}).status_code == 302
    assert fresh(challenge).state == "no_suitable"
    told = world.client(awards.member(made[0].organization)).get(f"{page}/feedback").text
    assert "合格申报不足" in told


def test_a_race_fills_its_empty_place_and_ends_in_part(world: World) -> None:
    scene = awards.awarded(
        world.clock, world.ranked(3, columns={"mode": "race", "most_winners": 2, "min_bids": 2})
    )  # fmt: skip
    challenge = scene.challenge
    one, other = live_of(challenge)
    assert [one.lot, other.lot] == [1, 2]
    for award in (one, other):
        step(scene, award, "accept", member_of(award.organization), "")
    carry_out(world, one)
    assert fresh(challenge).state == "confirmed", "another place still waits for its contract"
    with pytest.raises(Invalid, match=r"20\.00"), transaction():  # 300 were published, 280 are contracted for
        carrying.write_contract(other, awards.terms("20.01"), [awards.evidence()], member_of(world.owner))
    step(scene, other, "decline", member_of(other.organization))
    assert fresh(challenge).state == "confirmed", "the official may fill the empty place"
    with transaction():
        services.proceed(challenge, scene.runs)
    assert fresh(challenge).state == "executing"
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Award).where(Award.id == other.id).values(state="awarded", lot=1))
    with pytest.raises(Conflict), transaction():
        services.fill_again(challenge, scene.runs, "递补")
    _finish(world, scene, one)
    assert (fresh(challenge).state, one.state) == ("partly_accepted", "partly_fulfilled")


def _finish(world: World, scene: Scene, award: Award) -> None:
    owner, winner = member_of(world.owner), member_of(award.organization)
    for milestone in award.milestones:
        with transaction():
            carrying.submit(milestone, "完成", [awards.evidence()], winner)
        with transaction():
            carrying.judge(milestone, "met", "", owner)
    measured = {row["name"]: ("31", False) for row in scene.challenge.content["indicators"]}
    with transaction():
        asked = concluding.apply(award, measured, "未全部达到", [], winner)
    _sent_back_once(world, scene, asked)
    with transaction():
        asked = concluding.apply(award, measured, "整改后仍有一项未达到", [], winner)
    page = f"/acceptances/{asked.id}"
    refused = world.client(awards.member(world.owner)).submit(f"{page}/do", {"transition": "return", "reason": "再改"})
    assert refused.status_code == 403, "work is sent back once"
    for words in ("验收只能退回整改一次", "已经退回过一次", "请作出验收结论"):
        assert words in refused.text, "rule, fact and next step"
    with transaction():
        concluding.endorse(asked, "partly", "一项未达到", owner)
    with transaction():
        concluding.decide(asked, "pass_partly", "同意部分验收", "事项简单", [], scene.runs)


def _sent_back_once(world: World, scene: Scene, asked: Acceptance) -> None:
    """The owner sends it back: until the sixtieth day it may be applied for again, after that the official decides."""
    award, sent_back = asked.award, clock.now()
    with transaction():
        concluding.take_acceptance_step(asked, ACCEPTANCE.by_name["return"], member_of(world.owner), "缺一项", None)
    last = asked.rework_by
    assert last is not None
    assert (last - clock.today()).days == 60
    for after, mine, its in ((0, True, False), (1, False, True)):
        world.clock.move_to(clock.end_of_day(last) + timedelta(seconds=after - 1))
        winner, official = awards.member(award.organization), scene.official
        said = [world.client(each).get("/workspace/").text for each in (winner, official)]
        assert ["整改后再次申请验收" in said[0], "整改逾期" in said[1]] == [mine, its]
        there = world.client(winner).get(f"/award-lots/{award.id}/acceptance")
        assert there.status_code == (200 if mine else 403)
    assert f"时限到 {last.isoformat()} 为止" in there.text
    world.clock.move_to(sent_back)


def test_equal_ranks_are_told_apart_by_lot(world: World) -> None:
    scene = world.ranked(3, below=0)
    challenge, numbers = scene.challenge, sorted(each.number for each in scene.bids)
    page = f"/scoring/{challenge.number}/ranking"
    first, second, owner = (world.client(each) for each in (*world.officials[:2], awards.member(world.owner)))

    def sent(who: Client, path: str, words: str = "") -> int:
        return int(who.submit(f"{page}/lots/{path}", {"words": words}).status_code)

    with pytest.raises(Refused), transaction():
        services.announce(challenge, scene.runs)
    assert [sent(owner, "1"), sent(first, "2"), sent(first, "1"), sent(second, "1")] == [404, 404, 302, 409]
    made = draw_of(challenge, 1)
    assert made.secret not in second.get(page).text
    assert made.commitment in second.get(page).text
    assert f'<span class="no">{numbers[0]}</span>' in second.get(page).text
    assert [sent(owner, "1/draw", "271828"), sent(first, "1/draw", "271828")] == [404, 403]
    assert [sent(second, "1/draw", "七颗骰子"), sent(second, "1/draw", "271828")] == [422, 302]
    assert sent(second, "1/draw", "314159") == 409, "nobody draws until he likes it"
    assert "抽签第 1 位" in first.get(page).text
    assert f'<span class="no">{numbers[0]}</span>' in first.get(page).text
    made = draw_of(challenge, 1)
    seed = f"{made.secret}:271828"
    assert made.outcome == sorted(numbers, key=lambda each: sha256(f"{seed}:{each}".encode()).hexdigest())
    assert made.commitment == sha256(made.secret.encode()).hexdigest()
    for _again in range(2):
        awards.announced(scene)
        assert scene.award("proposed").bid.number == made.outcome[0]
        notice = world.app.test_client().get(f"/notices/{scene.award('proposed').notice.number}").text
        assert all(each in notice for each in (made.secret, made.commitment, "271828", "、".join(made.outcome)))
        with transaction():
            services.take_back(challenge, scene.runs, "公示有误")


def test_an_empty_place_is_filled_before_work_begins(world: World) -> None:
    scene = awards.awarded(
        world.clock, world.ranked(3, columns={"mode": "race", "most_winners": 2, "min_bids": 2})
    )  # fmt: skip
    challenge = scene.challenge
    one, other = live_of(challenge)
    step(scene, one, "accept", member_of(one.organization), "")
    step(scene, other, "decline", member_of(other.organization))
    with transaction():
        services.fill_again(challenge, scene.runs, "递补一家")
    with pytest.raises(Refused), transaction():
        challenges.take_step(challenge, CHALLENGE.by_name["withdraw"], scene.runs, "不办了", None)
    with transaction():
        services.announce(challenge, scene.runs, 3)
    third = scene.award("proposed")
    assert (third.bid_id, third.lot) == (scene.bids[2].id, 2)
    world.clock.move_to(clock.end_of_day(third.notice.last_day) + timedelta(hours=9))
    with transaction():
        notices.close_due()
    with transaction():
        services.confirm(challenge, scene.runs)
    world.clock.move_to(clock.end_of_day(third.answer_by) if third.answer_by else clock.now())
    with pytest.raises(Refused):
        step(scene, third, "accept", member_of(third.organization), "")
    with transaction():
        services.lapse_due()
    assert (fresh(challenge).state, third.state) == ("confirmed", "lapsed")
    carry_out(world, one)
    assert fresh(challenge).state == "executing"
