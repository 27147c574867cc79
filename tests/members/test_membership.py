"""Roles, removing, leaving, handing over: an organization never stands without an owner, whoever acts at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.errors import Conflict, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.members import services
from marketplace.members.models import FormerMember
from marketplace.organizations.models import Member, Organization
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.together import together

Db = scoped_session[Session]


@pytest.fixture
def pair(session: Db) -> tuple[Organization, User, User]:
    """An organization with an owner and an editor."""
    made = accounts.organization(owner=accounts.person("owner@test.example"))
    editor = accounts.person("editor@test.example")
    accounts.join(made, editor)
    return made, made.members[0].user, editor


def member(made: Organization, user: User) -> Member:
    return db.session.query(Member).filter_by(organization_id=made.id, user_id=user.id).one()


def roles(made: Organization) -> list[str]:
    return sorted(each.role for each in db.session.query(Member).filter_by(organization_id=made.id))


def test_the_last_owner_stays(pair: tuple[Organization, User, User]) -> None:
    made, owner, editor = pair
    own = member(made, owner).id
    acts: tuple[Callable[[], None], ...] = (
        lambda: services.leave(made, accounts.actor(owner)),
        lambda: services.change_role(made, own, "editor", accounts.actor(owner), "owner"),
        lambda: services.remove_member(made, own, accounts.actor(owner), "自己", "owner"),
        lambda: services.change_role(made, own, "editor", accounts.actor(editor), "owner"),
    )
    for act in acts:
        with pytest.raises(Refused), transaction():
            act()
    assert roles(made) == ["editor", "owner"]


def test_handing_over_and_leaving(app: Flask, pair: tuple[Organization, User, User], capsys: Output) -> None:
    made, owner, editor = pair
    delivered(app, capsys)
    with transaction():
        services.hand_over(made, member(made, editor).id, accounts.actor(owner), "editor")
    assert (member(made, owner).role, member(made, editor).role) == ("editor", "owner")
    assert {mail["To"] for mail in delivered(app, capsys)} == {"owner@test.example", "editor@test.example"}
    with transaction():
        services.leave(made, accounts.actor(owner))
    assert roles(made) == ["owner"]
    assert [mail["To"] for mail in delivered(app, capsys)] == ["editor@test.example"]
    assert [entry.action for entry in ledger.history(made)][-2:] == ["hand_over", "leave"]
    former = db.session.query(FormerMember).one()
    assert (former.user_id, former.removed) == (owner.id, False)
    assert not accounts.actor(owner).organization_ids


def test_a_stale_page_changes_nobody(pair: tuple[Organization, User, User]) -> None:
    made, owner, editor = pair
    key = member(made, editor).id
    with transaction():
        services.change_role(made, key, "owner", accounts.actor(owner), "editor")
    with pytest.raises(Conflict), transaction():
        services.remove_member(made, key, accounts.actor(owner), "旧页面", "editor")
    with transaction():
        services.remove_member(made, key, accounts.actor(owner), "新页面", "owner")
    with pytest.raises(Conflict), transaction():
        services.change_role(made, key, "editor", accounts.actor(owner), "owner")


@pytest.mark.parametrize("act", ["leave", "remove"])
def test_two_owners_at_once_leave_one(app: Flask, act: str) -> None:
    """Both leave, or each removes the other: one wins, the other is told why not."""
    with app.app_context():
        made = accounts.organization(owner=accounts.person("one@test.example"))
        other = accounts.person("two@test.example")
        accounts.join(made, other, "owner")
        number, key = made.number, made.id
        keys = [each.id for each in db.session.query(Member).filter_by(organization_id=key).order_by(Member.id)]
    for _round in range(2):
        clients = [app.test_client(), app.test_client()]
        for client, email in zip(clients, ("one@test.example", "two@test.example"), strict=True):
            accounts.sign_in(client, email)
        aims = keys if act == "leave" else keys[::-1]
        acts = [
            sending(client, f"/organizations/{number}/members/{aim}", {"act": act, "seen": "owner", "reason": "同时"})
            for client, aim in zip(clients, aims, strict=True)
        ]
        answers = together(acts)
        assert sorted(answer.status_code for answer in answers) in ([302, 403], [302, 404]), answers
        with app.app_context():
            (left,) = db.session.query(Member).filter_by(organization_id=key)
            assert left.role == "owner"
            assert ledger.verify().broken is None
            gone = next(each for each in ("one@test.example", "two@test.example") if each != left.user.email)
            with transaction():
                user = db.session.query(User).filter_by(email=gone).one()
                joined = Member(organization_id=key, user_id=user.id, role="owner")
                db.session.add(joined)
                db.session.flush()
                ids = {left.user.email: left.id, gone: joined.id}
            keys = [ids["one@test.example"], ids["two@test.example"]]


def sending(client: Any, path: str, form: dict[str, str]) -> Callable[[], Any]:
    """The press of a button, ready to happen."""
    filled = {**form, "csrf_token": client.token()}
    return lambda: client.post(path, data=filled)
