"""The decision log: who asks what of history, in words, by key, and as files that start no formula."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, Actor
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.tables import read_table
from tests.factories import accounts
from tests.support.databases import Databases
from tests.support.sample_site import sample_site
from tests.support.site import Client, Clock

Db = scoped_session[Session]
SignIn = Callable[[str], Client]


def keys(page: str) -> list[int]:
    """The entries that a page lists, in its order."""
    return [int(key) for key in re.findall(r'href="/admin/log/(\d+)"', page)]


def test_the_log_is_asked_by_person_act_number_post_and_day(clock: Clock, session: Db, sign_in: SignIn) -> None:
    made = accounts.organization("verified", name="安徽查找有限公司")
    number, founder = made.number, made.members[0].user.email
    audit = sign_in("audit")

    def acts(query: str) -> list[str]:
        found = keys(audit.get(f"/admin/log?{query}").text)
        return [session.get_one(LedgerEntry, key).action for key in found]

    assert acts(f"number={number}") == ["verify", "submit", "found"]
    assert acts("act=organization.verify") == ["verify"]
    assert acts(f"person={founder}&number={number.lower()}") == ["submit", "found"]
    assert acts("post=工业和信息化厅") == ["verify"]
    assert acts(f"number={number}&from=2026-03-02&to=2026-03-02") == ["verify", "submit", "found"]
    assert acts(f"number={number}&to=2026-03-01") == []
    page = audit.get(f"/admin/log?number={number}").text
    for words in ("通过核验", "省工业和信息化厅", "安徽查找有限公司", f"/organizations/{number}"):
        assert words in page
    for query in ("act=organization.fly", "from=2026-13-01", "from=gestern", "before=x"):
        assert audit.get(f"/admin/log?{query}").status_code in (404, 422)


def test_days_are_beijing_days(clock: Clock, session: Db, sign_in: SignIn) -> None:
    clock.move_to(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    user, audit = accounts.person(), sign_in("audit")
    with transaction():
        ledger.record(user, "edit", SYSTEM, reason="旧年")
    clock.forward(minutes=1)
    with transaction():
        ledger.record(user, "edit", SYSTEM, reason="新年")
    page = audit.get("/admin/log?act=user.edit&from=2027-01-01&to=2027-01-01").text
    assert ("新年" in page, "旧年" in page) == (True, False)


def test_pages_go_by_key_and_back(session: Db, sign_in: SignIn) -> None:
    user, audit = accounts.person(), sign_in("audit")
    with transaction():
        ledger.record_many("user", "edit", SYSTEM, "", [(user.id, {})] * 120)
    first = audit.get("/admin/log?act=user.edit").text
    older = re.search(r'<a href="([^"]+)" rel="next"', first)
    assert older
    second = audit.get(older[1].replace("&amp;", "&")).text
    assert keys(second)[0] == keys(first)[-1] - 1
    with transaction():
        ledger.record(user, "edit", SYSTEM)  # what comes in meanwhile shifts nothing
    newer = re.search(r'<a href="([^"]+)" rel="prev"', second)
    assert newer
    assert keys(audit.get(newer[1].replace("&amp;", "&")).text) == keys(first)


def test_an_entry_shows_before_and_after_and_its_place_in_the_chain(session: Db, sign_in: SignIn) -> None:
    user, audit = accounts.person(), sign_in("audit")
    with transaction():
        entry = ledger.record(user, "appoint", SYSTEM, reason="<b>", data={"administrator": ["", "audit"]})
    page = audit.get(f"/admin/log/{entry.id}").text
    for words in ("任命管理员", "&lt;b&gt;", "<code>administrator</code>", "<code>audit</code>", entry.hash,
                  entry.previous, "相符"):  # fmt: skip
        assert words in page
    assert audit.get("/admin/log/2147483647").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_holds_what_was_asked_and_is_itself_in_history(session: Db, sign_in: SignIn, kind: str) -> None:
    user, audit = accounts.person("asked@test.example"), sign_in("audit")
    with transaction():
        actor = Actor("user", user.id)
        ledger.record(user, "edit", actor, reason='=HYPERLINK("http://x","1")')
        ledger.record(user, "edit", SYSTEM, reason="别人")
    form = {"person": "asked@", "act": "user.edit", "format": kind}
    assert audit.submit("/admin/log/export", form).status_code == 422
    answer = audit.submit("/admin/log/export", {**form, "reason": "年度检查"}, buffered=True)
    assert answer.status_code == 200
    if kind == "json":
        rows = [item["reason"] for item in json.loads(answer.data)["items"]]
    else:
        table = read_table(io.BytesIO(answer.data), f"log.{kind}")
        rows = [row.cells[list(table.header).index("理由")] for row in table.rows]
    assert rows == ['=HYPERLINK("http://x","1")']
    if kind == "csv":
        assert "\"'=HYPERLINK" in answer.data.decode("utf-8-sig")
    taken = session.query(LedgerEntry).filter_by(action="export_log").one()
    assert (taken.reason, taken.data["rows"], taken.data["filters"]["person"]) == ("年度检查", 1, "asked@")


def test_the_log_asks_the_same_however_long_it_is(
    session: Db, sign_in: SignIn, own_statements: Callable[[Client, str], int]
) -> None:
    audit = sign_in("audit")

    def more(count: int) -> None:
        for _ in range(count):
            accounts.organization("pending")

    more(3)
    few = own_statements(audit, "/admin/log")
    more(12)
    # The page, and one for the names of each kind of object on it: users, organizations, posts.
    assert own_statements(audit, "/admin/log") <= few <= 4


def test_every_act_in_the_sample_has_a_name(databases: Databases, tmp_path: Path) -> None:
    from marketplace.web.plate import records

    with sample_site(databases, tmp_path) as site, site.app.app_context():
        known = records()
        acts = set(db.session.query(LedgerEntry.subject_type, LedgerEntry.action).distinct())
    assert len(acts) > 10
    assert [(kind, act) for kind, act in acts if kind not in known or act not in known[kind].every_act()] == []


def test_sign_ins_show_who_from_where_and_how_it_ended(app: Flask, session: Db, sign_in: SignIn) -> None:
    accounts.person("tries@test.example", name="尝试者")
    visitor, audit = app.test_client(), sign_in("audit")
    assert isinstance(visitor, Client)
    wrong = {"email": "tries@test.example", "password": "not this one at all"}
    assert visitor.submit("/account/sign-in", wrong).status_code == 422
    page = audit.get("/admin/sign-ins?person=tries@").text.partition("<tbody>")[2]
    for words in ("尝试者", "登录", "不对", "127.0.0.1"):
        assert words in page
    assert "尝试者" not in audit.get("/admin/sign-ins?outcome=done").text
    assert "尝试者" in audit.get("/admin/sign-ins?address=127.&kind=sign_in").text
    assert audit.get("/admin/sign-ins?kind=fly").status_code == 404
    answer = audit.submit(
        "/admin/sign-ins/export", {"person": "tries@", "format": "csv", "reason": "查暴力破解"}, buffered=True
    )
    assert "尝试者 <tries@test.example>" in answer.data.decode("utf-8-sig")
    assert sign_in("system").get("/admin/sign-ins").status_code == 404
