"""What the clock alone changes on the page of a challenge, and until when a page of it is kept for visitors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from marketplace.challenges import showing
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import transaction
from marketplace.search.services import ensure
from tests.factories import challenges
from tests.support.site import Client

DEADLINE = datetime(2026, 12, 31, 16, tzinfo=UTC)  # New Year in Beijing


def open_challenge() -> Challenge:
    return Challenge(
        state="published", deadline=DEADLINE, questions_until=DEADLINE - timedelta(days=9),
        answers_until=DEADLINE - timedelta(days=5), opening_at=DEADLINE + timedelta(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=3, hours=5, minutes=59), "3 天 5 小时"),
        (timedelta(days=1), "1 天 0 小时"),
        (timedelta(days=1) - timedelta(seconds=1), "23 小时 59 分钟"),
        (timedelta(minutes=59, seconds=59), "59 分钟"),
        (timedelta(seconds=59), "<1 分钟"),
        (timedelta(microseconds=1), "<1 分钟"),
    ],
)
def test_time_left_is_exact_to_the_minute_on_the_last_day(left: timedelta, said: str) -> None:
    shown = showing.time_left(open_challenge(), DEADLINE - left)
    assert shown is not None
    assert shown.zh == said


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=4)])
def test_no_time_is_left_from_the_deadline_on(after: timedelta) -> None:
    assert showing.remaining(open_challenge(), DEADLINE + after) == []
    assert showing.time_left(open_challenge(), DEADLINE + after) is None


@given(st.timedeltas(timedelta(seconds=-7200), timedelta(days=12)), st.integers(0, 999))
def test_the_page_is_the_same_until_it_says_so(left: timedelta, part: int) -> None:
    """Anywhere between an instant and the next change everything that depends on the clock stays as it is."""
    found, now = open_challenge(), DEADLINE - left
    until = showing.changes_at(found, now)
    if until is None:
        assert now >= max(getattr(found, key) for key in showing.ORDER)
        return
    assert until >= now
    later = now + (until - now) * part // 1000  # rounded up it would be the change itself
    passed = [[getattr(found, key) <= instant for key in showing.ORDER] for instant in (now, later)]
    assert passed[0] == passed[1]
    assert showing.remaining(found, now) == showing.remaining(found, later)


def test_a_kept_page_ends_with_the_deadline(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "stands", lambda: True)  # for requests, too, which run in a context of their own
    with app.app_context():
        with transaction():
            made = challenges.challenge()
        ensure()  # without an index no page is kept
        path, deadline = f"/challenges/{made.number}", made.deadline
    assert deadline is not None
    for instant, said in (
        (deadline - timedelta(seconds=2), "距揭榜截止"),
        (deadline - timedelta(microseconds=1), "距揭榜截止"),
        (deadline, "揭榜已截止"),
    ):
        monkeypatch.setattr(clock, "now", lambda instant=instant: instant)
        assert said in client.get(path).text
        assert ("填写密封申报" in client.get(path).text) is (instant < deadline)
        assert ("分钟" in client.get("/challenges").text) is (instant < deadline)
