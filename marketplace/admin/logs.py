"""History as administrators read it: asked with filters, paged by key, every line in words, and as a file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.posts.models import Post
from marketplace.web.plate import Named, records

# They have a log of their own.
SIGN_INS = ("sign_in", "sign_out")
PERSON = "user"
SYSTEM_NAME = Text("系统", "System")
STATE = Text("状态", "State")
# Persons that a filter may mean; who means more writes more of the name.
MOST_PERSONS = 200
PORTION = 500


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What the log is asked for; empty means everything.

    ``act``: "organization.verify": kind of object and action. ``first`` and ``last``: Beijing days, both included.
    """

    person: str = ""
    act: str = ""
    number: str = ""
    post: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        filters = {"person": self.person, "act": self.act, "number": self.number, "post": self.post}
        return given(filters, self.first, self.last)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry in words. ``reason`` and ``data`` are as they were written."""

    entry: LedgerEntry
    who: str | Text
    kind: Text
    object: Named
    act: Text

    @property
    def changes(self) -> list[tuple[str | Text, Any, Any]]:
        """(what, before, after) of everything that the entry says of a change."""
        found: list[tuple[str | Text, Any, Any]] = []
        if self.entry.before or self.entry.after:
            found.append((STATE, self._state(self.entry.before), self._state(self.entry.after)))
        data = self.entry.data
        for key, value in {**data, **_mapping(data.get("changed"))}.items():
            if isinstance(value, list) and len(value) == 2 and key != "changed":
                found.append((key, *value))
        return found

    def _state(self, state: str) -> str | Text:
        """A state as its life cycle calls it."""
        record = records().get(self.entry.subject_type)
        known = record.lifecycle.states if record and record.lifecycle else {}
        return known[state].label if state in known else state


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def entries(question: LogQuestion) -> sa.Select[LedgerEntry]:
    """The entries asked for, in no order: ``key_page`` and the export bring theirs."""
    select = sa.select(LedgerEntry)
    if question.person:
        select = select.where(LedgerEntry.actor_id.in_(persons(question.person)))
    if question.act:
        kind, _, action = question.act.partition(".")
        select = select.where(LedgerEntry.subject_type == kind, LedgerEntry.action == action)
    else:
        select = select.where(LedgerEntry.action.not_in(SIGN_INS))
    if question.number:
        select = select.where(_about(question.number))
    if question.post:
        held = sa.select(Post.id).where(Post.department.contains(question.post, autoescape=True))
        select = select.where(LedgerEntry.post_id.in_(held))
    return select.where(*days(LedgerEntry.at, question.first, question.last))


def given(filters: Mapping[str, str], first: date | None, last: date | None) -> dict[str, str]:
    """The filters that are set, with their days, as they stand in an address."""
    ends = {"from": first.isoformat() if first else "", "to": last.isoformat() if last else ""}
    return {key: value for key, value in {**filters, **ends}.items() if value}


def days(column: Any, first: date | None, last: date | None) -> list[sa.ColumnElement[bool]]:
    """From the first Beijing day through the last."""
    found = [column >= datetime.combine(first, time.min, clock.BEIJING)] if first else []
    return [*found, column < clock.end_of_day(last)] if last else found


def persons(text: str) -> Sequence[int]:
    """The keys of the users whose address or name holds the text."""
    named = User.email.contains(text.lower(), autoescape=True) | User.name.contains(text, autoescape=True)
    return db.session.scalars(sa.select(User.id).where(named).order_by(User.id).limit(MOST_PERSONS)).all()


def _about(number: str) -> sa.ColumnElement[bool]:
    """Entries about whatever carries this number, whichever kind it is of."""
    found = [
        (LedgerEntry.subject_type == kind) & (LedgerEntry.subject_id == key)
        for kind, record in records().items()
        if record.key_of is not None and (key := record.key_of(number)) is not None
    ]
    return sa.or_(sa.false(), *found)


def acts() -> list[tuple[Text, list[tuple[str, Text]]]]:
    """What the log can be asked for: (kind of object, [(value of the filter, name of the act)])."""
    return [
        (record.label, [(f"{kind}.{action}", name) for action, name in record.every_act().items()])
        for kind, record in records().items()
    ]


def lines(found: Sequence[LedgerEntry]) -> list[LogLine]:
    """Entries in words; the objects of each kind, and whoever acted, are read together."""
    known = records()
    ids: dict[str, set[int]] = defaultdict(set)
    ids[PERSON] = {entry.actor_id for entry in found if entry.actor_id}
    for entry in found:
        ids[entry.subject_type].add(entry.subject_id)
    objects = {kind: _named(known.get(kind), keys) for kind, keys in ids.items()}
    actors = objects[PERSON]
    told = []
    for entry in found:
        record = known.get(entry.subject_type)
        nameless = Text(entry.action, entry.action)
        told.append(
            LogLine(
                entry,
                actors[entry.actor_id].name if entry.actor_id and entry.actor_id in actors else _nobody(entry),
                record.label if record else Text(entry.subject_type, entry.subject_type),
                objects[entry.subject_type].get(entry.subject_id, Named(f"#{entry.subject_id}")),
                record.every_act().get(entry.action, nameless) if record else nameless,
            )
        )
    return told


def _named(record: Any, ids: set[int]) -> Mapping[int, Named]:
    return record.named(sorted(ids)) if record is not None and record.named is not None and ids else {}


def _nobody(entry: LedgerEntry) -> Text:
    return SYSTEM_NAME if entry.actor_id is None else Text(f"#{entry.actor_id}", f"#{entry.actor_id}")


# ---- as a file ------------------------------------------------------------------------------------------------------

HEADER = (
    Text("序号", "Entry"), Text("时间（北京）", "Time (Beijing)"), Text("何人", "Who"), Text("岗位", "Post"),
    Text("对象类型", "Kind"), Text("对象", "Object"), Text("事项", "Act"), Text("变动前", "Before"),
    Text("变动后", "After"), Text("理由", "Reason"), Text("内容", "Data"), Text("校验值", "Hash"),
)  # fmt: skip
COLUMNS = ("entry", "at", "who", "post", "kind", "object", "act", "before", "after", "reason", "data", "hash")


def count(select: sa.Select[Any]) -> int:
    """How many rows a select has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(select.subquery())) or 0


