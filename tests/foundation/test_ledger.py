"""The history: a chain in which any later change shows, that the database itself refuses to change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import FIRST, LedgerEntry, LedgerHead, Verdict
from tests.foundation.door import BrokenOffError, Door, break_off
from tests.support.databases import Databases
from tests.support.site import Clock
from tests.support.together import together

POST = PostHeld(4, "合肥市经济和信息化局", "340100", frozenset(["review"]))
DATA = {"名称": ["旧", "新 \u2028\U0001f916"], "n": 1.5, "deep": {"b": [1, None, True], "a": {}}, "": ""}
LINES = 12
COLUMNS = [column.name for column in LedgerEntry.__table__.columns]


def write(lines: int = LINES) -> None:
    """Entries that differ in every column."""
    with transaction():
        for number in range(1, lines + 1):
            subject = Door(id=number % 3 + 1)
            if number % 2:
                ledger.record(subject, "load", SYSTEM, after="shut", data=DATA if number % 4 == 1 else None)
            else:
                who = Actor("user", number)
                ledger.record(subject, "open", who, organization_id=7, post=POST, before="shut", after="open",
                              reason=f"第 {number} 次\n'; --", data={"entry": number})  # fmt: skip


def unguard() -> None:
    """Take the triggers away, as somebody with all rights to the database could."""
    with transaction():
        if db.engine.dialect.name == "sqlite":
            db.session.execute(sa.text("DROP TRIGGER ledger_entry_kept"))
            db.session.execute(sa.text("DROP TRIGGER ledger_entry_stays"))
        else:
            db.session.execute(sa.text("DROP TRIGGER ledger_entry_kept ON ledger_entry"))


def tamper(statement: str, **values: Any) -> Verdict:
    """What verify says after the statement; everything is put back afterwards."""
    try:
        with transaction():
            db.session.execute(sa.text(statement), values)
            db.session.expire_all()
            found = ledger.verify()
            raise BrokenOffError
    except BrokenOffError:
        return found


# ---- writing --------------------------------------------------------------------------------------------------------


def test_an_entry_says_who_did_what_in_which_post(clock: Clock, session: scoped_session[Session]) -> None:
    with transaction():
        entry = ledger.record(Door(id=5), "open", Actor("user", 9, "张三"), organization_id=7, post=POST, before="shut",
                              after="open", reason="通风", data=DATA)  # fmt: skip
    session.expire_all()
    assert (entry.id, entry.at, entry.previous) == (1, clock.now, FIRST)
    assert (entry.actor_kind, entry.actor_id, entry.organization_id, entry.post_id, entry.post) == (
        "user", 9, 7, 4, "合肥市经济和信息化局",
    )  # fmt: skip
    assert (entry.subject_type, entry.subject_id, entry.action) == ("door", 5, "open")
    assert (entry.before, entry.after, entry.reason, entry.data) == ("shut", "open", "通风", DATA)
    assert "张三" not in str(entry.content()), "history keeps no name"
    assert entry.hash == entry.digest()


def test_the_history_of_one_object_is_its_own(session: scoped_session[Session]) -> None:
    write()
    one = ledger.history(Door(id=1))
    assert [entry.id for entry in one] == [3, 6, 9, 12]
    last = ledger.latest(Door(id=1))
    assert last is not None
    assert last.id == 12
    assert ledger.latest(Door(id=99)) is None
    assert ledger.history(Door(id=99)) == []


def test_the_chain_holds(session: scoped_session[Session]) -> None:
    assert ledger.verify() == Verdict(0)
    write()
    assert ledger.verify() == Verdict(LINES)
    rows = list(ledger.entries())
    assert [row.previous for row in rows] == [FIRST, *(row.hash for row in rows[:-1])]
    assert len({row.hash for row in rows}) == LINES


def test_a_rolled_back_entry_leaves_no_gap(session: scoped_session[Session]) -> None:
    write(2)
    with pytest.raises(BrokenOffError):
        break_off(lambda: ledger.record(Door(id=1), "open", SYSTEM))
    write(1)
    assert ledger.verify() == Verdict(3)


def test_many_at_once_write_one_chain(app: Flask) -> None:
    """Also the first entry of all, when there is no head to lock yet."""

    def add() -> None:
        for _ in range(20):
            with transaction():
                ledger.record(Door(id=1), "open", SYSTEM)

    together([add] * 8, app)
    with app.app_context():
        assert ledger.verify() == Verdict(160)


def test_many_entries_in_one_go_are_the_same_as_one_by_one(clock: Clock, session: scoped_session[Session]) -> None:
    items = [(1, DATA), (2, {}), (3, {"n": 1})]
    with transaction():
        ledger.record(Door(id=9), "found", SYSTEM)
        ledger.record_many("door", "load", SYSTEM, "shut", items)
        ledger.record_many("door", "load", SYSTEM, "shut", [])
    in_one_go = [entry.content() | {"hash": entry.hash} for entry in ledger.entries()]
    assert ledger.verify() == Verdict(4)
    unguard()
    with transaction():
        session.execute(sa.delete(LedgerEntry))
        session.execute(sa.delete(LedgerHead))
    with transaction():
        ledger.record(Door(id=9), "found", SYSTEM)
        for subject_id, data in items:
            ledger.record(Door(id=subject_id), "load", SYSTEM, after="shut", data=data)
    assert [entry.content() | {"hash": entry.hash} for entry in ledger.entries()] == in_one_go


# ---- changing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET reason = 'x' WHERE id = 3", "UPDATE ledger_entry SET hash = hash",
        "DELETE FROM ledger_entry WHERE id = 3", "DELETE FROM ledger_entry",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_history(session: scoped_session[Session], statement: str) -> None:
    write()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(statement))
    assert ledger.verify() == Verdict(LINES)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An app whose history has lost its guard, for the many trials of one test."""
    from marketplace.app import create_app
    from tests.support.settings import settings as site_settings
    from tests.support.site import close

    with databases.fresh(request.param) as url:
        app = create_app(site_settings(url, tmp_path_factory.mktemp("unguarded")))
        with app.app_context():
            write()
            unguard()
        yield app
        close(app)


