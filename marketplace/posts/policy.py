"""Which places a post is in charge of, as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import PROVINCE


def in_region(region: str, column: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    """``core.actor.covers`` as SQL: the province is in charge of every row, a city of those with its four digits."""
    return sa.true() if region == PROVINCE else column.startswith(region[:4], autoescape=True)
