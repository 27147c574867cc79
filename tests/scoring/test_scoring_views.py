"""Votes on ties, and a worker that has not run. Who sees what is in tests/awards/test_who_sees_what.py."""

from __future__ import annotations

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.experts import services as register
from marketplace.foundation.db import db, transaction
from marketplace.panels.models import Assignment
from marketplace.scoring import queries, services
from marketplace.scoring.models import Sheet
from tests.factories import accounts, experts
from tests.scoring.conftest import World
from tests.scoring.judging import score, seated, sheet, state


def judges(world: World, challenge: Challenge) -> list[Assignment]:
    """The experts of a new panel, all of whom have accepted."""
    with transaction():
        made = seated(world, challenge)
    return [each for each in made.assignments if each.state == "accepted"]


def test_a_vote_decides_where_the_challenge_says_so(world: World) -> None:
    challenge = world.opened(tie_rule="vote")
    seats = judges(world, challenge)
    with transaction():
        services.start_scoring(challenge, accounts.actor(world.officials[0]))
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
    one = judges(world, challenge)[0]
    with transaction():
        services.start_scoring(challenge, accounts.actor(world.officials[0]))
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
