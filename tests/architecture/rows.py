"""What changed in the database, and whose it is: asked of every table, so that no new one is forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

# Bookkeeping of the machine, which belongs to nobody: queues, counters, the head of the chain, what the index derives.
MACHINE = {
    "search_dirty", "search_spelling", "search_suggestion", "search_arrival", "number_series", "ledger_head",
    "outbox_message", "sqlite_sequence", "alembic_version", "touched",
}  # fmt: skip
OF_ORGANIZATION = ("organization_id",)
OF_PERSON = ("user_id",)
OF_TWO_SIDES = ("enquiry", "pilot")
# Bids and awards are the business of who bids and, once bids are opened, of whose challenge it is (product.md 5).
OF_CHALLENGES = ("bid", "award")
CLOSED_BIDS = ("draft", "sealed", "needs_reconfirm", "withdrawn")
# Parts of an award carry a copy of the owner of its challenge, for the queues of officials: judged as the award.
OF_AWARDS = {"milestone_id": "award_milestone", "award_id": "award"}
# What history calls a thing → its table, where that is another word.
TABLES = {
    "user": "user_account", "outcome": "enquiry_outcome", "addendum": "challenge_addendum",
    "answer": "challenge_answer", "question": "challenge_question", "opening": "bid_opening",
    "participation": "bid_participation", "assignment": "panel_assignment", "sheet": "score_sheet",
    "contract": "award_contract", "milestone": "award_milestone", "extension": "award_extension",
    "payment": "award_payment", "acceptance": "award_acceptance", "termination": "award_termination",
    "opinion": "award_opinion", "tie_draw": "score_tie_draw",
}  # fmt: skip


@dataclass(frozen=True)
class Owners:
    """Who may have changed something: keys of organizations and of users."""

    organizations: frozenset[int]
    users: frozenset[int]


@dataclass(frozen=True)
class Changed:
    """A row that is new, gone or different."""

    table: str
    row: dict[str, object]


def tables(database: sqlite3.Connection) -> list[str]:
    """The tables that belong to people and organizations."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return sorted(set(names) - MACHINE)


def watch(database: sqlite3.Connection) -> None:
    """From now on the database notes which rows are written, so that nobody has to compare all of them."""
    database.execute("CREATE TABLE touched (name TEXT, key INTEGER, PRIMARY KEY (name, key)) WITHOUT ROWID")
    for table in tables(database):
        for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("UPDATE", "old"), ("DELETE", "old")):
            database.execute(
                f"""CREATE TRIGGER touched_{table}_{event}_{row} AFTER {event} ON {table}
                    BEGIN INSERT OR IGNORE INTO touched VALUES ('{table}', {row}.rowid); END"""
            )
    database.commit()


def changes(before: sqlite3.Connection, after: sqlite3.Connection) -> Iterator[Changed]:
    """Every row that differs, as it was and as it is."""
    for table, key in after.execute("SELECT name, key FROM touched").fetchall():
        columns = [column[1] for column in after.execute(f"PRAGMA table_info({table})")]
        select = f"SELECT * FROM {table} WHERE rowid = ?"
        old, new = (set(each.execute(select, (key,))) for each in (before, after))
        for row in old ^ new:
            yield Changed(table, dict(zip(columns, row, strict=True)))


def owners(database: sqlite3.Connection, email: str) -> Owners:
    """What belongs to one person."""
    ((user,),) = database.execute("SELECT id FROM user_account WHERE email = ?", (email,))
    found = database.execute("SELECT organization_id FROM member WHERE user_id = ?", (user,))
    return Owners(frozenset(key for (key,) in found), frozenset((user,)))


def foreign(change: Changed, allowed: Owners, before: sqlite3.Connection, after: sqlite3.Connection) -> bool:
    """Whether the row is not one that ``allowed`` may have changed. What did not exist before is nobody's yet."""
    row = change.row
    if change.table == "organization":
        return not _new(before, "organization", row["id"]) and row["id"] not in allowed.organizations
    if change.table == "user_account":
        return row["id"] not in allowed.users
    if change.table in ("revision", "stored_file", "ledger_entry", "file_variant"):
        return _of_subject(change, allowed, before, after)
    if change.table in OF_TWO_SIDES:
        sides = {row["supplier_id"], row["demander_id"]}
        return not _new(before, change.table, row["id"]) and not sides & allowed.organizations
    for table in OF_TWO_SIDES:
        if f"{table}_id" in row:
            return _of(table, row[f"{table}_id"], allowed, before, after)
    for column, table in OF_AWARDS.items():
        if column in row:
            return _of(table, row[column], allowed, before, after)
    opened = change.table in OF_CHALLENGES and row["state"] not in CLOSED_BIDS
    if opened and not _of("challenge", row["challenge_id"], allowed, before, after):
        return False
    if "organization_id" in row:
        key = row["organization_id"]
        return not _new(before, "organization", key) and key not in allowed.organizations
    if "user_id" in row:
        return row["user_id"] not in allowed.users
    for table in ("bid", "challenge"):
        if f"{table}_id" in row:
            return _of(table, row[f"{table}_id"], allowed, before, after)
    return True


def _of(table: str, key: object, allowed: Owners, before: sqlite3.Connection, after: sqlite3.Connection) -> bool:
    """A part of something: judged as the whole."""
    columns = [column[1] for column in after.execute(f"PRAGMA table_info({table})")]
    for database in (before, after):
        for found in database.execute(f"SELECT * FROM {table} WHERE id = ?", (key,)):
            return foreign(Changed(table, dict(zip(columns, found, strict=True))), allowed, before, after)
    return True


def _of_subject(change: Changed, allowed: Owners, before: sqlite3.Connection, after: sqlite3.Connection) -> bool:
    """A row about another row: judged as that one."""
    row = change.row
    if change.table == "file_variant":
        ((kind, key),) = after.execute("SELECT owner_type, owner_id FROM stored_file WHERE id = ?", (row["file_id"],))
    else:
        names = {"revision": "listing", "stored_file": "owner", "ledger_entry": "subject"}
        kind, key = row[f"{names[change.table]}_type"], row[f"{names[change.table]}_id"]
    table = TABLES.get(str(kind), str(kind))
    return _of(table, key, allowed, before, after)


def _new(before: sqlite3.Connection, table: str, key: object) -> bool:
    return before.execute(f"SELECT 1 FROM {table} WHERE id = ?", (key,)).fetchone() is None
