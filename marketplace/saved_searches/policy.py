"""Who sees and changes a saved search: its owner, nobody else."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.saved_searches.models import SavedSearch


def can_edit(actor: Actor, saved: SavedSearch) -> bool:
    """The person who saved it."""
    return actor.user_id is not None and saved.user_id == actor.user_id


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_edit`` as a condition on the table."""
    return SavedSearch.user_id == actor.user_id if actor.user_id is not None else sa.false()
