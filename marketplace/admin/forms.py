"""Forms of administration: filters of its lists, and the reason that every act asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.admin.queries import USER_KINDS, USER_STATES, UserQuestion
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.web.forms import clean

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


def options(known: Mapping[str, Text], every: Text) -> list[tuple[str, Text]]:
    """The choices of a filter, all of them first."""
    return [("", every), *known.items()]
