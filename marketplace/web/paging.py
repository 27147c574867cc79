"""Pages of rows: one way to count, cut and number them; a page past the end does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request

from marketplace.core.errors import NoSuchPage, NotFound
from marketplace.foundation.db import db

Row = TypeVar("Row")

PER_PAGE = 20
LAST_PAGE = 500  # Deeper pages are not read by people; a narrower question is.


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of ``total`` rows."""

    items: Sequence[Row]
    total: int
    number: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one page."""
        return max(1, -(-self.total // self.per_page))

    @property
    def numbers(self) -> list[int | None]:
        """The page numbers to show: first, last, and those around this one; None stands for a gap."""
        near = sorted({1, self.last, *range(max(1, self.number - 2), min(self.last, self.number + 2) + 1)})
        shown: list[int | None] = []
        for number in near:
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown

    def href(self, number: int) -> str:
        """The address of another page of the same list."""
        return address(page=number if number > 1 else None)


def page_number() -> int:
    """The page asked for.

    Raises:
        NoSuchPage: for anything but a whole number from 1 to the last page anybody may ask for.
    """
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= LAST_PAGE):
        raise NoSuchPage
    return int(text)


def address(**changes: Any) -> str:
    """This page's address with some parameters changed (None takes one out)."""
    values: dict[str, Any] = {key: request.args.getlist(key) for key in request.args if key not in ("lang", "text")}
    values.update(changes)
    query = urlencode({key: value for key, value in values.items() if value not in (None, [], "")}, doseq=True)
    return request.path + ("?" + query if query else "")


def cut(rows: Sequence[Row], *, per_page: int = PER_PAGE) -> Page[Row]:
    """The page that the query string asks for of rows at hand.

    Raises:
        NoSuchPage: past the end.
    """
    number = page_number()
    items = rows[(number - 1) * per_page : number * per_page]
    if number > 1 and not items:
        raise NoSuchPage
    return Page(items, len(rows), number, per_page)


def paginate(select: sa.Select[Row], *, per_page: int = PER_PAGE) -> Page[Row]:
    """Cut the page that the query string asks for out of ``select``.

    Raises:
        NoSuchPage: past the end.
    """
    number = page_number()
    total = db.session.scalar(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())) or 0
    items = db.session.scalars(select.limit(per_page).offset((number - 1) * per_page)).all()
    if number > 1 and not items:
        raise NoSuchPage
    return Page(items, total, number, per_page)


@dataclass(frozen=True)
class KeyPage(Generic[Row]):
    """A page of a list that only grows, the newest first; found by key, so that the millionth is as near as the first.

    ``older`` and ``newer`` are addresses, empty where there is nothing.
    """

    items: Sequence[Row]
    older: str = ""
    newer: str = ""


def key_page(select: sa.Select[Any], key: Any, *, per_page: int = PER_PAGE) -> KeyPage[Any]:
    """Cut the rows below ``?before=KEY``, above ``?after=KEY``, or the newest, out of ``select``. One statement.

    Raises:
        NotFound: the key is no number.
    """
    before, after = _key("before"), _key("after")
    if after is not None:
        found = list(db.session.scalars(select.where(key > after).order_by(key).limit(per_page + 1)))
        items = found[:per_page][::-1]
        more_older, more_newer = True, len(found) > per_page
    else:
        below = select.where(key < before) if before is not None else select
        found = list(db.session.scalars(below.order_by(key.desc()).limit(per_page + 1)))
        items = found[:per_page]
        more_older, more_newer = len(found) > per_page, before is not None
    ends = [getattr(items[place], key.key) for place in (0, -1)] if items else [None, None]
    return KeyPage(
        items,
        older=address(before=ends[1], after=None) if more_older and items else "",
        newer=address(after=ends[0], before=None) if more_newer and items else "",
    )


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    return int(text)
