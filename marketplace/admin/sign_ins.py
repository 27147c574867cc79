"""The sign-in log: every attempt that the throttle counts, with the network address it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from marketplace.accounts.models import Attempt, User
from marketplace.accounts.queries import people
from marketplace.accounts.throttle import DONE, FAILED, KINDS, LOCKED, REFUSED, RELEASED
from marketplace.admin.logs import PORTION, days, given, persons
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import db

OUTCOMES: dict[str, Text] = {
    DONE: Text("成功", "Passed"),
    FAILED: Text("不对", "Wrong"),
    LOCKED: Text("不对，并暂停登录", "Wrong, and locked"),
    REFUSED: Text("暂停期间，未受理", "Turned away"),
    RELEASED: Text("解除暂停", "Lock lifted"),
}
# What is tried.
TRIED: dict[str, Text] = {key: kind.name for key, kind in KINDS.items()}
HEADER = (
    Text("序号", "Entry"), Text("时间（北京）", "Time (Beijing)"), Text("何人", "Who"), Text("事项", "Act"),
    Text("结果", "Outcome"), Text("网络地址", "Network address"),
)  # fmt: skip
COLUMNS = ("entry", "at", "who", "act", "outcome", "address")


@dataclass(frozen=True, slots=True)
class SignInQuestion:
    """What the log is asked for; empty means everything. ``first`` and ``last``: Beijing days, both included."""

    person: str = ""
    kind: str = ""
    outcome: str = ""
    address: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        filters = {"person": self.person, "kind": self.kind, "outcome": self.outcome, "address": self.address}
        return given(filters, self.first, self.last)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt with the person whose account it was about, None where there is no such account."""

    attempt: Attempt
    user: User | None

    @property
    def kind(self) -> Text:
        """What was tried."""
        return TRIED.get(self.attempt.kind, Text(self.attempt.kind, self.attempt.kind))

    @property
    def outcome(self) -> Text:
        """How it ended."""
        return OUTCOMES[self.attempt.outcome]


def attempts(question: SignInQuestion) -> sa.Select[Attempt]:
    """The attempts asked for, in no order."""
    select = sa.select(Attempt)
    if question.person:
        select = select.where(Attempt.user_id.in_(persons(question.person)))
    if question.kind:
        select = select.where(Attempt.kind == question.kind)
    if question.outcome:
        select = select.where(Attempt.outcome == question.outcome)
    if question.address:
        select = select.where(Attempt.address.startswith(question.address, autoescape=True))
    return select.where(*days(Attempt.at, question.first, question.last))


def named(found: Sequence[Attempt]) -> list[SignIn]:
    """Attempts with their persons, who are read together."""
    users = people(sorted({each.user_id for each in found if each.user_id}))
    return [SignIn(each, users.get(each.user_id or 0)) for each in found]


def rows(question: SignInQuestion, upto: int, language: str) -> Iterator[list[str]]:
    """The attempts asked for up to the one with the key ``upto``, oldest first, as cells of HEADER."""
    seen = 0
    while True:
        later = attempts(question).where(Attempt.id > seen, Attempt.id <= upto)
        found = db.session.scalars(later.order_by(Attempt.id).limit(PORTION)).all()
        if not found:
            return
        for each in named(found):
            who = f"{each.user.name} <{each.user.email}>" if each.user else ""
            moment = clock.beijing(each.attempt.at).strftime("%Y-%m-%d %H:%M:%S")
            words = (each.kind.say(language), each.outcome.say(language))
            yield [str(each.attempt.id), moment, who, *words, each.attempt.address]
        seen = found[-1].id


def newest() -> int:
    """The key of the latest attempt."""
    return db.session.scalar(sa.select(sa.func.max(Attempt.id))) or 0
