"""Selects of the table of synonyms, and its present state as the search reads it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import current_app

from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.vocabulary.models import SynonymGroup
from marketplace.vocabulary.thesaurus import Thesaurus


def groups(words: str = "", *, retired: bool = False) -> list[SynonymGroup]:
    """The groups in use (or those retired) of which a word contains ``words``, by their first word."""
    select = sa.select(SynonymGroup).where(SynonymGroup.retired.is_(retired))
    found = db.session.scalars(select.order_by(SynonymGroup.id)).all()
    wanted = words.casefold()
    return [each for each in found if any(wanted in word.casefold() for word in each.words)]


def group_by_id(group_id: int) -> SynonymGroup:
    """The group.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(SynonymGroup, group_id)
    if found is None:
        raise NotFound
    return found


def in_use() -> Sequence[SynonymGroup]:
    """Every group that the search reads."""
    return db.session.scalars(sa.select(SynonymGroup).where(SynonymGroup.retired.is_(False))).all()


def position() -> int:
    """What names the state of the table; 0 while it is empty."""
    return db.session.scalar(sa.select(sa.func.max(SynonymGroup.revision))) or 0


def thesaurus() -> Thesaurus:
    """The table as it is now, whichever process changed it last: one small statement while nothing changed."""
    held: Thesaurus | None = current_app.extensions.get("thesaurus")
    now = position()
    if held is None or held.position != now:
        held = current_app.extensions["thesaurus"] = Thesaurus(now, [each.words for each in in_use()])
    return held


def groups_by_id(ids: Sequence[int]) -> Sequence[SynonymGroup]:
    """The groups with these keys, for the logs."""
    return db.session.scalars(sa.select(SynonymGroup).where(SynonymGroup.id.in_(ids))).all()
