"""Selects of the library: entries, what a tier rests on, and which needs are one line of copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.cultivation.models import TIERS, LibraryEntry, ScenarioCopy
from marketplace.cultivation.policy import shown_to
from marketplace.foundation.db import db
from marketplace.listings.policy import visible_to
from marketplace.organizations.models import Organization
from marketplace.reference import regions
from marketplace.scenarios.models import Scenario

# ---- lines of copies ----


def with_root(select: Any, root: Any) -> Any:
    """A select of needs, each beside the one that its chain began with. ``root``: the alias of ``Scenario`` for it."""
    copied = select.select_from(Scenario).outerjoin(ScenarioCopy, ScenarioCopy.scenario_id == Scenario.id)
    return copied.join(root, root.id == sa.func.coalesce(ScenarioCopy.root_id, Scenario.id))


def root_of(need: int) -> tuple[int, str]:
    """Key and number of the need that the chain of a need began with."""
    root = aliased(Scenario)
    select = with_root(sa.select(root.id, root.number), root).where(Scenario.id == need)
    key, number = db.session.execute(select).one()
    return key, number


def copies_of(root: int) -> Sequence[ScenarioCopy]:
    """Every copy in the line that began with a need, in the order in which they were made."""
    mine = ScenarioCopy.root_id == root
    select = sa.select(ScenarioCopy).where(mine).order_by(ScenarioCopy.at, ScenarioCopy.scenario_id)
    return db.session.scalars(select).all()


def line_of(need: int) -> Sequence[int]:
    """The keys of all needs of one line of copies, in any order: one statement."""
    copied = sa.select(ScenarioCopy.root_id).where(ScenarioCopy.scenario_id == need).scalar_subquery()
    root = sa.func.coalesce(copied, need)
    copies = sa.select(ScenarioCopy.scenario_id).where(ScenarioCopy.root_id == root)
    return db.session.scalars(sa.select(root.label("id")).union_all(copies)).all()


def standing_of(need: int, actor: Actor) -> tuple[LibraryEntry | None, Scenario | None]:
    """The place of a need in the library, and what it was copied from if the actor may see that: one statement."""
    here = sa.select(sa.literal(need).label("id")).subquery()
    seen = (Scenario.id == ScenarioCopy.origin_id) & visible_to(actor, Scenario)
    select = (
        sa.select(LibraryEntry, Scenario)
        .select_from(here)
        .outerjoin(LibraryEntry, LibraryEntry.scenario_id == here.c.id)
        .outerjoin(ScenarioCopy, ScenarioCopy.scenario_id == here.c.id)
        .outerjoin(Scenario, seen)
    )
    entry, origin = db.session.execute(select).one()
    return entry, origin


def copies_from(needs: Sequence[int], actor: Actor) -> Sequence[ScenarioCopy]:
    """The copies that were made of these needs and that the actor may see."""
    select = sa.select(ScenarioCopy).join(Scenario, Scenario.id == ScenarioCopy.scenario_id)
    theirs = ScenarioCopy.origin_id.in_(needs) & visible_to(actor, Scenario)
    whole = contains_eager(ScenarioCopy.scenario).joinedload(Scenario.organization)
    return db.session.scalars(select.where(theirs).options(whole).order_by(ScenarioCopy.at)).all()


# ---- entries ----


def entry_of(scenario: Scenario) -> LibraryEntry | None:
    """The place of a need in the library, also when it was taken out again."""
    select = sa.select(LibraryEntry).where(LibraryEntry.scenario_id == scenario.id)
    return db.session.scalars(select.options(joinedload(LibraryEntry.resources))).unique().one_or_none()


def entry_by_number(number: str, actor: Actor) -> LibraryEntry:
    """The entry of the need with a number, if the actor may see it; who places needs sees also those taken out.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(LibraryEntry).join(Scenario).where(Scenario.number == number, visible_to(actor, Scenario))
    found = db.session.scalar(
        select.options(contains_eager(LibraryEntry.scenario), selectinload(LibraryEntry.resources))
    )
    if found is None or (found.tier == "none" and not actor.has_duty("demonstrate")):
        raise NotFound
    return found


def entries(actor: Actor, tier: str = "", domain: str = "", city: str = "") -> sa.Select[LibraryEntry]:
    """The library as the actor may see it, ripe needs first, in each tier those that came to it last."""
    select = sa.select(LibraryEntry).join(Scenario).where(shown_to(actor), *_narrowed(tier, domain, city))
    rank = sa.case({each: place for place, each in enumerate(TIERS)}, value=LibraryEntry.tier)
    whole = contains_eager(LibraryEntry.scenario).joinedload(Scenario.organization)
    return select.options(whole).order_by(rank.desc(), LibraryEntry.moved_at.desc(), LibraryEntry.id.desc())


def counts(actor: Actor, domain: str = "", city: str = "") -> dict[str, int]:
    """Tier → how many needs stand in it, of those that the filters leave."""
    select = sa.select(LibraryEntry.tier, sa.func.count()).join(Scenario)
    select = select.where(shown_to(actor), *_narrowed("", domain, city)).group_by(LibraryEntry.tier)
    found = {row[0]: row[1] for row in db.session.execute(select)}
    return {tier: found.get(tier, 0) for tier in TIERS}


def _narrowed(tier: str, domain: str, city: str) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if tier:
        wanted.append(LibraryEntry.tier == tier)
    if domain:
        wanted.append(Scenario.domain == domain)
    if city:
        places = [city, *(each.code for each in regions.counties(city))]
        wanted.append(Scenario.site_region.in_(places))
    return wanted


def entries_with(ids: Sequence[int]) -> Sequence[LibraryEntry]:
    """The entries with these keys and their needs, whoever asks (for the logs)."""
    select = sa.select(LibraryEntry).where(LibraryEntry.id.in_(ids)).options(joinedload(LibraryEntry.scenario))
    return db.session.scalars(select).all()


def key_of(number: str) -> int | None:
    """The key of the entry of the need with a number, None when it has none."""
    return db.session.scalar(sa.select(LibraryEntry.id).join(Scenario).where(Scenario.number == number))


def own_organizations(actor: Actor) -> Sequence[Organization]:
    """The verified organizations for which the actor may copy."""
    if not actor.organization_ids:
        return []
    mine = Organization.id.in_(sorted(actor.organization_ids)) & (Organization.state == "verified")
    return db.session.scalars(sa.select(Organization).where(mine).order_by(Organization.id)).all()
