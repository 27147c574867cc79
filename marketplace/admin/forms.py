"""Forms of administration: filters of its lists, and the reason that every act asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.admin.logs import LogQuestion
from marketplace.admin.queries import USER_KINDS, USER_STATES, UserQuestion
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.web.forms import clean
from marketplace.web.plate import records

LONGEST = 200  # characters of a filter


def words(args: MultiDict[str, str], name: str) -> str:
    """What was typed into a filter, on one line."""
    return " ".join(clean(args.get(name)).split())[:LONGEST]


def one_of(args: MultiDict[str, str], name: str, known: Mapping[str, Any]) -> str:
    """The choice of a filter; "" for all.

    Raises:
        NotFound: for one that is not offered.
    """
    value = args.get(name, "")
    if value and value not in known:
        raise NotFound
    return value


def user_question(args: MultiDict[str, str]) -> UserQuestion:
    """What the list of users is asked for."""
    return UserQuestion(words(args, "q"), one_of(args, "state", USER_STATES), one_of(args, "kind", USER_KINDS))


def day(args: MultiDict[str, str], name: str) -> date | None:
    """A day of a filter, None where there is none.

    Raises:
        Invalid: it is not written as a day.
    """
    text = args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        message = Text("日期请写成 2026-10-09", "Write a date like 2026-10-09")
        raise Invalid([FieldError(name, message)]) from error


def log_question(args: MultiDict[str, str]) -> LogQuestion:
    """What the log of decisions is asked for."""
    acts = {f"{kind}.{action}": action for kind, record in records().items() for action in record.every_act()}
    return LogQuestion(
        person=words(args, "person"), act=one_of(args, "act", acts), number=words(args, "number").upper(),
        post=words(args, "post"), first=day(args, "from"), last=day(args, "to"),
    )  # fmt: skip


def options(known: Mapping[str, Text], every: Text) -> list[tuple[str, Text]]:
    """The choices of a filter, all of them first."""
    return [("", every), *known.items()]
