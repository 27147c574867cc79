"""Which needs are one chain: the need that it began with, and every copy of it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from marketplace.core.errors import NotFound
from marketplace.cultivation.models import ScenarioCopy
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


def roots_of(needs: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """Key of a need → key and number of the need that its chain began with: one statement."""
    origin = sa.func.coalesce(ScenarioCopy.root_id, Scenario.id)
    root = sa.orm.aliased(Scenario)
    select = (
        sa.select(Scenario.id, root.id, root.number)
        .outerjoin(ScenarioCopy, ScenarioCopy.scenario_id == Scenario.id)
        .join(root, root.id == origin)
    )
    rows = db.session.execute(select.where(Scenario.id.in_(needs)))
    return {row[0]: (row[1], row[2]) for row in rows}


def copies_of(root: int) -> Sequence[ScenarioCopy]:
    """Every copy in the chain that began with a need, in the order in which they were made."""
    mine = ScenarioCopy.root_id == root
    return db.session.scalars(
        sa.select(ScenarioCopy).where(mine).order_by(ScenarioCopy.at, ScenarioCopy.scenario_id)
    ).all()
