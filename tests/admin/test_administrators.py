"""Three kinds of administrator, kept apart by services and by the database."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.admin import services
from marketplace.core.actor import SYSTEM
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from tests.factories import accounts
from tests.support.together import together

Db = scoped_session[Session]


def act(command: Any, user: User, *given: Any) -> None:
    with transaction() as session:
        command(session.get_one(User, user.id), *given)


def test_a_kind_is_given_and_ended_with_a_reason_in_history(session: Db) -> None:
    user, giver = accounts.person(), accounts.person(administrator="security")
    act(services.appoint, user, "audit", accounts.actor(giver), " 新到任 ")
    assert accounts.actor(user).administrator == "audit"
    act(services.dismiss, user, accounts.actor(giver), "调离")
    assert accounts.actor(user).administrator == ""
    told = [(each.action, each.actor_id, each.reason, each.data) for each in ledger.history(user)[-2:]]
    assert told == [
        ("appoint", giver.id, "新到任", {"administrator": ["", "audit"]}),
        ("dismiss", giver.id, "调离", {"administrator": ["audit", ""]}),
    ]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
@pytest.mark.parametrize("command", ["appoint", "dismiss", "disable", "enable"])
def test_no_act_without_a_reason(session: Db, command: str, reason: str) -> None:
    user = accounts.person()
    given = ("audit", SYSTEM, reason) if command == "appoint" else (SYSTEM, reason)
    with pytest.raises(Invalid) as refused:
        act(getattr(services, command), user, *given)
    assert [error.field for error in refused.value.errors] == ["reason"]


def test_nobody_holds_two_kinds(session: Db) -> None:
    user = accounts.person(administrator="system")
    with pytest.raises(Refused, match="one kind"):
        act(services.appoint, user, "audit", SYSTEM, "再加一类")
    for kinds in ("system,audit", "root"):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            session.execute(sa.update(User).where(User.id == user.id).values(administrator=kinds[:8]))


def test_nobody_appoints_himself_and_no_official_administers(session: Db) -> None:
    giver, official = accounts.person(administrator="security"), accounts.official()
    with pytest.raises(Refused, match="himself"):
        act(services.appoint, giver, "audit", accounts.actor(giver), "自己")
    with pytest.raises(Refused, match="no post"):
        act(services.appoint, official, "audit", accounts.actor(giver), "兼任")
    with pytest.raises(Refused, match="able to sign in"):
        act(services.appoint, accounts.person(confirmed=False), "audit", accounts.actor(giver), "未确认")
    with pytest.raises(Invalid):
        act(services.appoint, accounts.person(), "root", accounts.actor(giver), "没有这一类")


def test_the_last_security_administrator_stays(session: Db) -> None:
    first, second = (accounts.person(administrator="security") for _ in range(2))
    act(services.disable, second, accounts.actor(first), "离职")
    for command in (services.dismiss, services.disable):
        with pytest.raises(Refused):
            act(command, first, SYSTEM if command is services.disable else accounts.actor(first), "离职")
    act(services.enable, second, accounts.actor(first), "返聘")
    act(services.dismiss, first, accounts.actor(first), "交给另一人")
    assert accounts.actor(second).administrator == "security"


def test_two_who_dismiss_each_other_leave_one(app: Flask, session: Db) -> None:
    pair = [accounts.person(administrator="security").id for _ in range(2)]
    session.rollback()

    def dismiss(mine: int, other: int) -> bool:
        try:
            with transaction() as own:
                actor = accounts.actor(own.get_one(User, mine))
                services.dismiss(own.get_one(User, other), actor, "互相免去")
        except Refused:
            return False
        return True

    done = together([lambda: dismiss(*pair), lambda: dismiss(*reversed(pair))], app)
    assert sorted(done) == [False, True]
    session.rollback()
    assert session.query(User).filter_by(administrator="security").count() == 1


def test_what_was_done_already_is_told(session: Db) -> None:
    user = accounts.person()
    act(services.disable, user, SYSTEM, "一")
    with pytest.raises(Conflict):
        act(services.disable, user, SYSTEM, "二")
    with pytest.raises(Conflict):
        act(services.dismiss, user, SYSTEM, "三")
    act(services.enable, user, SYSTEM, "四")
    with pytest.raises(Conflict):
        act(services.enable, user, SYSTEM, "五")
