"""Taking over an organization compiled from public material: who may, once, with what evidence, and who decides."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.accounts.privacy import delete_account
from marketplace.cli.seeding_organizations import LICENCE
from marketplace.core import clock
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.foundation.files import StoredFile
from marketplace.members.models import FormerMember
from marketplace.organizations import queries as organization_queries
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.services import change_organization, load_organization, prepare_licence
from marketplace.sample.credit import credit_code
from marketplace.takeovers import queries, services
from marketplace.takeovers.models import Takeover
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.site import Client

Db = scoped_session[Session]
CODE = credit_code("真实的代码")
VALUES = {"credit_code": CODE, "message": "市场部，经理，0551-00000000"}


def compiled(region: str = accounts.HEFEI, name: str = "公开资料厂商") -> Organization:
    with transaction():
        return load_organization(
            name=name, kind="vendor", region=region, credit_code=credit_code(name), place="" if region else "上海市"
        )


def claim(organization: Organization, user: User, **values: str) -> Takeover:
    licence = prepare_licence(io.BytesIO(LICENCE), "执照.pdf")
    with transaction():
        return services.claim(organization, VALUES | values, licence, accounts.actor(user))


def take(takeover: Takeover, name: str, user: User, reason: str = "", seen: int | None = None) -> None:
    with transaction():
        services.take_takeover_step(takeover, name, accounts.actor(user), reason, seen)


def test_who_is_approved_is_its_owner_and_the_others_lapse(app: Flask, session: Db, capsys: Output) -> None:
    made, official = compiled(), accounts.official(accounts.HEFEI, ("verify",))
    person, rival = accounts.person("claims@test.example"), accounts.person("rival@test.example")
    delivered(app, capsys)
    first, second = claim(made, person), claim(made, rival)
    assert {mail["To"] for mail in delivered(app, capsys)} == {official.email}
    with pytest.raises(Conflict):
        take(first, "approve", official, seen=first.version + 1)
    take(first, "approve", official)
    assert [(each.user_id, each.role) for each in session.query(Member).filter_by(organization_id=made.id)] == [
        (person.id, "owner")
    ]
    assert (made.compiled, made.credit_code, made.state) == (False, CODE, "verified")
    licence = session.get_one(StoredFile, made.licence_id)
    assert (licence.owner_type, licence.owner_id) == ("organization", made.id)
    assert organization_queries.can_read_file(accounts.actor(person), licence)
    assert second.state == "lapsed"
    theirs = session.get_one(StoredFile, second.licence_id)
    assert not queries.can_read_file(accounts.actor(person), theirs), "the owner does not read a rival's papers"
    assert queries.can_read_file(accounts.actor(rival), theirs)
    entries = ledger.history(made)[-2:]
    assert [entry.action for entry in entries] == ["take_over", "join"]
    assert all(entry.post_id for entry in entries)
    assert {mail["To"] for mail in delivered(app, capsys)} == {"claims@test.example", "rival@test.example"}
    with transaction():
        change_organization(made, {"about": "自己写的简介"}, accounts.actor(person))
    with pytest.raises(Refused):
        claim(made, rival, credit_code=credit_code("又一个"))


def test_claims_that_cannot_be(session: Db) -> None:
    made, person = compiled(), accounts.person()
    founded = accounts.organization()
    with pytest.raises(Refused):
        claim(founded, person)
    with pytest.raises(Invalid, match="credit_code"):
        claim(made, person, credit_code=founded.credit_code)
    for values in ({"credit_code": "123"}, {"message": " "}, {"message": "长" * 501}):
        with pytest.raises(Invalid, match=next(iter(values))):
            claim(made, person, **values)
    with pytest.raises(Invalid, match="licence"), transaction():
        services.claim(made, VALUES, None, accounts.actor(person))
    claim(made, person)
    with pytest.raises(Refused):
        claim(made, person)
    with pytest.raises(IntegrityError), transaction():
        session.add(Takeover(organization_id=made.id, user_id=person.id, credit_code=CODE, message="x"))
    for name in ("第二家", "第三家"):
        claim(compiled(name=name), person, credit_code=credit_code(f"{name}的代码"))
    with pytest.raises(Refused, match="3"):
        claim(compiled(name="第四家"), person)


def test_officials_of_its_region_decide_and_nobody_on_his_own(session: Db) -> None:
    made, elsewhere = compiled(), compiled("", "省外厂商")
    hefei = accounts.official(accounts.HEFEI, ("verify",))
    wuhu = accounts.official(accounts.WUHU, ("verify",))
    province = accounts.official("340000", ("verify",))
    person, stranger = accounts.person(), accounts.person()
    own, asked, outside = claim(made, hefei), claim(made, person), claim(elsewhere, person)
    for takeover, user in ((own, hefei), (asked, wuhu), (asked, person), (asked, stranger), (outside, hefei)):
        with pytest.raises(Refused):
            take(takeover, "approve", user)
    for takeover, seeing in (
        (own, {hefei, province}),
        (asked, {hefei, province, person}),
        (outside, {province, person}),
    ):
        for user in (hefei, wuhu, province, person, stranger):
            actor = accounts.actor(user)
            listed = session.query(Takeover.id).filter(queries.visible_to(actor)).all()
            assert ((takeover.id,) in listed) == (user in seeing)
            if user not in seeing:
                with pytest.raises(NotFound):
                    queries.takeover_by_key(str(takeover.id), actor)
    with pytest.raises(Invalid):
        take(asked, "decline", hefei)
    take(asked, "decline", hefei, "执照看不清")
    with pytest.raises(Refused):
        claim(made, person)
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert claim(made, person).state == "open"
    take(outside, "approve", province)
    assert accounts.actor(person).owns(elsewhere.id)


def test_the_code_may_be_taken_while_the_claim_waits(session: Db) -> None:
    made, official, person = compiled(), accounts.official(accounts.HEFEI, ("verify",)), accounts.person()
    asked = claim(made, person)
    other = accounts.organization()
    with transaction():
        other.credit_code = CODE
    with pytest.raises(Refused):
        take(asked, "approve", official)
    assert session.query(Member).filter_by(organization_id=made.id).count() == 0


def test_who_deletes_his_account_leaves_organizations_on_the_record(session: Db) -> None:
    made, person, owner = accounts.organization(), accounts.person(), accounts.person()
    accounts.join(made, person)
    asked = claim(compiled(), person)
    with pytest.raises(Refused), transaction():
        delete_account(person)
    take(asked, "withdraw", person)
    with transaction():
        delete_account(person)
    assert asked.message == "" or session.get_one(Takeover, asked.id, populate_existing=True).message == ""
    former = session.query(FormerMember).filter_by(user_id=person.id).one()
    assert (former.organization_id, former.role, former.removed) == (made.id, "editor", False)
    assert ledger.history(made)[-1].action == "leave"
    assert owner.is_active


def test_the_pages_from_the_claim_to_the_owner(client: Client, app: Flask, session: Db) -> None:
    made, official = compiled(), accounts.official(accounts.HEFEI, ("verify",))
    at = f"/organizations/{made.number}"
    assert f"/takeovers/new/{made.number}" in client.get(at).text
    person = accounts.person()
    accounts.sign_in(client, person)
    page = f"/takeovers/new/{made.number}"
    refused = client.submit(page, {"credit_code": "1", "message": "市场部"})
    assert refused.status_code == 422
    assert "市场部</textarea>" in refused.text
    sent = client.submit(page, VALUES | {"licence": (io.BytesIO(LICENCE), "执照.pdf")})
    assert sent.status_code == 302, sent.text
    assert client.get(sent.location).status_code == 200
    assert client.get(page).status_code == 403
    assert "我认领的单位" in client.get("/workspace/").text
    desk = app.test_client()
    assert isinstance(desk, Client)
    accounts.sign_in(desk, official)
    assert sent.location in desk.get("/review/?kind=takeovers").text
    assert person.name in desk.get(at).text
    shown = desk.get(sent.location).text
    assert VALUES["message"] in shown
    version = session.query(Takeover.version).scalar()
    form = {"transition": "approve", "version": str(version)}
    assert desk.submit(f"{sent.location}/do", form).status_code == 302
    assert f"/organizations/{made.number}" in client.get(sent.location).text
    assert client.get(f"{at}/edit").status_code == 200
