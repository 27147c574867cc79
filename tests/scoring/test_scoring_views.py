"""Who sees what at every stage, votes on ties, and a worker that has not run."""

from __future__ import annotations

from collections.abc import Mapping

from flask.testing import FlaskClient

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.experts import services as register
from marketplace.foundation.db import db, transaction
from marketplace.panels.models import Assignment
from marketplace.scoring import queries, services
from marketplace.scoring.models import Sheet
from tests.factories import accounts, challenges, experts
from tests.scoring.conftest import World
from tests.scoring.judging import NOTE, idle_expert, score, seated, sheet, state


def judges(world: World, challenge: Challenge) -> list[Assignment]:
    """The experts of a new panel, all of whom have accepted."""
    with transaction():
        made = seated(world, challenge)
    return [each for each in made.assignments if each.state == "accepted"]


def test_who_sees_what_at_every_stage(world: World) -> None:
    """product.md 5: single scores and bids, for every role, from the opening to the ranking."""
    challenge = world.opened()
    seats = judges(world, challenge)
    idle = world.desk(idle_expert(world, seats[0].panel))
    people: dict[str, FlaskClient] = {
        "owner": world.desk(world.organizations[-1].members[0].user),
        "bidder": world.desk(world.organizations[0].members[0].user),
        "stranger": world.desk(world.organizations[2].members[0].user),
        "judge": world.desk(seats[0].expert.user), "idle": idle, "official": world.desk(world.officials[2]),
        "visitor": world.app.test_client(),
    }  # fmt: skip

    def seen(path: str) -> set[str]:
        at = f"/scoring/{challenge.number}{path}"
        return {name for name, desk in people.items() if desk.get(at).status_code == 200}

    assert seen("") == {"owner", "official", "judge"}
    assert seen("/bids/A") == seen("/consensus") == seen("/ranking") == set()
    with transaction():
        services.start_scoring(challenge, accounts.actor(world.officials[0]))
    assert seen("/bids/A") == {"judge"}
    assert seen("/consensus") == seen("/ranking") == set()
    _files_and_names(people, challenge)
    for one in seats:
        desk = people["judge"] if one is seats[0] else world.desk(one.expert.user)
        assert NOTE not in desk.get(f"/scoring/{challenge.number}").text
        for code in "AB":
            score(desk, challenge.number, code, "50", "30")
    assert challenges.fresh(challenge).state == "consensus"
    assert seen("/consensus") == seen("/bids/A") == {"judge"}
    # The first of the draw has the chair.
    assert people["judge"].submit(f"/scoring/{challenge.number}/consensus/sign").status_code == 302
    assert seen("/consensus") == seen("/ranking") == {"judge", "owner", "official"}
    assert seen("/bids/A") == set(), "a bid is read while it is judged"
    assert [(each.rank, each.shared) for each in queries.ranking(challenge)] == [(1, True), (1, True)]
    page = people["bidder"].get(f"/challenges/{challenge.number}").text
    assert "本单位申报总分" not in page, "the bidder learns his total from the notice on"


def _files_and_names(people: Mapping[str, FlaskClient], challenge: Challenge) -> None:
    """Files of a bid are for its experts, names of experts for the officials."""
    file, page = f"/scoring/{challenge.number}/bids/A/files/1", f"/panels/challenge/{challenge.number}"
    assert {name for name, desk in people.items() if desk.submit(file).status_code == 200} == {"judge"}
    assert {name for name, desk in people.items() if desk.get(page).status_code == 200} == {"official"}


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
