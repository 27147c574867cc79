"""Selects of sites: one, those of somebody, what was seen and stated about them, and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.panels.models import Assignment
from marketplace.panels.policy import JUDGES
from marketplace.pilots.models import Incident, Pilot
from marketplace.sites.models import Site, SiteParty, SitePilot, SiteSheet, SiteStatement, SiteVisit
from marketplace.sites.policy import dealing_with, ended, in_force, operated_by, operates, owns, visible_to

SHOWN = (joinedload(Site.organization), joinedload(Site.scenario))
WHOLE = (
    *SHOWN,
    selectinload(Site.pilots).options(
        joinedload(Pilot.supplier), joinedload(Pilot.demander), joinedload(Pilot.product)
    ),
    selectinload(Site.parties).joinedload(SiteParty.organization),
)
SERIOUS = 3


def site_by_number(number: str, actor: Actor) -> Site:
    """The site of a number, when the actor may see it.

    Raises:
        NotFound: there is none, or he may not know of it.
    """
    return _one(Site.number == number, actor)


def site_by_plate(plate: str, actor: Actor) -> Site:
    """The site of a plate, whatever became of it; raises NotFound."""
    return _one(Site.plate == plate, actor)


def _one(which: sa.ColumnElement[bool], actor: Actor) -> Site:
    found = db.session.scalar(sa.select(Site).where(which, visible_to(actor)).options(*WHOLE))
    if found is None:
        raise NotFound
    return found


def own_site(number: str, actor: Actor) -> Site:
    """The same for members of its applicant only; raises NotFound."""
    found = site_by_number(number, actor)
    if not owns(actor, found):
        raise NotFound
    return found


def operated_site(number: str, actor: Actor) -> Site:
    """The same for members of who runs it; raises NotFound."""
    found = site_by_number(number, actor)
    if not operates(actor, found):
        raise NotFound
    return found


def dealt_with(actor: Actor, state: str = "") -> sa.Select[Site]:
    """Sites that the actor deals with, the one touched last first."""
    select = sa.select(Site).where(dealing_with(actor)).options(*SHOWN)
    if state:
        select = select.where(Site.state == state)
    return select.order_by(Site.updated_at.desc(), Site.id.desc())


def states(actor: Actor) -> dict[str, int]:
    """State → how many of those."""
    select = sa.select(Site.state, sa.func.count()).where(dealing_with(actor)).group_by(Site.state)
    return {row[0]: row[1] for row in db.session.execute(select)}


def sites_with(ids: Sequence[int]) -> Sequence[Site]:
    """Sites with these keys, whoever asks."""
    return db.session.scalars(sa.select(Site).where(Site.id.in_(ids)).options(*SHOWN, selectinload(Site.pilots))).all()


def key_of(number: str) -> int | None:
    """The key of a number, None when no site has it."""
    return db.session.scalar(sa.select(Site.id).where(Site.number == number))


MOST_IN_PANEL = 20


def _some(which: sa.ColumnElement[bool], actor: Actor) -> Sequence[Site]:
    select = sa.select(Site).where(which, visible_to(actor)).options(*SHOWN).order_by(Site.id.desc())
    return db.session.scalars(select.limit(MOST_IN_PANEL)).all()


def of_pilot(pilot_id: int, actor: Actor) -> Sequence[Site]:
    """Sites that stand on a pilot, as far as the actor may see them."""
    return _some(sa.exists().where((SitePilot.site_id == Site.id) & (SitePilot.pilot_id == pilot_id)), actor)


def of_organization(organization_id: int, actor: Actor) -> Sequence[Site]:
    """Sites that an organization applied for, operates, or supplies, as far as the actor may see them."""
    party = (SiteParty.site_id == Site.id) & (SiteParty.organization_id == organization_id)
    return _some((Site.organization_id == organization_id) | sa.exists().where(party), actor)


def usable_pilots(organization_id: int) -> Sequence[Pilot]:
    """The verified and valid pilots in which an organization is a side: what it can apply on."""
    side = (Pilot.supplier_id == organization_id) | (Pilot.demander_id == organization_id)
    valid = (Pilot.state == "verified") & (Pilot.valid_until >= clock.today())
    select = sa.select(Pilot).where(side, valid).order_by(Pilot.id.desc())
    return db.session.scalars(select.options(joinedload(Pilot.product), joinedload(Pilot.scenario))).all()


def serious_incidents(pilot_ids: Sequence[int], since: datetime) -> Sequence[Incident]:
    """Serious safety incidents in these pilots from an instant on, the newest first."""
    which = Incident.pilot_id.in_(pilot_ids) & (Incident.kind == "incident") & (Incident.severity >= SERIOUS)
    return db.session.scalars(
        sa.select(Incident).where(which, Incident.at >= since).order_by(Incident.at.desc())
    ).all()  # fmt: skip


def gone_count() -> int:
    """How many had a plate and have it no more."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Site).where(ended())) or 0


