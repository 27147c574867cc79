"""Topic → who is told what: the owner of a saved search reads what is new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import current_app

from marketplace.config import Config
from marketplace.core.actor import VISITOR
from marketplace.core.text import Text, within_marks
from marketplace.foundation.db import db
from marketplace.foundation.letters import Letter, LetterGroup, Link
from marketplace.foundation.outbox import Message
from marketplace.saved_searches.models import SavedSearch
from marketplace.saved_searches.services import leaving_token, owner
from marketplace.web.plate import sources

GROUP = LetterGroup(
    "saved_searches",
    Text("保存的搜索", "Saved searches"),
    Text("保存的搜索有了新结果", "When a saved search finds something new"),
)
SHOWN = 20  # items in a mail; the rest is one link away


def found(message: Message, config: Config) -> Iterator[Letter]:
    """What is new, as everybody may see it now; nothing when all of it is hidden again or the search was removed."""
    saved = db.session.get(SavedSearch, message.subject_id)
    user = owner(saved) if saved is not None else None
    # What was queued before messages named the search that was meant is taken for this one.
    if saved is None or user is None or saved.made != message.payload.get("made", saved.made):
        return
    items = list(_items(message.payload["items"], config))
    if items:
        context = {
            "name": user.name, "search": within_marks(saved.name), "items": items[:SHOWN], "count": len(items),
            "more": max(0, len(items) - SHOWN), "link": f"{config.base_url}/search?{saved.query}",
            "leave": Link(f"{config.base_url}/saved-searches/leave/{leaving_token(saved, config.secret_key)}"),
            "mine": Link(f"{config.base_url}/workspace/searches"),
        }  # fmt: skip
        yield Letter(user.email, user.language, "saved_searches/found.txt", context, GROUP)


def _items(keys: list[list[Any]], config: Config) -> Iterator[dict[str, Any]]:
    # Cards carry addresses, which Flask makes only for a request: this one is nobody's, and sees what visitors see.
    # It has an app context, and with it a session, of its own: its end ends the session, and must not end this one's.
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.test_request_context("/", base_url=config.base_url):
        for kind, source in sources().items():
            ids = [doc_id for of_kind, doc_id in keys if of_kind == kind]
            for card in source.cards(ids, VISITOR) if ids else ():
                link = Link(config.base_url + card["href"])
                yield {"kind": source.label, "title": card["title"], "number": card["number"], "link": link}
