"""Selects of chains."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.scenarios.models import Scenario


def need_with(number: str) -> int:
    """The key of the need with a number, whoever asks: what of its chain he may see is asked later.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(sa.select(Scenario.id).where(Scenario.number == number))
    if found is None:
        raise NotFound
    return found
