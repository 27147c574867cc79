"""Selects of scenarios."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.scenarios.models import Scenario


def scenarios_by_id(ids: Sequence[int], actor: Actor) -> list[Scenario]:
    """The scenarios with these keys that the actor may see and that were public once, in the order given."""
    select = sa.select(Scenario).where(Scenario.id.in_(ids), Scenario.edition > 0, visible_to(actor, Scenario))
    found = {row.id: row for row in db.session.scalars(select.options(joinedload(Scenario.organization)))}
    return [found[each] for each in ids if each in found]


def similar(domain: str, subscenario: str = "", *, leave_out: int | None = None, most: int = 3) -> Sequence[Scenario]:
    """Open scenarios of a domain ("" is any), those of the same sub-scenario first, then the newest.

    Each part is read in the order of an index, and no further than asked for: a domain may have thousands.
    """
    place = {"domain": domain} if domain else {}
    found = _newest(most, {leave_out}, **place, subscenario=subscenario) if subscenario else []
    if len(found) < most:
        found += _newest(most - len(found), {leave_out, *(each.id for each in found)}, **place)
    return found


def _newest(most: int, leave_out: set[int | None], **same: str) -> list[Scenario]:
    select = sa.select(Scenario).filter_by(state="published", **same).options(joinedload(Scenario.organization))
    newest = select.order_by(Scenario.published_at.desc(), Scenario.id.desc()).limit(most + len(leave_out))
    return [each for each in db.session.scalars(newest) if each.id not in leave_out][:most]


def public_ids() -> Sequence[int]:
    """The keys of all that everybody may see."""
    return db.session.scalars(sa.select(Scenario.id).where(_public()).order_by(Scenario.id)).all()


def public_versions() -> dict[int, int]:
    """Key → version of all that everybody may see."""
    rows = db.session.execute(sa.select(Scenario.id, Scenario.version).where(_public()))
    return {row.id: row.version for row in rows}


def _public() -> sa.ColumnElement[bool]:
    return Scenario.state.in_(PUBLIC_STATES)
