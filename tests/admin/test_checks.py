"""Checks of the whole history by the worker, and the export that anybody can check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from marketplace.admin import checks
from marketplace.admin.models import HistoryCheck
from marketplace.core.actor import SYSTEM
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from tests.factories import accounts
from tests.support.site import Client

Db = scoped_session[Session]
SignIn = Callable[[str], Client]


def work() -> None:
    """What the worker does until nothing is left."""
    while checks.go_on():
        pass
    db.session.rollback()


def test_a_check_is_asked_for_done_and_shown(session: Db, sign_in: SignIn) -> None:
    accounts.organization()
    audit = sign_in("audit")
    assert audit.submit("/admin/history/check", {"reason": ""}).status_code == 422
    assert audit.submit("/admin/history/check", {"reason": "月度检查"}).status_code == 302
    assert "正在校验" in audit.get("/admin/history").text
    assert audit.submit("/admin/history/check", {"reason": "再来"}).status_code == 403
    assert not checks.go_on(), "one portion is enough for so few"
    page = audit.get("/admin/history").text
    assert f"{ledger.position()} 条全部完好" in page
    assert audit.submit("/admin/history/check", {"reason": "再来"}).status_code == 302


def test_a_check_goes_on_where_it_was_interrupted(session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    user = accounts.person(administrator="audit")
    with transaction():
        ledger.record_many("user", "edit", SYSTEM, "", [(user.id, {"n": n}) for n in range(25)])
        check = checks.request_check(accounts.actor(user), "中断").id
    portion = ledger.verify_on
    monkeypatch.setattr(ledger, "verify_on", lambda held: portion(held, 10))
    assert checks.go_on()
    session.rollback()
    assert session.get_one(HistoryCheck, check).entries == 10
    work()  # another process, after the first was killed
    found = session.get_one(HistoryCheck, check)
    assert (found.entries, found.broken, found.finished_at is not None) == (ledger.position(), None, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # its guard can be taken off by everybody
def test_the_first_broken_entry_is_named(session: Db, sign_in: SignIn) -> None:
    accounts.organization()
    audit = sign_in("audit")
    with transaction():
        session.execute(sa.text("DROP TRIGGER ledger_entry_kept"))
        session.execute(sa.text("UPDATE ledger_entry SET reason = '改过' WHERE id = 3"))
    assert "与它的校验值不符" in audit.get("/admin/log/3").text
    audit.submit("/admin/history/check", {"reason": "有人举报"})
    work()
    page = audit.get("/admin/history").text
    for words in ("第 3 条写入以后被改过", "此前 2 条完好", "/admin/log/2"):
        assert words in page
    assert "Entry 3 was changed after it was written" in audit.get("/admin/history?lang=en").text


def test_the_export_is_checked_by_anybody(session: Db, sign_in: SignIn) -> None:
    """As the page says: SHA-256 of the entry without its hash, as JSON with sorted keys and no spaces."""
    accounts.organization()
    answer = sign_in("audit").submit("/admin/history/export", {"reason": "交外部审计"}, buffered=True)
    assert answer.status_code == 200
    last = "0" * 64
    entries = [json.loads(line) for line in answer.data.decode().splitlines()]
    for number, entry in enumerate(entries, 1):
        stated = entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert (entry["id"], entry["previous"]) == (number, last)
        assert hashlib.sha256(text.encode()).hexdigest() == stated
        last = stated
    assert entries[-1]["action"][0] == "export_history"
