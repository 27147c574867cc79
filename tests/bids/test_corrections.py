"""Papers corrected once in the formality check: who asks, until when, what changes and what never does."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from marketplace.bids import correcting, unsealing
from marketplace.bids.models import Bid, Correction
from marketplace.bids.receipt import sha256
from marketplace.challenges import services as challenge_services
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.scoring.services import ready
from tests.bids.conftest import World
from tests.factories import accounts, bids
from tests.factories.awards import member
from tests.factories.listings import member_of
from tests.support.mails import Output, delivered

NOTE = "信用承诺书没有签字"


def opened(world: World, **given: Any) -> Bid:
    """A bid that two openers have just opened."""
    challenge = world.challenge(**given)
    openers = world.openers(challenge)
    bid = world.sealed(challenge)
    with transaction():
        challenge.deadline = challenge.opening_at = clock.now() - timedelta(seconds=1)
    with transaction():
        challenge_services.close_due()
    for opener in openers[:2]:
        bids.come(challenge, opener)
    return bids.fresh(bid)


def official(world: World) -> Actor:
    return accounts.actor(world.officials[3])


def ask(bid: Bid, actor: Actor, kinds: tuple[str, ...] = ("integrity",), days: int = 3) -> Correction:
    with transaction():
        return correcting.ask(bid, kinds, days, NOTE, actor)


def test_papers_are_asked_for_and_handed_in_through_the_pages(world: World, capsys: Output) -> None:
    bid = opened(world)
    before = unsealing.content_of(bid)
    delivered(world.app, capsys)
    desk, mine = world.app.test_client(), world.app.test_client()
    accounts.sign_in(desk, world.officials[3])
    accounts.sign_in(mine, member(bid.organization))
    form, page = f"/bids/{bid.number}/formality", f"/bids/{bid.number}/correction"
    assert mine.get(page).status_code == 404, "nobody has asked"
    asked = {"decision": "ask_papers", "papers": ["integrity", "rights"], "days": "3", "note": NOTE}
    for wrong in ({"papers": []}, {"papers": ["proposal"]}, {"days": "4"}, {"days": "三"}, {"note": ""}):
        assert desk.submit(form, {**asked, **wrong}).status_code == 422, wrong
    assert desk.submit(form, asked).status_code == 302
    (told,) = [each for each in delivered(world.app, capsys) if "补正" in each["Subject"]]
    assert told["To"] == member(bid.organization).email
    assert "信用承诺书" in told["body"]
    assert NOTE in told["body"]
    assert page in told["body"]
    waiting = desk.get(form).text
    assert "补正期内不作形式审查结论" in waiting
    assert desk.submit(form, {"decision": "qualify"}).status_code == 403, "not while papers may be handed in"
    assert page in mine.get("/workspace/").text
    assert NOTE in mine.get(page).text
    rival = world.app.test_client()
    accounts.sign_in(rival, member(world.organizations[1]))
    assert [each.get(page).status_code for each in (desk, rival)] == [404, 404], "the bidder's alone"

    one = {"file_integrity": a_file("承诺书（签字）")}
    refused = mine.submit(page, one, content_type="multipart/form-data")
    assert refused.status_code == 422, "all of them at once"
    assert refused.text.count("没有保留刚才选的文件，请重新选择：承诺书（签字）.txt") == 1
    assert mine.submit(page, both("承诺书（签字）", "专利证书"), content_type="multipart/form-data").status_code == 302
    assert "已提交补正材料" in "".join(each["Subject"] for each in delivered(world.app, capsys))
    handed_in_is_read(bids.fresh(bid), before, desk)
    again = mine.submit(page, both("x", "y"), content_type="multipart/form-data")
    assert again.status_code == 200, "it cannot be handed in twice"
    assert "ask_papers" not in desk.get(form).text, "once a bid"
    assert desk.submit(form, {"decision": "qualify"}).status_code == 302


def handed_in_is_read(bid: Bid, before: Any, desk: Any) -> None:
    """The papers are shown and opened beside the sealed bid, which stays what it was."""
    after = unsealing.content_of(bid)
    assert after[1] == before[1], "the sealed bid is what it was"
    assert after[0]["files"][: len(before[0]["files"])] == before[0]["files"]
    added = [each["name"] for each in after[0]["files"] if each.get("corrected")]
    assert added == ["承诺书（签字）.txt", "专利证书.txt"]
    assert desk.submit(f"/bids/{bid.number}/read").status_code == 302
    assert "承诺书（签字）.txt" in desk.get(f"/bids/{bid.number}").text
    paper = next(each["sha256"] for each in after[0]["files"] if each["name"] == "专利证书.txt")
    assert "专利证书" in desk.get(f"/bids/{bid.number}/papers/{paper}").get_data(as_text=True)


def both(integrity: str, rights: str) -> dict[str, Any]:
    return {"file_integrity": a_file(integrity), "file_rights": a_file(rights)}


def a_file(name: str) -> Any:
    return io.BytesIO(f"{name} 的内容".encode()), f"{name}.txt"


def test_asked_for_once_by_who_checks_where_the_challenge_allows_it(world: World) -> None:
    bid = opened(world)
    for actor in (member_of(bid.organization), member_of(world.organizations[1]), Actor()):
        with pytest.raises(NotFound):
            ask(bid, actor)
    asked = ask(bid, official(world))
    with pytest.raises(Refused, match="once already"):
        ask(bid, official(world))
    assert [each.after for each in ledger.history(asked)] == ["asked"]
    strict = opened(world, corrections=False)
    with pytest.raises(Refused, match="allows no correction"):
        ask(strict, official(world))
    with transaction():
        unsealing.decide(strict, "disqualify", official(world), "papers", NOTE, None)
    assert ledger.history(strict)[-1].data["rule"] == "papers"


def test_the_last_second_counts_and_the_next_day_does_not(world: World) -> None:
    bid = opened(world)
    asked = ask(bid, official(world), days=1)
    papers = [each for each in bids.papers() if each["kind"] == "integrity"]
    with transaction(), pytest.raises(Invalid):
        correcting.give(asked, [], member_of(bid.organization))
    with transaction(), pytest.raises(Refused):
        correcting.give(asked, papers, official(world))
    with clock.standing_at(clock.end_of_day(asked.last_day)):
        with transaction(), pytest.raises(Refused):
            correcting.give(asked, papers, member_of(bid.organization))
        with transaction():
            unsealing.decide(bid, "disqualify", official(world), "papers", NOTE, None)  # before the job noticed
        with transaction():
            correcting.miss_due()
        assert asked.state == "asked", "what was decided needs no mark"
    other = opened(world)
    asked = ask(other, official(world), days=1)
    assert "opened" in other.state
    assert ready(other.challenge) is not None, "no scoring before the check is done"
    with clock.standing_at(clock.end_of_day(asked.last_day) - timedelta(seconds=1)):
        with transaction():
            correcting.miss_due()
        with transaction():
            correcting.give(asked, papers, member_of(other.organization))
    assert asked.state == "given"
    assert sha256(b"".join(unsealing.file_pieces(correcting.papers_of(other)[0]))) == papers[0]["sha256"]


def test_what_nobody_hands_in_is_missed(world: World, capsys: Output) -> None:
    bid = opened(world)
    asked = ask(bid, official(world), days=1)
    delivered(world.app, capsys)
    with clock.standing_at(clock.end_of_day(asked.last_day)):
        with transaction():
            correcting.miss_due()
        assert asked.state == "missed"
        told = {each["To"] for each in delivered(world.app, capsys) if "逾期未补正" in each["Subject"]}
    assert {member(bid.organization).email, world.officials[3].email} <= told
    with transaction():
        unsealing.decide(bid, "disqualify", official(world), "papers", NOTE, None)
    assert bid.state == "disqualified"
