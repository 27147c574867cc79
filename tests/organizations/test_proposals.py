"""A new identity of a verified organization, its marks and licence, and its line of parents."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.cli.seeding_organizations import LICENCE as PDF
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.organizations import proposals, services, tree
from marketplace.organizations.marks import valid_marks
from marketplace.organizations.models import Member, Organization, Proposal
from marketplace.organizations.policy import can_verify, can_view
from marketplace.organizations.queries import actor_of, open_proposal, proposals_waiting, waits_for_verification
from tests.factories import accounts
from tests.support.site import Client

Db = scoped_session[Session]
MARK = {"code": "first_set_provincial", "batch": "2026 年第一批", "certificate": "皖 1", "valid_until": "2026-12-31"}


def owner(made: Organization) -> Actor:
    return accounts.actor(made.members[0].user)


def official(region: str = accounts.HEFEI) -> Actor:
    return accounts.actor(accounts.official(region))


def propose(made: Organization, seen: int | None = None, **values: Any) -> Proposal:
    with transaction():
        return proposals.propose(made, values, owner(made), seen)


def decide(made: Organization, name: str, actor: Actor, reason: str = "") -> None:
    with transaction():
        proposals.take_proposal_step(made, name, actor, reason, None)


def test_the_public_sees_the_verified_name_until_the_new_one_is_approved(client: Client, session: Db) -> None:
    made = accounts.organization()
    number, old, city = made.number, made.name, official()
    propose(made, name="安徽新名称有限公司")
    page = client.get(f"/organizations/{number}").text
    assert old in page
    assert "安徽新名称有限公司" not in page
    assert session.scalars(sa.select(Proposal).where(proposals_waiting(city))).one().organization_id == made.id
    decide(made, "approve", city)
    page = client.get(f"/organizations/{number}").text
    assert "安徽新名称有限公司" in page
    changed = next(entry for entry in ledger.history(made) if entry.action == "change_identity")
    assert changed.data["changed"]["name"] == [old, "安徽新名称有限公司"]
    assert changed.post == "某市工业和信息化局"
    assert not session.scalars(sa.select(Proposal).where(proposals_waiting(city))).all()


def test_a_returned_change_is_corrected_and_only_one_is_open(session: Db) -> None:
    made = accounts.organization()
    first = propose(made, name="甲公司")
    with pytest.raises(IntegrityError), transaction():
        session.add(Proposal(organization_id=made.id, content={}, region=""))
    with pytest.raises(Invalid):
        decide(made, "return", official())
    decide(made, "return", official(), "与执照不符")
    assert (first.state, first.remark) == ("returned", "与执照不符")
    with pytest.raises(Conflict):
        propose(made, seen=first.version - 1, name="乙公司")
    again = propose(made, seen=first.version, name="乙公司")
    assert (again.id, again.state) == (first.id, "in_review")
    propose(made, name="丙公司")
    assert first.state == "discarded"
    decide(made, "discard", owner(made))
    assert open_proposal(made) is None


def test_what_changes_nothing_or_cannot_be_is_not_proposed(session: Db) -> None:
    made, other = accounts.organization(), accounts.organization()
    for values in ({}, {"credit_code": other.credit_code}, {"name": "长" * 10_000}, {"region": "110000"}):
        with pytest.raises(Invalid):
            propose(made, **values)
    with pytest.raises(NotFound):
        propose(accounts.organization("pending"), name="丁公司")
    assert session.query(Proposal).count() == 0


def test_a_code_that_was_taken_meanwhile_is_not_approved(session: Db) -> None:
    made, code = accounts.organization(), accounts.credit_code()
    propose(made, credit_code=code)
    accounts.organization(credit_code=code)
    with pytest.raises(Invalid):
        decide(made, "approve", official())
    assert made.credit_code != code


def test_a_suspended_organization_gets_no_new_identity(session: Db) -> None:
    made, city = accounts.organization(), official()
    propose(made, name="戊公司")
    with transaction():
        services.take_organization_step(made, "suspend", city, "查证", None)
    with pytest.raises(Refused):
        decide(made, "approve", city)


def test_who_moves_is_verified_by_the_city_it_moves_to(app: Flask, session: Db) -> None:
    from tests.factories import products

    made, hefei, wuhu = accounts.organization(), official(), official(accounts.WUHU)
    listed = products.product("published", made)
    propose(made, region=accounts.WUHU)
    with pytest.raises(Refused):
        decide(made, "approve", hefei)
    decide(made, "approve", wuhu)
    assert made.region == accounts.WUHU
    while accounts_worker(app):
        pass
    session.refresh(listed)
    assert listed.region == accounts.WUHU


def accounts_worker(app: Flask) -> bool:
    from marketplace.foundation.outbox import handle_next

    return handle_next(app.extensions["schedule"].subscriptions)


def test_marks_are_checked_and_shown_only_while_they_are_valid(client: Client, session: Db) -> None:
    made = accounts.organization()
    number = made.number
    for wrong in ({"code": "king"}, {"batch": ""}, {"certificate": "x" * 81}, {"valid_until": "2026-02-30"}):
        with pytest.raises(Invalid):
            propose(made, marks=[{**MARK, **wrong}])
    today = clock.today().isoformat()
    propose(made, marks=[{**MARK, "valid_until": today}, {**MARK, "certificate": "旧证", "valid_until": "2020-01-01"}])
    assert "皖 1" not in client.get(f"/organizations/{number}").text
    decide(made, "approve", official())
    page = client.get(f"/organizations/{number}").text
    assert "皖 1" in page
    assert "旧证" not in page
    with clock.standing_at(clock.end_of_day(clock.today()) - timedelta(seconds=1)):
        assert len(valid_marks(made.marks)) == 1
    with clock.standing_at(clock.end_of_day(clock.today())):
        assert valid_marks(made.marks) == []


def test_the_licence_is_for_members_and_those_in_charge(app: Flask, client: Client, session: Db) -> None:
    made = accounts.organization("registered")
    number = made.number
    accounts.sign_in(client, made.members[0].user)
    path = f"/organizations/{number}/papers"
    refused = client.submit(path, {"licence": (io.BytesIO(b"MZ"), "执照.exe"), "version": made.version})
    assert refused.status_code == 422
    sent = client.submit(path, {"licence": (io.BytesIO(PDF), "执照.pdf"), "version": made.version})
    assert sent.status_code == 302, sent.text[-2000:]
    session.refresh(made)
    file = f"/files/{made.licence_id}/x.pdf"
    city, other = accounts.official(accounts.HEFEI), accounts.official(accounts.WUHU)
    browsers = {}
    for name, user in (("city", city), ("other", other), ("vendor", accounts.organization().members[0].user)):
        browsers[name] = app.test_client()
        accounts.sign_in(browsers[name], user)
    assert {name: each.get(file).status_code for name, each in browsers.items()} == dict.fromkeys(browsers, 404)
    assert client.get(file, buffered=True).status_code == 200
    with transaction():
        services.take_organization_step(made, "submit", owner(made), "", None)
    found = {name: each.get(file, buffered=True).status_code for name, each in browsers.items()}
    assert found == {"city": 200, "other": 404, "vendor": 404}
    assert app.test_client().get(file).location.startswith("/account/sign-in")
    assert "执照.pdf" in browsers["city"].get(f"/review/organizations/{number}").text


# ---- the line of parents ----


def name_parent(child: Organization, parent: Organization) -> None:
    with transaction():
        services.change_organization(child, {"parent_id": parent.id}, owner(child))


def link(child: Organization, step: str, actor: Actor, reason: str = "") -> None:
    with transaction():
        tree.take_parent_step(child, step, actor, reason, None)


def test_a_parent_accepts_before_the_line_counts(client: Client, session: Db) -> None:
    parent, child = accounts.organization(), accounts.organization("pending")
    name_parent(child, parent)
    assert not can_view(owner(parent), child)
    with pytest.raises(Refused):
        link(child, "accept_child", owner(child))
    link(child, "accept_child", owner(parent))
    assert can_view(owner(parent), child)
    assert child.name not in client.get(f"/organizations/{parent.number}").text, "not public yet"
    accounts.sign_in(client, parent.members[0].user)
    assert child.name in client.get(f"/organizations/{parent.number}").text
    link(child, "release", owner(child), "已划转")
    assert (child.parent_id, child.parent_state) == (None, "none")
    assert not can_view(owner(parent), child)


def test_nobody_is_his_own_parent_by_any_way_around(session: Db) -> None:
    first, second, third = (accounts.organization() for _ in range(3))
    name_parent(second, first)
    name_parent(third, second)
    with pytest.raises(Invalid):
        name_parent(first, third)
    with pytest.raises(FieldError, match="parent"), transaction():
        services.parent_named("O-1999-000001", owner(first))


def test_nobody_decides_on_what_his_line_filed(session: Db) -> None:
    """An official who works for the parent of a firm, or for its subsidiary, leaves its papers to others."""
    user = accounts.official(accounts.HEFEI)
    parent = accounts.organization(owner=user)
    child, stranger = accounts.organization("pending"), accounts.organization("pending")
    assert can_verify(accounts.actor(user), child)
    name_parent(child, parent)
    assert can_verify(accounts.actor(user), child), "a claim alone bars nobody"
    link(child, "accept_child", owner(parent))
    actor = accounts.actor(user)
    assert not can_verify(actor, child)
    assert can_verify(actor, stranger)
    assert set(session.scalars(sa.select(Organization).where(waits_for_verification(actor)))) == {stranger}
    with pytest.raises(Refused), transaction():
        services.take_organization_step(child, "verify", actor, "", None)
    below = accounts.official(accounts.HEFEI)
    with transaction():
        session.add(Member(organization_id=child.id, user_id=below.id, role="editor"))
    waiting = accounts.organization("verified", owner=accounts.person())
    assert parent.id in actor_of(session.get_one(User, below.id)).posts[0].barred
    assert waiting.id not in actor_of(below).posts[0].barred
