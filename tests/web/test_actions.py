"""The one way from a button to a step: who is asked to sign in, what the form may say, where the actor lands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Blueprint, Flask

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.lifecycle import Lifecycle, State, Step, step
from marketplace.core.text import Text
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from tests.factories import accounts
from tests.support.site import Client


@dataclass
class Gate:
    """Something with a state that no database knows."""

    number: str = "G-1"
    state: str = "shut"


def anybody(_actor: Actor, _gate: Any) -> bool:
    return True


GATE = Lifecycle(
    "gate", Text("大门", "Gate"), "shut",
    {"shut": State(Text("关着", "Shut")), "open": State(Text("开着", "Open"))},
    (
        step("open", "shut", "open", who=anybody, label=Text("开门", "Open up"), past="Opened up"),
        step("rust", "shut", "open", who=anybody, quiet=True, label=Text("生锈", "Rust")),
    ),
)  # fmt: skip


@dataclass
class Trial:
    """What was carried out, and how the next act ends."""

    done: list[tuple[str, str, int | None]]
    error: Exception | None = None


@pytest.fixture
def trial(app: Flask) -> Trial:
    """The app with gates whose steps are written down instead of carried out."""
    trial = Trial([])

    def load(number: str, actor: Actor) -> Gate:
        if number != "G-1" or not actor.signed_in:
            raise NotFound
        return Gate()

    def perform(_gate: Gate, step: Step, _actor: Actor, reason: str, seen: int | None) -> None:
        if trial.error:
            raise trial.error
        trial.done.append((step.name, reason, seen))

    gates = Blueprint("gates", __name__, url_prefix="/gates")
    add_actions(gates, ActionRoute(GATE, load, perform, lambda gate: f"/gates/{gate.number}"))
    add_actions(gates, ActionRoute(GATE, load, perform, lambda gate: f"/gates/{gate.number}", "second"))
    app.register_blueprint(gates)
    return trial


@pytest.fixture
def member(app: Flask, client: Client) -> Client:
    """Somebody signed in."""
    with app.app_context():
        accounts.person("zhang@test.example")
    accounts.sign_in(client, "zhang@test.example")
    return client


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is in the database


@sqlite_only
@pytest.mark.parametrize("path", ["do", "second"])
def test_a_step_is_carried_out_and_told(trial: Trial, member: Client, path: str) -> None:
    answer = member.submit(f"/gates/G-1/{path}", {"transition": "open", "version": "3", "reason": "通风"})
    assert (answer.status_code, answer.location) == (302, "/gates/G-1")
    assert trial.done == [("open", "通风", 3)]
    assert "已办理：开门。" in member.get("/help?lang=zh").text


@sqlite_only
def test_it_is_told_in_the_language_of_the_reader(trial: Trial, member: Client) -> None:
    member.get("/help?lang=en")
    member.submit("/gates/G-1/do", {"transition": "open"})
    page = member.get("/help").text
    assert "Opened up." in page
    assert "Done:" not in page


@sqlite_only
@pytest.mark.parametrize(
    ("following", "location"), [("/workspace/", "/workspace/"), ("//evil.example", "/gates/G-1"), ("", "/gates/G-1")]
)
def test_where_the_actor_lands(trial: Trial, member: Client, following: str, location: str) -> None:
    assert member.submit("/gates/G-1/do", {"transition": "open", "next": following}).location == location


@sqlite_only
@pytest.mark.parametrize("name", ["rust", "explode", "", "__class__"])
def test_what_is_no_button_is_not_found(trial: Trial, member: Client, name: str) -> None:
    assert member.submit("/gates/G-1/do", {"transition": name}).status_code == 404
    assert trial.done == []


@sqlite_only
def test_an_unknown_object_is_not_found(trial: Trial, member: Client) -> None:
    assert member.submit("/gates/G-2/do", {"transition": "open"}).status_code == 404


@sqlite_only
def test_a_visitor_signs_in_first(trial: Trial, client: Client) -> None:
    answer = client.submit("/gates/G-1/do", {"transition": "open", "reason": "通风"})
    assert (answer.status_code, answer.location) == (302, "/account/sign-in")
    assert trial.done == []


@sqlite_only
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused(Text("规则", "Rule"), Text("事实", "Fact"), Text("下一步", "Next")), 403),
        (Conflict(Text("有人先办了", "Somebody was first")), 409),
        (NotFound(), 404),
    ],
)
def test_a_step_that_cannot_be_taken_is_not_told_as_done(
    trial: Trial, member: Client, error: Exception, status: int
) -> None:
    trial.error = error
    answer = member.submit("/gates/G-1/do", {"transition": "open", "reason": "写了很久的理由"})
    assert answer.status_code == status
    assert status == 404 or "写了很久的理由" in answer.text
    assert "已办理" not in answer.text
    assert "已办理" not in member.get("/help").text


@sqlite_only
@pytest.mark.parametrize(
    ("reason", "read"), [(" a\r\nb ", "a\nb"), ("\ue000臂\x07", "臂"), ("e\u0301", "\u00e9"), ("", "")]
)
def test_a_reason_is_cleaned_like_every_text(trial: Trial, member: Client, reason: str, read: str) -> None:
    member.submit("/gates/G-1/do", {"transition": "open", "reason": reason})
    assert trial.done == [("open", read, None)]


@sqlite_only
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("7", 7),
        ("0", 0),
        ("", None),
        ("-1", None),
        ("x", None),
        ("１", None),
        ("²", None),
        ("9" * 30, None),
        ("1.0", None),
    ],
)
def test_a_version_is_a_small_whole_number(app: Flask, text: str, seen: int | None) -> None:
    with app.test_request_context("/", method="POST", data={"version": text}):
        assert seen_version() == seen


@sqlite_only
def test_offers_are_the_open_steps(app: Flask) -> None:
    with app.test_request_context("/"):
        assert [offer.step.name for offer in offers(GATE, Gate())] == ["open"]
        assert offers(GATE, Gate(state="open")) == []
