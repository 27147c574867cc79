"""The chain of a need: what everybody sees of it, what its sides see as well, and that every line can be checked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.chains import joining, showing
from marketplace.chains.joining import Chain
from marketplace.core import clock as clocks
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import NotFound
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.listings import services as listings
from marketplace.pilots.models import Pilot
from marketplace.scenarios.kind import SCENARIO
from tests.factories import accounts, challenges, enquiries, library, pilots, scenarios
from tests.support.site import Client, Clock

Db = scoped_session[Session]
SCRIPT = Path(__file__).parents[2] / "docs" / "check_chain.py"


@dataclass
class Way:
    """A need whose talk led to a pilot that an official verified."""

    who: pilots.Sides
    talk: str
    pilot: Pilot


def walked(clock: Clock) -> Way:
    """The way from the talk to the verified pilot, two months long."""
    who = pilots.sides()
    talk = enquiries.agreed(who)
    made = library.verified(who, clock, talk.number)
    return Way(who, talk.number, made)


@pytest.fixture
def asked(session: Db) -> Iterator[Db]:
    """As within a request, which gives links their addresses."""
    with current_app.test_request_context():
        yield session


def seen(need: int, actor: Actor = VISITOR) -> Chain:
    return joining.chain_of(need, actor)


def told(chain: Chain) -> list[tuple[str, str]]:
    return [(line.link.stage, line.event.what.en) for line in joining.timeline(chain.links)]


def progress(chain: Chain, need: int) -> dict[str, str | None]:
    return {each.stage: each.progress for each in joining.steps(chain.of_need(need))}


def test_from_the_need_to_the_verified_pilot(asked: Db, clock: Clock) -> None:
    way = walked(clock)
    need = way.who.scenario.id
    public, own = seen(need), seen(need, way.who.demander)
    assert public.number == own.number == way.who.scenario.number
    assert told(public) == [
        ("need", "Published"),
        ("pilot", "Run started"),
        ("pilot", "Run ended"),
        ("pilot", "Verified"),
    ]
    assert progress(public, need) == {"need": "done", "talk": "done", "pilot": "done", "site": None, "copy": None}
    # A visitor learns that there was a talk, and neither its number nor what was said when; its sides read both.
    assert [(each.number, each.href, each.events) for each in public.links if each.stage == "talk"] == [("", "", ())]
    assert [each for each in told(own) if each[0] == "talk"] == [
        ("talk", "Talk opened"), ("talk", "Accepted"), ("talk", "Outcome confirmed by both: A pilot"),
        ("talk", "Agreed by both"),
    ]  # fmt: skip
    assert way.talk in str(own.links)
    # Signed by post and organization.
    signed = [line.who.zh for line in joining.timeline(public.links)]
    assert signed[1:] == [way.who.product.organization.name, way.who.scenario.organization.name, "省工业和信息化厅"]
    stranger = accounts.actor(accounts.person())
    assert told(seen(need, stranger)) == told(public)


def test_what_is_not_public_is_on_no_chain(asked: Db, clock: Clock) -> None:
    who = pilots.sides()
    pilots.pilot("agreed", who)
    drafted = challenges.challenge("approved", who.scenario.organization, who.scenario)
    public = seen(who.scenario.id)
    assert [each.stage for each in public.links] == ["need"]
    assert [each.stage for each in seen(who.scenario.id, who.supplier).links] == ["need", "pilot"]
    challenges.take(drafted, "publish")
    (posted,) = [each for each in seen(who.scenario.id).links if each.stage == "talk"]
    assert [(each.what.en, each.reason) for each in posted.events] == [("Published", None)]
    assert joining.steps([posted])[1].name.en == "Challenge"
    with transaction():
        listings.take_step(SCENARIO, who.scenario, SCENARIO.lifecycle.by_name["suspend"], reviewer(), "核实中", None)
    hidden = seen(who.scenario.id)
    assert [each.stage for each in hidden.links] == ["talk"]
    (reason,) = [each.reason for each in seen(who.scenario.id, who.demander).links[0].events[1:]]
    assert reason is None  # between the official and the owner
    with pytest.raises(NotFound):
        seen(scenarios.scenario("in_review").id)


def test_a_stage_that_only_its_sides_see_is_not_said_to_be_empty(asked: Db, clock: Clock) -> None:
    """A verified pilot stands behind talks of which a stranger learns nothing: neither that there are any, nor none."""
    who = pilots.sides()
    enquiries.agreed(who)
    stranger = accounts.actor(accounts.person())

    def talks(actor: Actor) -> tuple[str, list[str]]:
        step = joining.steps(seen(who.scenario.id, actor).of_need(who.scenario.id))[1]
        return step.words.zh, [str(label.zh) for label, _href, _day in showing._items(step, "")]

    for outside in (VISITOR, stranger):
        assert talks(outside) == ("不公开", ["只有双方看得到"])
    assert talks(who.supplier)[0] == talks(who.demander)[0] == "已达成"
    untouched = pilots.sides(demander=who.scenario.organization)
    step = joining.steps(seen(untouched.scenario.id, who.demander).of_need(untouched.scenario.id))[1]
    assert (step.words.zh, step.closed) == ("未开始", False), "its own organization would see every talk"


def reviewer() -> Actor:
    return accounts.actor(accounts.official())


def test_every_line_can_be_checked(asked: Db, clock: Clock, tmp_path: Path) -> None:
    way = walked(clock)
    made = showing.item(seen(way.who.scenario.id))
    assert len(made["events"]) == 4
    lines = list(ledger.exported())
    history, chain = tmp_path / "history.jsonl", tmp_path / "chain.json"
    history.write_text("".join(lines), "utf-8")
    chain.write_text(json.dumps(made), "utf-8")
    assert checked(chain, "--history", history) == (0, "4 events, 0 faults")
    assert checked(chain, "--before", chain)[0] == 0
    # Somebody changes a reason in history, or the day of an event on the chain, or takes one away.
    place = made["events"][1]["entry"] - 1
    history.write_text("".join([*lines[:place], lines[place].replace("start", "begin"), *lines[place + 1 :]]), "utf-8")
    assert f"broken at entry {place + 1}" in checked(chain, "--history", history)[1]
    history.write_text("".join(lines[:place]), "utf-8")
    assert "history ends at entry" in checked(chain, "--history", history)[1]
    history.write_text("".join(lines), "utf-8")
    changed = tmp_path / "changed.json"
    other = {**made["events"][2], "at": "2026-01-01T00:00:00.000000+00:00"}
    changed.write_text(json.dumps({**made, "events": [made["events"][0], other, made["events"][3]]}), "utf-8")
    assert "is not what the chain says" in checked(changed, "--history", history)[1]
    found = checked(changed, "--before", chain)
    assert found[0] == 1
    assert "is not shown any more: Run started" in found[1]
    assert "was changed: Run ended" in found[1]


def checked(chain: Path, against: str, file: Path) -> tuple[int, str]:
    """What the script says of a chain, and how it ends."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(chain), against, str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr or done.stdout.strip().rpartition(": ")[2].rstrip(".")


