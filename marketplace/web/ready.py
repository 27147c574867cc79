"""Public pages kept ready: every visitor gets the same page until anything at all changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, request, session

from marketplace.core import clock
from marketplace.core.actor import VISITOR
from marketplace.foundation import ledger
from marketplace.foundation.db import db, moment
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language, text_size

View = TypeVar("View", bound=Callable[..., Any])

MOST = 400  # pages in memory: some 20 MB
LONGEST_ADDRESS = 300


class ReadyPages:
    """The pages read last, by what they depend on. A key that no longer comes up falls out by itself."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, tuple[bytes, datetime | None]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """The page, or None when there is none or its time is over."""
        with self._lock:
            page, until = self._pages.get(key, (None, None))
            if page is not None:
                self._pages.move_to_end(key)
        return page if until is None or moment() < until else None

    def forget(self) -> None:
        """Let go of every page."""
        with self._lock:
            self._pages.clear()

    def put(self, key: Hashable, page: bytes, until: datetime | None = None) -> None:
        """Keep a page, until an instant if there is one; the page not asked for longest gives way."""
        with self._lock:
            self._pages[key] = page, until
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


def init_ready(app: Flask, index_position: Callable[[], Hashable]) -> None:
    """``index_position``: what names the state of the search index (its generation and commit)."""
    app.extensions["ready_pages"] = (ReadyPages(), index_position)


def ready_for_visitors(view: View) -> View:
    """Keep the view's page for visitors.

    It depends on the address, the language, the size of text, the day in Beijing, the state of the search index, the
    head of the history, and what capabilities work out in the background (``ready_marks``, each a select of one
    value): whatever changes what a visitor may see is a history entry of the same transaction, so that a kept page is
    never shown after the change.
    What the clock alone changes the view says itself (``true_until``).
    Pages with a message, a token or a cookie are not kept.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        key = _key()
        if key is None:
            return view(*args, **kwargs)
        pages: ReadyPages = current_app.extensions["ready_pages"][0]
        known = pages.get(key)
        if known is not None:
            return Response(known, mimetype="text/html")
        g.true_until = None
        response = make_response(view(*args, **kwargs))
        # A page with a token is one person's, also when his session had the token's secret before and is not modified.
        shared = not session.modified and "csrf_token" not in g
        if response.status_code == 200 and response.mimetype == "text/html" and shared:
            pages.put(key, response.get_data(), g.true_until)
        return response

    return answer  # type: ignore[return-value]


def true_until(*instants: datetime | None) -> None:
    """Say that the page being drawn is another one from the first of these instants on, by the database's clock."""
    known = [each for each in (g.get("true_until"), *instants) if each is not None]
    g.true_until = min(known, default=None)


def _key() -> Hashable | None:
    asked = request.full_path
    personal = "_flashes" in session or "lang" in request.args or "text" in request.args
    if request.method != "GET" or personal or len(asked) > LONGEST_ADDRESS or current_actor() is not VISITOR:
        return None
    try:
        position = current_app.extensions["ready_pages"][1]()
    except IndexUnusable:  # the pages that need it say so themselves; the others are drawn as they are
        return None
    marks = [ledger.position_select(), *(mark() for mark in current_app.extensions.get("ready_marks", ()))]
    present = db.session.execute(sa.select(*(mark.scalar_subquery() for mark in marks))).one()
    return asked, current_language(), text_size(), clock.today(), position, tuple(present)
