"""What the tests of scoring do again and again: seat a panel, answer, fill in a sheet, let a conflict appear."""

from __future__ import annotations

from collections.abc import Mapping

from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.challenges.models import Challenge
from marketplace.experts import services as register
from marketplace.foundation.db import db, transaction
from marketplace.panels import checking
from marketplace.panels import services as panels
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import panel_by_id, panel_of
from tests.factories import accounts, experts
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


def seated(world: World, challenge: Challenge) -> Panel:
    made = panels.convene(accounts.actor(world.officials[0]), challenge, ["domain.special"], 3, 0)
    for one in made.assignments:
        if one.state == "proposed":
            assert panels.accept(one, accounts.actor(one.expert.user))
    return made


def idle_expert(world: World, made: Panel) -> User:
    """An expert who is not on the panel."""
    on_it = {each.expert_id for each in made.assignments}
    return next(each.user for each in world.experts if each.id not in on_it and each.state == "approved")