def test_pages_and_files(session: Db, client: Client, clock: Clock) -> None:
    way = walked(clock)
    need = way.who.scenario
    page = client.get(f"/chains/{need.number}").text
    (start,) = [entry for entry in ledger.history(way.pilot) if entry.action == "start"]
    assert start.hash in page
    assert way.talk not in page
    shown: Sequence[str] = (
        f"/scenarios/{need.number}",
        f"/pilots/{way.pilot.number}",
        f"/products/{way.who.product.number}",
    )
    for path in shown:
        assert f'href="/chains/{need.number}"' in client.get(path).text, path
    lines = client.get(f"/chains/{need.number}.csv").text.splitlines()
    assert len(lines) == 5
    assert start.hash in lines[2]
    found = client.get(f"/chains/{need.number}.json").json
    assert found == client.get(f"/api/v1/chains/{need.number}").json
    assert [each["number"] for each in found["objects"] if each["stage"] == "pilot"] == [way.pilot.number]
    assert way.talk not in json.dumps(found)
    for path in ("/chains/S-1999-000001", "/chains/S-1999-000001.json", "/api/v1/chains/S-1999-000001"):
        assert client.get(path).status_code == 404
    # A new event is there at once, though the page is kept ready for visitors.
    with transaction():
        listings.take_step(SCENARIO, need, SCENARIO.lifecycle.by_name["fulfil"], way.who.demander, "", None)
    assert "需求已满足" in client.get(f"/chains/{need.number}").text
    assert clocks.today() - way.pilot.started_on >= timedelta(days=40)