Conditions = Sequence[sa.ColumnElement[bool]]


def public_ids(after: int, limit: int, narrowed: Conditions = ()) -> Sequence[int]:
    """The keys of what is in force, in their order."""
    select = sa.select(Site.id).where(in_force(), Site.id > after, *narrowed)
    return db.session.scalars(select.order_by(Site.id).limit(limit)).all()


def public_count(narrowed: Conditions = ()) -> int:
    """How many are in force."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Site).where(in_force(), *narrowed)) or 0


# ---- evaluation ----


def sheets(site: Site) -> Sequence[SiteSheet]:
    """The sheets of the present evaluation that count, in the order of the draw."""
    mine = (SiteSheet.site_id == site.id) & (SiteSheet.round == site.round) & Assignment.state.in_(JUDGES)
    select = sa.select(SiteSheet).join(Assignment, Assignment.id == SiteSheet.assignment_id).where(mine)
    return db.session.scalars(select.options(joinedload(SiteSheet.assignment)).order_by(Assignment.place)).all()


def sheet_of(site: Site, actor: Actor) -> SiteSheet | None:
    """The actor's own sheet of the present evaluation."""
    if not actor.signed_in:
        return None
    return next((each for each in sheets(site) if each.user_id == actor.user_id), None)


def visits(site: Site, occasion: str = "", round: int | None = None) -> Sequence[SiteVisit]:
    """The visits to a place, the newest first."""
    select = sa.select(SiteVisit).where(SiteVisit.site_id == site.id)
    if occasion:
        select = select.where(SiteVisit.occasion == occasion)
    if round is not None:
        select = select.where(SiteVisit.round == round)
    return db.session.scalars(select.order_by(SiteVisit.day.desc(), SiteVisit.id.desc())).all()


# ---- what the operator states ----


def statements(site: Site) -> Sequence[SiteStatement]:
    """Everything that was stated about a site, the newest first."""
    mine = SiteStatement.site_id == site.id
    return db.session.scalars(sa.select(SiteStatement).where(mine).order_by(SiteStatement.id.desc())).all()


def stated_since_check(site: Site, kind: str) -> SiteStatement | None:
    """The last statement of a kind since the site was decided on last."""
    mine = (SiteStatement.site_id == site.id) & (SiteStatement.kind == kind)
    if site.checked_at is not None:
        mine &= SiteStatement.at >= site.checked_at
    return db.session.scalar(sa.select(SiteStatement).where(mine).order_by(SiteStatement.id.desc()).limit(1))


def years_reported(site: Site) -> int:
    """The last year of the designation that was reported on; 0 before the first."""
    mine = (SiteStatement.site_id == site.id) & (SiteStatement.kind == "yearly")
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(SiteStatement.period), 0)).where(mine)) or 0


def files_of(owner_type: str, ids: Sequence[int]) -> Mapping[int, list[StoredFile]]:
    """Key of the owner → its files."""
    found: dict[int, list[StoredFile]] = {key: [] for key in ids}
    of_them = (StoredFile.owner_type == owner_type) & StoredFile.owner_id.in_(ids)
    for each in db.session.scalars(sa.select(StoredFile).where(of_them).order_by(StoredFile.id)) if ids else ():
        found[each.owner_id].append(each)
    return found


# ---- what waits ----


def own_duties(actor: Actor) -> sa.Select[Site]:
    """Sites that the actor's organizations run and that wait for him: returned, to put right, to reply, to report."""
    return (
        sa.select(Site)
        .where(operated_by(actor), Site.turn == "applicant", Site.state != "draft")
        .order_by(Site.updated_at)
    )


def sheets_waiting(actor: Actor) -> sa.Select[SiteSheet]:
    """The actor's sheets that are not handed in, of evaluations that go on."""
    mine = (SiteSheet.user_id == actor.user_id) & SiteSheet.submitted_at.is_(None) & Assignment.state.in_(JUDGES)
    now = (Site.state == "under_evaluation") & (Site.round == SiteSheet.round)
    select = sa.select(SiteSheet).join(Site, Site.id == SiteSheet.site_id)
    return select.join(Assignment, Assignment.id == SiteSheet.assignment_id).where(mine, now).order_by(SiteSheet.id)


def duty_selects(actor: Actor) -> list[sa.Select[Any]]:
    """What waits for the actor as a member or an expert, a row each."""
    own = [own_duties(actor)] if actor.organization_ids else []
    return [*own, *([sheets_waiting(actor)] if actor.expert_id is not None else [])]
