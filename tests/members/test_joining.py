"""Asking to join and being invited: who may, once, in time, and only for whom it was meant."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.members import services
from marketplace.members.models import Invitation, JoinRequest
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.services import take_organization_step
from tests.factories import accounts
from tests.support.mails import Output, delivered
from tests.support.site import Client

Db = scoped_session[Session]


def ask(organization: Organization, user: User, message: str = "") -> JoinRequest:
    with transaction():
        return services.ask_to_join(organization, accounts.actor(user), message)


def answer(request: JoinRequest, name: str, user: User, reason: str = "", seen: int | None = None) -> None:
    with transaction():
        services.take_request_step(request, name, accounts.actor(user), reason, seen)


def invite(organization: Organization, email: str, role: str = "editor") -> Invitation:
    with transaction():
        return services.invite(organization, email, role, accounts.actor(owner_of(organization)), "zh_CN")


def reply(invitation: Invitation, name: str, user: User) -> None:
    with transaction():
        services.take_invitation_step(invitation, name, accounts.actor(user), "", None)


def owner_of(organization: Organization) -> User:
    return next(each.user for each in organization.members if each.role == "owner")


def roles(session: Db, organization: Organization) -> dict[int, str]:
    return {each.user_id: each.role for each in session.query(Member).filter_by(organization_id=organization.id)}


def test_who_asks_is_accepted_as_an_editor_and_everybody_is_told(app: Flask, session: Db, capsys: Output) -> None:
    made, person = accounts.organization(), accounts.person("asks@test.example", name="王五")
    delivered(app, capsys)
    request = ask(made, person, "销售部")
    (mail,) = delivered(app, capsys)
    assert mail["To"] == owner_of(made).email
    assert "王五" in mail["body"]
    assert "销售部" in mail["body"]
    answer(request, "accept", owner_of(made))
    assert roles(session, made)[person.id] == "editor"
    assert accounts.actor(person).belongs_to(made.id)
    (mail,) = delivered(app, capsys)
    assert mail["To"] == "asks@test.example"
    assert [entry.action for entry in ledger.history(made)][-1] == "join"
    assert [entry.action for entry in ledger.history(request)] == ["ask", "accept"]


def test_one_open_request_even_for_the_database(session: Db) -> None:
    made, person = accounts.organization(), accounts.person()
    request = ask(made, person)
    with pytest.raises(FieldError, match="organization"):
        ask(made, person)
    with pytest.raises(IntegrityError), transaction():
        session.add(JoinRequest(organization_id=made.id, user_id=person.id, expires_at=request.expires_at))
    answer(request, "withdraw", person)
    assert ask(made, person).state == "open"


def test_who_was_declined_or_removed_waits_and_can_still_be_invited(session: Db) -> None:
    made, person = accounts.organization(), accounts.person()
    with pytest.raises(Invalid):
        answer(ask(made, person), "decline", owner_of(made))
    request = session.query(JoinRequest).one()
    answer(request, "decline", owner_of(made), "不认识")
    with pytest.raises(FieldError, match="organization"):
        ask(made, person)
    reply(invite(made, person.email), "accept", person)
    member = session.query(Member).filter_by(user_id=person.id, organization_id=made.id).one()
    with transaction():
        services.remove_member(made, member.id, accounts.actor(owner_of(made)), "离职", "editor")
    with pytest.raises(FieldError, match="organization"):
        ask(made, person)
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert ask(made, person).state == "open"


def test_nobody_but_the_parties_answers_a_request(session: Db) -> None:
    made, person = accounts.organization(), accounts.person()
    editor, stranger = accounts.person(), owner_of(accounts.organization())
    accounts.join(made, editor)
    request = ask(made, person)
    for user, step in ((editor, "accept"), (stranger, "accept"), (person, "accept"), (stranger, "withdraw")):
        with pytest.raises(Refused):
            answer(request, step, user)
    with pytest.raises(Conflict):
        answer(request, "decline", owner_of(made), "旧页面", seen=request.version - 1)
    assert roles(session, made).keys() == {owner_of(made).id, editor.id}


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_request_counts_until_its_last_second(session: Db, seconds: int) -> None:
    made, person = accounts.organization(), accounts.person()
    request = ask(made, person)
    owner = accounts.actor(owner_of(made))
    with clock.standing_at(request.expires_at + timedelta(seconds=seconds)):
        if seconds < 0:
            with transaction():
                services.take_request_step(request, "accept", owner, "", None)
            assert request.state == "accepted"
            return
        with pytest.raises(Refused), transaction():
            services.take_request_step(request, "accept", owner, "", None)
        with transaction():
            assert not services.expire_due()
    session.refresh(request)
    assert request.state == "expired"
    assert ledger.history(request)[-1].actor_kind == SYSTEM.kind


def test_nobody_joins_while_it_is_suspended_or_his_account_is_disabled(session: Db) -> None:
    made, person, banned = accounts.organization(), accounts.person(), accounts.person()
    request, other, invitation = ask(made, person), ask(made, banned), invite(made, "new@test.example")
    with transaction():
        banned.disabled_at = clock.now()
    with pytest.raises(Refused):
        answer(other, "accept", owner_of(made))
    official = accounts.actor(accounts.official(accounts.HEFEI))
    with transaction():
        take_organization_step(made, "suspend", official, "查证中", None)
    with pytest.raises(Refused):
        answer(request, "accept", owner_of(made))
    with pytest.raises(Refused):
        reply(invitation, "accept", accounts.person("new@test.example"))
    with pytest.raises(Refused):
        invite(made, "another@test.example")
    with pytest.raises(Refused):
        ask(made, accounts.person())


def test_an_invitation_is_for_its_address_and_counts_once(session: Db) -> None:
    made = accounts.organization()
    invitation = invite(made, "Colleague@Test.example", "owner")
    assert invitation.email == "colleague@test.example"
    with pytest.raises(FieldError, match="email"):
        invite(made, "colleague@test.example")
    with pytest.raises(Refused):
        reply(invitation, "accept", accounts.person())
    colleague = accounts.person("colleague@test.example")
    reply(invitation, "accept", colleague)
    assert roles(session, made)[colleague.id] == "owner"
    with pytest.raises(Conflict):
        reply(invitation, "accept", colleague)
    with pytest.raises(FieldError, match="email"):
        invite(made, "colleague@test.example")


def test_the_number_of_open_invitations_is_bounded(session: Db) -> None:
    made = accounts.organization()
    for number in range(services.INVITATIONS_MOST.default):
        invite(made, f"guest{number}@test.example")
    with pytest.raises(Refused):
        invite(made, "one.more@test.example")


def link_in(mail: object) -> str:
    found = re.search(r"https?://[^/]+(/invitations/\S+)", mail["body"])  # type: ignore[index]
    assert found
    return found[1]


def test_the_link_through_the_browser(app: Flask, client: Client, session: Db, capsys: Output) -> None:
    """A visitor reads what to do, somebody else is told honestly, the right one joins; then the link is dead."""
    made = accounts.organization()
    name = made.name
    invite(made, "late@test.example")
    (mail,) = [each for each in delivered(app, capsys) if each["To"] == "late@test.example"]
    link = link_in(mail)
    page = client.get(link)
    assert page.status_code == 200
    assert "请用收到邀请的邮箱登录" in page.text
    assert "late@test.example" not in page.text
    assert client.submit(link, {"answer": "accept"}).status_code == 403
    accounts.sign_in(client, accounts.person("else@test.example"))
    page = client.get(link)
    assert page.status_code == 403
    for words in ("else@test.example", "l…@test.example", "转发给别人没有用"):
        assert words in page.text
    assert client.submit(link, {"answer": "accept"}).status_code == 403
    late, browser = accounts.person("late@test.example"), app.test_client()
    accounts.sign_in(browser, late)
    assert name in browser.get("/workspace/").text
    assert browser.submit(link, {"answer": "accept"}).location == f"/organizations/{made.number}/members"
    assert "这份邀请已经办结" in browser.get(link).text
    assert browser.submit(link, {"answer": "accept"}).status_code == 409
    assert client.get(link[:-3] + "abc").status_code == 403


def test_an_invitation_of_who_deleted_his_account_is_nobody_s(
    app: Flask, client: Client, session: Db, capsys: Output
) -> None:
    """Declined by his leaving, his address gone from it; an account made anew with the address is another one."""
    made, guest = accounts.organization(), accounts.person("guest@test.example")
    invitation = invite(made, "guest@test.example")
    (mail,) = [each for each in delivered(app, capsys) if each["To"] == "guest@test.example"]
    accounts.sign_in(client, guest)
    leave = {"present": accounts.PASSWORD, "sure": "y"}
    assert client.submit("/account/leave", leave).location == "/"
    session.expire_all()
    assert (invitation.state, invitation.email) == ("declined", f"u-{guest.id:06d}@deleted.invalid")
    owner, anew = app.test_client(), app.test_client()
    accounts.sign_in(owner, made.members[0].user)
    assert "guest@" not in owner.get(f"/organizations/{made.number}/members").text
    accounts.sign_in(anew, accounts.person("guest@test.example"))
    assert anew.submit(link_in(mail), {"answer": "accept"}).status_code == 403
    assert len(roles(session, made)) == 1
    assert invite(made, "guest@test.example").state == "open", "he may be invited anew"


def test_the_pages_keep_what_was_typed_and_refuse_what_is_foreign(app: Flask, client: Client, session: Db) -> None:
    made, other = accounts.organization(), accounts.organization()
    hidden = accounts.organization("registered")
    accounts.sign_in(client, owner_of(made))
    path = f"/organizations/{made.number}/members"
    refused = client.submit(path, {"email": "没有这个", "role": "editor"})
    assert refused.status_code == 422
    assert 'value="没有这个"' in refused.text
    assert client.submit(path, {"email": "x" * 10_000 + "@test.example", "role": "editor"}).status_code == 422
    assert client.submit(path, {"email": "a@test.example", "role": "king"}).status_code == 422
    foreign = session.query(Member).filter_by(organization_id=other.id).one().id
    assert client.submit(f"{path}/{foreign}", {"act": "remove", "reason": "x", "seen": "owner"}).status_code == 409
    assert client.submit(f"{path}/{foreign}", {"act": "leave"}).status_code == 404
    assert client.submit(f"/organizations/{other.number}/members/{foreign}", {"act": "remove"}).status_code == 404
    request = ask(other, owner_of(made))
    assert client.submit(f"/join-requests/{request.id}/do", {"transition": "accept"}).status_code == 403
    # A number that is not public is unknown; the whole code of the licence is enough to ask.
    assert client.submit("/organizations/join", {"organization": hidden.number}).status_code == 422
    assert client.submit("/organizations/join", {"organization": hidden.credit_code}).status_code == 302
    page = client.get("/organizations/join").text
    assert hidden.credit_code in page
    assert hidden.name not in page
