"""Users and organizations as security administrators see them, and what they do to a user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from tests.factories import accounts
from tests.support.site import Client

Db = scoped_session[Session]
SignIn = Callable[[str], Client]


def found(client: Client, query: str) -> str:
    answer = client.get(f"/admin/users?{query}")
    assert answer.status_code == 200
    return str(answer.text.partition("<tbody>")[2])


def test_users_are_found_by_what_is_known_of_them(session: Db, sign_in: SignIn) -> None:
    member = accounts.person("member@test.example", name="成员甲")
    made = accounts.organization(owner=member, name="安徽寻找机器人有限公司")
    accounts.official(name="经办乙", department="某市经信局")
    accounts.person("waits@test.example", name="未确认丙", confirmed=False)
    number, client = made.number, sign_in("security")
    for query in ("q=MEMBER@test", "q=成员甲", "q=寻找机器人", f"q={number}", "kind=member&q=甲"):
        page = found(client, query)
        assert ("成员甲" in page, "经办乙" in page) == (True, False), query
    assert "安徽寻找机器人有限公司" in found(client, "q=成员甲")
    assert "某市经信局" in found(client, "kind=official")
    assert "未确认丙" in found(client, "state=unconfirmed")
    assert "成员甲" not in found(client, "state=unconfirmed")
    assert "管理员security" in found(client, "kind=administrator")
    assert "未确认丙" in found(client, "kind=none")
    assert "成员甲" not in found(client, "kind=none")
    # Signs of a pattern are searched for as they are written.
    assert "成员甲" not in found(client, "q=%25")
    assert "成员甲" not in found(client, "q=_")


@pytest.mark.parametrize("query", ["state=lost", "kind=x", "page=0", "page=7", "q=%00"])
def test_what_is_not_offered_is_not_found(session: Db, sign_in: SignIn, query: str) -> None:
    assert sign_in("security").get(f"/admin/users?{query}").status_code == 404


def test_a_disabled_user_is_out_at_once(app: Flask, session: Db, sign_in: SignIn) -> None:
    user = accounts.person("out@test.example")
    key, client, guard = user.id, app.test_client(), sign_in("security")
    assert isinstance(client, Client)
    accounts.sign_in(client, user)
    assert client.get("/account/").status_code == 200
    refused = guard.submit(f"/admin/users/{key}/do", {"act": "disable", "reason": " "})
    assert refused.status_code == 422
    assert client.get("/account/").status_code == 200
    assert guard.submit(f"/admin/users/{key}/do", {"act": "disable", "reason": "借用账号"}).status_code == 302
    assert client.get("/account/").status_code == 302
    page = guard.get(f"/admin/users/{key}").text
    assert "已停用" in page
    assert "现有 0 个会话有效" in page
    guard.submit(f"/admin/users/{key}/do", {"act": "enable", "reason": "已说明"})
    assert client.get("/account/").status_code == 302, "what was ended stays ended"
    session.rollback()
    assert [each.action for each in ledger.history(session.get_one(User, key))][-2:] == ["disable", "enable"]


def test_acts_are_offered_to_whom_they_can_be_done(session: Db, sign_in: SignIn) -> None:
    person, auditor = accounts.person().id, accounts.person(administrator="audit").id
    guard = sign_in("security")
    own = session.query(User).filter_by(administrator="security").one().id
    pages = {key: guard.get(f"/admin/users/{key}").text for key in (person, auditor, own)}
    acts = ("disable", "enable", "end_sessions", "appoint", "dismiss")
    offered = {key: {act for act in acts if f'value="{act}"' in page} for key, page in pages.items()}
    assert offered == {
        person: {"disable", "end_sessions", "appoint"},
        auditor: {"disable", "end_sessions", "dismiss"},
        own: set(),
    }
    assert guard.submit(f"/admin/users/{own}/do", {"act": "disable", "reason": "自己"}).status_code == 403
    assert (
        guard.submit(f"/admin/users/{person}/do", {"act": "appoint", "kind": "audit", "reason": "任命"}).status_code
        == 302
    )
    assert guard.submit("/admin/users/2147483647/do", {"act": "disable", "reason": "没有"}).status_code == 404
    assert guard.submit(f"/admin/users/{person}/do", {"act": "promote", "reason": "没有"}).status_code == 404


def test_organizations_in_every_state_without_contact_data(session: Db, sign_in: SignIn) -> None:
    waiting = accounts.organization("pending", name="安徽待核验有限公司", contact_name="联系人丁").number
    shown = accounts.organization(name="安徽已核验有限公司").number
    guard = sign_in("security")
    page = guard.get("/admin/organizations").text
    assert waiting in page
    assert f"/organizations/{shown}" in page
    assert f"/organizations/{waiting}" not in page
    assert "联系人丁" not in page
    assert waiting not in guard.get("/admin/organizations?state=verified").text
    assert waiting in guard.get(f"/admin/organizations?q={waiting}&city=340100").text
    assert waiting not in guard.get("/admin/organizations?city=340200").text
    assert guard.get("/admin/organizations?city=999999").status_code == 404


def test_no_kind_of_administrator_reads_contact_data(session: Db, sign_in: SignIn) -> None:
    number = accounts.organization(contact_name="联系人丁", contact_phone="13800000000").number
    for kind in ("system", "security", "audit"):
        page = sign_in(kind).get(f"/organizations/{number}").text
        assert "联系人丁" not in page
        assert "13800000000" not in page


@pytest.mark.parametrize("path", ["/admin/users", "/admin/organizations"])
def test_lists_ask_the_same_however_long_they_are(
    session: Db, sign_in: SignIn, own_statements: Callable[[Client, str], int], path: str
) -> None:
    guard = sign_in("security")

    def more(count: int) -> None:
        for number in range(count):
            accounts.organization("registered", owner=accounts.person(name=f"多{number}"))

    more(3)
    few = own_statements(guard, path)
    more(17)
    assert own_statements(guard, path) == few <= 3


def test_ten_thousand_users_ask_no_more_than_ten(
    session: Db, sign_in: SignIn, own_statements: Callable[[Client, str], int]
) -> None:
    guard, moment = sign_in("security"), clock.now()
    rows = [
        {"email": f"many{number}@test.example", "password_hash": "x", "name": f"众{number}", "language": "zh_CN",
         "administrator": "", "demo": False, "created_at": moment, "confirmed_at": moment}
        for number in range(10_000)
    ]  # fmt: skip
    with transaction():
        session.execute(sa.insert(User), rows)
    path = "/admin/users?q=众999&state=active&kind=none"
    assert "共 11 个用户" in guard.get(path).text
    assert own_statements(guard, path) <= 3
    assert guard.get("/admin/users?page=500").status_code == 200