def rows(question: LogQuestion, upto: int, language: str) -> Iterator[list[str]]:
    """The entries asked for up to the one with the key ``upto``, oldest first, as cells of HEADER."""
    seen = 0
    while True:
        later = entries(question).where(LedgerEntry.id > seen, LedgerEntry.id <= upto)
        found = db.session.scalars(later.order_by(LedgerEntry.id).limit(PORTION)).all()
        if not found:
            return
        yield from (_cells(line, language) for line in lines(found))
        seen = found[-1].id


def json_pieces(found: Iterable[Sequence[str]], columns: Sequence[str]) -> Iterator[bytes]:
    """Rows as a JSON list of objects, written one by one."""
    yield b'{"items": ['
    for place, row in enumerate(found):
        item = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
        yield (b",\n" if place else b"\n") + item.encode()
    yield b"\n]}\n"


def _cells(line: LogLine, language: str) -> list[str]:
    entry = line.entry

    def say(text: str | Text) -> str:
        return text if isinstance(text, str) else text.say(language)

    return [
        str(entry.id), clock.beijing(entry.at).strftime("%Y-%m-%d %H:%M:%S"), say(line.who), entry.post,
        say(line.kind), line.object.name, say(line.act), entry.before, entry.after, entry.reason,
        json.dumps(entry.data, ensure_ascii=False, sort_keys=True) if entry.data else "", entry.hash,
    ]  # fmt: skip