def raw(row: int, column: str) -> str | None:
    found: str | None = db.session.scalar(
        sa.text(f"SELECT CAST({column} AS TEXT) FROM ledger_entry WHERE id = :row"), {"row": row}
    )
    return found


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
@given(
    row=st.integers(1, LINES), column=st.sampled_from(COLUMNS), place=st.integers(0, 200),
    letter=st.sampled_from("0159afT. \t'é\\u{}[],:-+"), act=st.sampled_from(["replace", "insert", "remove", "empty"]),
)  # fmt: skip
def test_any_change_of_any_past_byte_is_found(
    unguarded: Flask, row: int, column: str, place: int, letter: str, act: str
) -> None:
    with unguarded.app_context():
        before = raw(row, column)
        db.session.rollback()
        text = before or ""
        at = place % (len(text) + 1)
        after = {
            "replace": text[:at] + letter + text[at + 1 :], "insert": text[:at] + letter + text[at:],
            "remove": text[:at] + text[at + 1 :], "empty": None,
        }[act]  # fmt: skip
        assume(after != before)
        verdict = changed(row, column, before, after)
        assume(verdict is not None)
        assert verdict is not None
        assert verdict.broken is not None, f"{column} of entry {row}: {before!r} became {after!r}"
        assert ledger.verify() == Verdict(LINES)


def changed(row: int, column: str, before: str | None, after: str | None) -> Verdict | None:
    """What verify says after one value was changed; None when the database takes no such value, or as the same."""
    kind = (
        ""
        if db.engine.dialect.name == "sqlite"
        else str(LedgerEntry.__table__.c[column].type.compile(db.engine.dialect))
    )
    value = f"CAST(:value AS {kind})" if kind else ":value"
    found: Verdict | None = None
    try:
        with transaction():
            statement = sa.text(f"UPDATE ledger_entry SET {column} = {value} WHERE id = :row")
            db.session.execute(statement, {"value": after, "row": row})
            if raw(row, column) != before:
                db.session.expire_all()
                found = ledger.verify()
            raise BrokenOffError
    except (BrokenOffError, sa.exc.DBAPIError):
        return found


