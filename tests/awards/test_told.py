"""Side ways through HTTP on both databases, and what every bidder reads of them in his mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from marketplace.accounts.models import User
from marketplace.bids.models import Bid
from marketplace.challenges import addenda, questions
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from tests.awards.conftest import World
from tests.factories import accounts, awards, bids, challenges
from tests.factories.awards import member
from tests.factories.listings import member_of
from tests.support.mails import Output, delivered


def post(world: World, user: User, path: str, **data: object) -> str:
    """A form sent by somebody; where it leads."""
    answer = world.client(user).submit(path, data)
    assert answer.status_code == 302, answer.text[-2000:]
    return str(answer.location)


def told(world: World, capsys: Output) -> Mapping[str, str]:
    """Everything that waits is handled; address → what stood in its mails."""
    found: dict[str, str] = {}
    for mail in delivered(world.app, capsys):
        found[mail["To"]] = found.get(mail["To"], "") + mail["Subject"] + mail["body"]
    return found


def forget() -> None:
    """What the way here tells people is told by other tests."""
    with transaction():
        db.session.query(OutboxMessage).filter(OutboxMessage.handled_at.is_(None)).update({"handled_at": clock.now()})


def published(world: World, count: int, **columns: object) -> tuple[Challenge, list[str], list[Bid]]:
    """A challenge with so many sealed bids, and the codes of its openers."""
    made = challenges.challenge(
        organization=world.owner, official=accounts.actor(world.officials[0]), columns=columns
    )  # fmt: skip
    codes = [code for _user, code in bids.openers(made, world.officials[:3])]
    return made, codes, [bids.sealed(made, each) for each in world.organizations[:count]]


def opened(world: World, made: Challenge, codes: list[str]) -> None:
    """The deadline passes and two openers come."""
    assert made.opening_at is not None
    world.clock.move_to(made.opening_at + timedelta(minutes=1))
    challenges.take(made, "close")
    forget()
    for place in (0, 1):
        post(world, world.officials[place], f"/bids/opening/{made.number}/come", code=codes[place])


def test_too_few_bids_stay_sealed_and_each_bidder_is_told(world: World, capsys: Output) -> None:
    made, codes, (bid, other) = published(world, 2, min_bids=3)
    opened(world, made, codes)
    assert (challenges.fresh(made).state, bids.fresh(bid).state) == ("failed", "sealed")
    read = told(world, capsys)
    for each in (bid, other):
        assert made.number in read[member(each.organization).email]
    assert made.number in read[member(world.owner).email]
    assert member(world.organizations[2]).email not in read
    assert world.client(world.officials[0]).get(f"/bids/{bid.number}").status_code == 404
    assert "流榜" in world.app.test_client().get(f"/challenges/{made.number}").text


def test_a_bid_that_is_not_confirmed_after_a_change_counts_as_withdrawn(world: World, capsys: Output) -> None:
    made, codes, (confirmed, silent) = published(world, 2)
    owner = member_of(world.owner)
    later = {key: getattr(made, key) + timedelta(days=10) for key in addenda.timetable.ORDER}
    with transaction():
        change = addenda.propose(made, addenda.Change(True, "工期改为二十个月", "", {"months": "20"}, later), owner)
    forget()
    world.clock.forward(hours=1)
    post(world, world.officials[0], f"/challenge-addenda/{change.id}/do", transition="issue")
    told(world, capsys)
    assert {bids.fresh(each).state for each in (confirmed, silent)} == {"needs_reconfirm"}
    world.clock.move_to(questions.last_digest(clock.now()) + timedelta(days=1))
    with transaction():
        questions.digest_due()
    told(world, capsys)
    for each in (confirmed, silent):
        bidder = world.client(member(each.organization))
        assert made.number in bidder.get("/workspace/inbox/").text, "by the digest of those who follow it"
        assert "重新确认" in bidder.get(f"/bids/{each.number}").text
    post(world, member(confirmed.organization), f"/bids/{confirmed.number}/do", transition="confirm")
    opened(world, challenges.fresh(made), codes)
    assert [bids.fresh(each).state for each in (confirmed, silent)] == ["opened", "withdrawn"]
    read = told(world, capsys)
    assert "已开启" in read[member(confirmed.organization).email]
    assert "撤回" in world.client(member(silent.organization)).get(f"/bids/{silent.number}").text


def test_a_termination_is_told_to_both_sides_and_to_nobody_else(world: World, capsys: Output) -> None:
    scene = awards.executing(world.clock, world.ranked(2))
    award, page = scene.award(), f"/award-lots/{scene.award().id}/termination"
    forget()
    said = {"ground": "B", "settlement": "退回首付款", "reason": "检测报告系伪造"}
    assert world.client(member(world.owner)).submit(page, said).status_code == 404, "the owner does not terminate"
    post(world, scene.official, page, **said)
    assert challenges.fresh(scene.challenge).state == "terminated"
    read = told(world, capsys)
    for each in (award.organization, world.owner):
        assert "检测报告系伪造" in read[member(each).email]
    assert member(world.organizations[1]).email not in read
    assert "终止" in world.app.test_client().get(f"/challenges/{scene.challenge.number}").text
