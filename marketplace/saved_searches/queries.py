"""Selects of saved searches, and what they find."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import Key
from marketplace.saved_searches.models import SavedSearch, ToldItem
from marketplace.saved_searches.policy import visible_to
from marketplace.search.forms import question_of
from marketplace.search.queries import find_keys, visible_keys
from marketplace.web.plate import PersonalPart

EVERYTHING = 10_000_000


def mine(actor: Actor) -> Sequence[SavedSearch]:
    """The actor's saved searches, the newest first."""
    return db.session.scalars(sa.select(SavedSearch).where(visible_to(actor)).order_by(SavedSearch.id.desc())).all()


def one_of_mine(saved_id: int, actor: Actor) -> SavedSearch:
    """The saved search, if it is the actor's.

    Raises:
        NotFound: it is not, or there is none.
    """
    found = db.session.scalar(sa.select(SavedSearch).where(SavedSearch.id == saved_id, visible_to(actor)))
    if found is None:
        raise NotFound
    return found


def same_of_mine(query: str, actor: Actor) -> SavedSearch | None:
    """The actor's saved search of the same question, if there is one."""
    select = sa.select(SavedSearch).where(visible_to(actor), SavedSearch.query == query)
    return db.session.scalars(select.order_by(SavedSearch.id).limit(1)).first()


def due(now: datetime, last: int, limit: int) -> Sequence[int]:
    """The keys of saved searches whose time has come; of those told at once, when anything arrived up to ``last``."""
    at_once = (SavedSearch.rhythm == "at_once") & (SavedSearch.mark < last)
    waiting = SavedSearch.rhythm.in_(("daily", "weekly")) & (SavedSearch.due_at <= now) | at_once
    return db.session.scalars(sa.select(SavedSearch.id).where(waiting).order_by(SavedSearch.due_at).limit(limit)).all()


def found_keys(query: str, actor: Actor, only: Iterable[Key] | None = None) -> list[Key]:
    """What the question finds now, or finds among ``only``, as far as the actor may see it; every word must match."""
    keys = find_keys(question_of(query), EVERYTHING, None if only is None else frozenset(only))
    by_kind: dict[str, list[int]] = {}
    for kind, doc_id in keys:
        by_kind.setdefault(kind, []).append(doc_id)
    seen = {(kind, doc_id) for kind, ids in by_kind.items() for doc_id in visible_keys(kind, ids, actor)}
    return [key for key in keys if key in seen]


def told(saved: SavedSearch, keys: Sequence[Key]) -> set[Key]:
    """Those of these items that the owner was told of before."""
    pair = sa.tuple_(ToldItem.kind, ToldItem.doc_id)
    select = sa.select(ToldItem.kind, ToldItem.doc_id).where(ToldItem.saved_search_id == saved.id, pair.in_(keys))
    return {(kind, doc_id) for kind, doc_id in db.session.execute(select)} if keys else set()


def packed(keys: Iterable[Key]) -> bytes:
    """Keys as they are kept with a saved search: small, for there may be many."""
    by_kind: dict[str, list[int]] = {}
    for kind, doc_id in sorted(keys):
        by_kind.setdefault(kind, []).append(doc_id)
    return zlib.compress(json.dumps(by_kind).encode())


def unpacked(data: bytes) -> set[Key]:
    """The inverse of ``packed``."""
    by_kind: Mapping[str, list[int]] = json.loads(zlib.decompress(data))
    return {(kind, doc_id) for kind, ids in by_kind.items() for doc_id in ids}


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person saved, for the copy of his data."""
    labels = {
        "name": Text("名称", "Name"), "query": Text("条件", "Question"), "rhythm": Text("提醒", "Alerts"),
        "created_at": Text("时间", "When"),
    }  # fmt: skip
    mine = sa.select(SavedSearch).where(SavedSearch.user_id == user_id).order_by(SavedSearch.id)
    rows = [{key: getattr(each, key) for key in labels} for each in db.session.scalars(mine)]
    return (PersonalPart("saved_search", Text("保存的搜索", "Saved searches"), labels, rows),)
