"""Selects of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.scenarios.models import Scenario


def was_public_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Those that the actor may see and that were public once."""
    return (Scenario.edition > 0) & visible_to(actor, Scenario)


def scenarios_by_id(ids: Sequence[int], actor: Actor) -> list[Scenario]:
    """The scenarios with these keys that the actor may see and that were public once, in the order given."""
    select = sa.select(Scenario).where(Scenario.id.in_(ids), was_public_to(actor))
    found = {row.id: row for row in db.session.scalars(select.options(joinedload(Scenario.organization)))}
    return [found[each] for each in ids if each in found]


def similar(domain: str, subscenario: str = "", *, leave_out: int | None = None, most: int = 3) -> Sequence[Scenario]:
    """Open scenarios of a domain ("" is any), those of the same sub-scenario first, then the newest.

    Each part is read in the order of an index, and no further than asked for: a domain may have thousands.
    """
    place = {"domain": domain} if domain else {}
    nearer = [{**place, "subscenario": subscenario}] if subscenario else []
    parts = [_newest(2 * most + 1, rank, same) for rank, same in enumerate([*nearer, place])]
    near = sa.union_all(*(sa.select(each.subquery()) for each in parts)).subquery()
    select = sa.select(Scenario).join(near, near.c.id == Scenario.id).options(joinedload(Scenario.organization))
    found = db.session.scalars(select.order_by(near.c.rank, *NEWEST)).all()
    return [each for each in dict.fromkeys(found) if each.id != leave_out][:most]


NEWEST = Scenario.published_at.desc(), Scenario.id.desc()


def _newest(most: int, rank: int, same: Mapping[str, str]) -> sa.Select[int, int]:
    select = sa.select(Scenario.id, sa.literal(rank).label("rank")).filter_by(state="published", **same)
    return select.order_by(*NEWEST).limit(most)


def public_ids() -> Sequence[int]:
    """The keys of all that everybody may see."""
    return db.session.scalars(sa.select(Scenario.id).where(_public()).order_by(Scenario.id)).all()


def public_versions() -> dict[int, int]:
    """Key → version of all that everybody may see."""
    rows = db.session.execute(sa.select(Scenario.id, Scenario.version).where(_public()))
    return {row.id: row.version for row in rows}


def _public() -> sa.ColumnElement[bool]:
    return Scenario.state.in_(PUBLIC_STATES)