@pytest.mark.parametrize(
    ("statement", "broken", "fault"),
    [
        ("DELETE FROM ledger_entry WHERE id = 1", 1, "missing"),
        ("DELETE FROM ledger_entry WHERE id = 5", 5, "missing"),
        ("DELETE FROM ledger_entry WHERE id = 12", 12, "cut"),
        ("DELETE FROM ledger_entry WHERE id > 7", 8, "cut"),
        ("DELETE FROM ledger_entry", 1, "cut"),
        ("DELETE FROM ledger_head", 13, "cut"),
        ("UPDATE ledger_head SET last_id = 11", 13, "cut"),
        ("UPDATE ledger_head SET last_hash = 'x'", 13, "cut"),
        ("UPDATE ledger_entry SET data = '{\"n\": 2, \"n\": 1}' WHERE id = 3", 3, "unreadable"),
        ("UPDATE ledger_entry SET data = '{ }' WHERE id = 3", 3, "unreadable"),
        ("UPDATE ledger_entry SET at = '2026-03-02 01:00:00' WHERE id = 3", 3, "unreadable changed"),
        ("INSERT INTO ledger_entry SELECT 0, at, actor_kind, actor_id, organization_id, post_id, post, subject_type, "
         "subject_id, action, before, after, reason, data, previous, hash FROM ledger_entry WHERE id = 1", 0,
         "inserted"),
        ("INSERT INTO ledger_entry SELECT 13, at, actor_kind, actor_id, organization_id, post_id, post, subject_type, "
         "subject_id, action, before, after, reason, data, previous, hash FROM ledger_entry WHERE id = 12", 13,
         "unlinked"),
    ],
)  # fmt: skip
def test_what_was_done_is_named(unguarded: Flask, statement: str, broken: int, fault: str) -> None:
    with unguarded.app_context():
        verdict = tamper(statement.replace(":", "\\:"))
        assert verdict.broken == broken
        assert verdict.fault in fault.split()
        assert verdict.entries == (broken or 1) - 1
        assert ledger.verify() == Verdict(LINES)


def test_a_check_can_be_done_in_portions(session: scoped_session[Session]) -> None:
    write()
    held, verdict, rounds = ledger.Held(), None, 0
    while verdict is None:
        held, verdict = ledger.verify_on(held, 5)
        rounds += 1
    assert (verdict, rounds, held.entries) == (Verdict(LINES), 3, LINES)
    with transaction():
        ledger.record(Door(id=7), "found", SYSTEM)  # what came meanwhile is checked too
    assert ledger.verify_on(held, 5) == (ledger.Held(LINES + 1, ledger.latest(Door(id=7)).hash), Verdict(LINES + 1))


def test_an_export_is_checked_without_the_database(session: scoped_session[Session]) -> None:
    write()
    lines = list(ledger.exported())
    assert ledger.verify_lines(lines) == Verdict(LINES)
    assert ledger.verify_lines(lines[:4] + lines[5:]) == Verdict(4, 5, "missing")
    assert ledger.verify_lines([*lines[:4], lines[4].replace('"door"', '"gate"'), *lines[5:]]) == Verdict(
        4, 5, "changed"
    )
    for damaged in ("", "{}", "[]", "nothing", lines[4].replace('"at": "', '"at": "x')):
        assert ledger.verify_lines([*lines[:4], damaged]) == Verdict(4, 5, "unreadable")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only SQLite keeps a value of another kind
@pytest.mark.parametrize("value", ["CAST(reason AS BLOB)", "X'ff'", "CAST(X'ff' AS TEXT)"])
def test_bytes_in_the_place_of_text_are_found(session: scoped_session[Session], value: str) -> None:
    write()
    unguard()
    verdict = tamper(f"UPDATE ledger_entry SET reason = {value} WHERE id = 4")
    assert (verdict.broken, verdict.fault) == (4, "unreadable")


def test_an_entry_can_be_read_anywhere_with_the_same_hash() -> None:
    """The digest is a published form: it must not change with the code, or old exports no longer check."""
    entry = LedgerEntry(
        id=1, at=datetime(2026, 3, 2, 1, tzinfo=UTC), actor_kind="system", actor_id=None, organization_id=None,
        post_id=None, post="", subject_type="door", subject_id=1, action="load", before="", after="shut", reason="",
        data={"名": 1}, previous=FIRST, hash="",
    )  # fmt: skip
    assert entry.digest() == "9cfc5b0c775a4912f7b0db7e7dcda7b4722db516d4218eb07c8ae5335d863fde"
