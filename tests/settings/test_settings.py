"""Settings as they are kept: defaults, changes with their history, and two who change the same one."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.settings import queries, services
from marketplace.settings.models import SettingValue
from tests.support.together import together

Db = scoped_session[Session]

MINUTES = Setting("trial.minutes", Text("分钟", "Minutes"), 30, least=5, most=600)
OPEN = Setting("trial.open", Text("开放", "Open"), False)
OPERATOR = Actor(kind="user", user_id=7)


def change(setting: Setting[int], typed: str, seen: int, reason: str = "按通知") -> bool:
    with transaction():
        return services.change(setting, typed, OPERATOR, reason, seen)


def test_what_was_never_changed_has_its_default(session: Db) -> None:
    assert queries.value(MINUTES) == 30
    assert queries.values([MINUTES, OPEN]) == {"trial.minutes": 30, "trial.open": False}
    assert queries.rows() == {}


def test_a_change_is_kept_with_its_reason(session: Db) -> None:
    assert change(MINUTES, "45", services.NEVER_CHANGED)
    row = queries.rows()["trial.minutes"]
    assert change(MINUTES, "60", row.version)
    assert queries.value(MINUTES) == queries.values([MINUTES])["trial.minutes"] == 60
    entries = ledger.history(row)
    assert [entry.data["value"] for entry in entries] == [["30", "45"], ["45", "60"]]
    assert {(entry.actor_id, entry.reason) for entry in entries} == {(7, "按通知")}


def test_the_same_value_again_is_no_change(session: Db) -> None:
    change(MINUTES, "45", services.NEVER_CHANGED)
    row = queries.rows()["trial.minutes"]
    assert not change(MINUTES, " 45 ", row.version)
    assert len(ledger.history(row)) == 1


@pytest.mark.parametrize(("typed", "reason", "fields"), [
    ("4", "为了试验", ["trial.minutes"]), ("45", "  ", ["reason"]), ("x", "", ["trial.minutes", "reason"]),
    ("45", "长" * 2001, ["reason"]),
])  # fmt: skip
def test_a_refusal_names_every_field_and_writes_nothing(
    session: Db, typed: str, reason: str, fields: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        change(MINUTES, typed, services.NEVER_CHANGED, reason)
    assert [error.field for error in caught.value.errors] == fields
    assert queries.rows() == {}


def test_a_value_that_a_new_release_refuses_gives_way_to_the_default(
    session: Db, caplog: pytest.LogCaptureFixture
) -> None:
    change(MINUTES, "600", services.NEVER_CHANGED)
    stricter = Setting("trial.minutes", MINUTES.label, 30, least=5, most=60)
    assert queries.value(stricter) == 30
    assert "trial.minutes" in caplog.text


@pytest.mark.parametrize("known", [False, True], ids=["the first change", "a later change"])
def test_of_two_at_once_one_wins(app: Flask, session: Db, known: bool) -> None:
    seen = services.NEVER_CHANGED
    if known:
        change(MINUTES, "45", seen)
        seen = queries.rows()["trial.minutes"].version

    def write(typed: str) -> str:
        try:
            change(MINUTES, typed, seen)
        except Conflict:
            return "conflict"
        return "changed"

    told = together([lambda: write("100"), lambda: write("200")], app)
    assert sorted(told) == ["changed", "conflict"]
    session.rollback()
    assert len(ledger.history(session.query(SettingValue).one())) == 1 + known
