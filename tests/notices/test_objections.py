"""Objections stop the clock of a notice; nothing is confirmed while one is open; nobody decides on his own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.foundation.db import db, transaction
from marketplace.notices import services
from marketplace.notices.lifecycle import unsettled
from marketplace.notices.models import Notice, Objection
from marketplace.notices.policy import can_view, visible_to
from tests.factories import accounts, calendar, challenges, notices
from tests.support.site import Client

SAID = {"gist": "名次有误", "reply": "经核实无误", "reply_en": "Checked: right"}


@pytest.fixture
def world(app: Flask) -> Any:
    with app.app_context():
        calendar.know()
        yield {
            "official": accounts.actor(challenges.challenge_official()),
            "objector": accounts.actor(accounts.person()),
            "other": accounts.actor(accounts.person()),
        }


def decide(objection: Objection, name: str, actor: Actor) -> None:
    with transaction():
        services.decide(objection, name, actor, SAID)


def told(notice: Notice) -> str | None:
    """What of the notice stands against its decision, one thing at a time."""
    left = unsettled(notice)
    return left and left[0].en


def test_the_clock_stands_until_the_last_objection_is_decided(world: dict[str, Actor]) -> None:
    made = notices.notice()
    end = made.last_day
    assert told(made) == f"Notice {made.number} is open through {end}"
    first, second = (notices.objection(made, world[who]) for who in ("objector", "other"))
    assert (made.state, made.stopped_on) == ("extended", clock.today())
    with clock.standing_at(made.ends_at + timedelta(days=3)):
        with transaction():
            services.close_due()
        assert made.state == "extended"
        decide(first, "dismiss", world["official"])
        assert made.state == "extended"
        assert unsettled(made)
        assert told(made) == f"Objections to notice {made.number} that wait for a decision: 1"
        decide(second, "dismiss", world["official"])
        assert made.state == "open"
        assert made.last_day > end
        assert made.last_day > clock.today()
    with clock.standing_at(made.ends_at - timedelta(seconds=1)), transaction():
        services.close_due()
    assert made.state == "open"
    with clock.standing_at(made.ends_at):
        with pytest.raises(Refused):
            notices.objection(made, world["objector"])
        with transaction():
            services.close_due()
    assert told(made) is None


def test_an_upheld_objection_annuls_the_notice_for_ever(world: dict[str, Actor]) -> None:
    made = notices.notice()
    raised = notices.objection(made, world["objector"])
    with pytest.raises(Refused):
        notices.objection(made, world["objector"])  # one at a time
    with pytest.raises(Refused):
        decide(raised, "uphold", world["other"])
    with pytest.raises(Invalid), transaction():
        services.decide(raised, "uphold", world["official"], {"gist": "", "reply": ""})
    decide(raised, "uphold", world["official"])
    assert (made.state, raised.state) == ("annulled", "upheld")
    with pytest.raises(Conflict):
        decide(raised, "dismiss", world["official"])
    with clock.standing_at(made.ends_at + timedelta(days=30)), transaction():
        services.close_due()
    assert told(made) == f"Notice {made.number} was annulled"
    assert notices.notice().state == "open"  # annulled, the way is free for another one


def test_one_notice_about_a_thing_runs_at_a_time(world: dict[str, Actor]) -> None:
    notices.notice(7)
    with pytest.raises(Conflict):
        notices.notice(7)


def test_who_raised_it_is_for_him_and_the_officials(world: dict[str, Actor], client: Client) -> None:
    made = notices.notice()
    raised = notices.objection(made, world["objector"])
    for who, actor in world.items():
        seen = db.session.query(Objection).filter(visible_to(actor)).count() == 1
        assert seen == can_view(actor, raised) == (who != "other"), who
    number, key = made.number, raised.id
    for path in (f"/notices/{number}", f"/api/v1/notices/{number}", "/notices/feed.xml", "/notices.json"):
        text = client.get(path).text
        assert "实名人" not in text
        assert "评分有误" not in text
    assert client.get(f"/objections/{key}").status_code == 302
    stored = db.session.get_one(Notice, made.id)
    assert services.hashlib.sha256(client.get(f"/notices/{number}/text.json").data).hexdigest() == stored.digest


def test_new_years_eve_in_beijing_is_the_next_day(world: dict[str, Actor]) -> None:
    with clock.standing_at(clock.datetime(2025, 12, 31, 16, 30, tzinfo=clock.UTC)):
        made = notices.notice(9, days=3)  # 00:30 on New Year's Day in Beijing: a holiday, and so are the two behind it
    assert made.last_day.isoformat() == "2026-01-06"  # the Sunday, which was worked in, Monday, Tuesday
    with pytest.raises(Invalid) as refused:
        notices.notice(10, days=2)
    assert [each.field for each in refused.value.errors] == ["days"], "shorter than the setting allows"
