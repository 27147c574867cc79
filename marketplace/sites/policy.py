"""Who sees a site, who recommends it, who decides on it: each rule once for one object and once as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import PROVINCE, Actor, PostHeld, covers
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from marketplace.panels.models import Assignment
from marketplace.panels.policy import JUDGES
from marketplace.posts.policy import in_charge, in_region
from marketplace.sites.models import Site, SiteParty, SiteSheet

DUTY: Literal["demonstrate"] = "demonstrate"
# Designated and neither ended nor past its last day.
IN_FORCE = ("designated", "rechecked", "rectifying", "warned")
WRITABLE = ("draft", "returned")


def in_force() -> sa.ColumnElement[bool]:
    """What the register, the map, the search and every count show: a late job of the clock opens no hole."""
    return Site.state.in_(IN_FORCE) & (Site.valid_until >= clock.today())


def is_in_force(site: Site) -> bool:
    """The same for one site."""
    return site.state in IN_FORCE and site.valid_until is not None and site.valid_until >= clock.today()


def ended() -> sa.ColumnElement[bool]:
    """What had a plate and has it no more."""
    return Site.plate.is_not(None) & ~in_force()


def can_apply(actor: Actor, organization: Organization) -> bool:
    """Members of a verified organization."""
    return organization.state == "verified" and actor.belongs_to(organization.id)


def owns(actor: Actor, site: Site) -> bool:
    """Members of the applicant: they write and submit."""
    return actor.belongs_to(site.organization_id)


def operates(actor: Actor, site: Site) -> bool:
    """Who reports on what has a plate, puts right, replies, asks for renewal: the applicant, and who runs the place."""
    return operating_organization(actor, site) is not None


def operating_organization(actor: Actor, site: Site) -> int | None:
    """The key of the organization for which the actor does so; the applicant before the operator."""
    if owns(actor, site):
        return site.organization_id
    runs = [each.organization_id for each in site.parties if each.role == "operator"] if site.plate is not None else []
    return next((each for each in runs if actor.belongs_to(each)), None)


def operated_by(actor: Actor) -> sa.ColumnElement[bool]:
    """``operates`` as a condition on the table."""
    own = sorted(actor.organization_ids)
    runs = (SiteParty.site_id == Site.id) & (SiteParty.role == "operator") & SiteParty.organization_id.in_(own)
    return Site.organization_id.in_(own) | (Site.plate.is_not(None) & sa.exists().where(runs))


# ---- who sees it ----


def can_view(actor: Actor, site: Site) -> bool:
    """Everybody from the notice on, and what had a plate for good; before that who deals with it."""
    return site.plate is not None or site.state == "notice" or can_view_inside(actor, site)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    return sa.or_(public(), dealing_with(actor))


def public() -> sa.ColumnElement[bool]:
    """What everybody may see."""
    return Site.plate.is_not(None) | (Site.state == "notice")


def can_view_inside(actor: Actor, site: Site) -> bool:
    """Documents, remarks and history: who runs it; once it was filed, officials in charge and its experts."""
    if actor.is_system or operates(actor, site):
        return True
    if site.filed_at is None:
        return False
    return actor.post_for(DUTY, site.region) is not None or evaluates(actor, site)


def dealing_with(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view_inside`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    region = cast(Any, Site.region)
    seen: list[sa.ColumnElement[bool]] = [Site.filed_at.is_not(None) & in_charge(actor, DUTY, region)]
    if actor.organization_ids:
        seen.append(operated_by(actor))
    if actor.signed_in:
        seen.append(Site.filed_at.is_not(None) & _seats(actor).where(SiteSheet.site_id == Site.id).exists())
    return sa.or_(*seen)


def evaluates(actor: Actor, site: Site) -> bool:
    """Who has a seat in a panel that judges it, or judged it, and was not taken out."""
    if not actor.signed_in:
        return False
    return bool(db.session.scalar(sa.select(_seats(actor).where(SiteSheet.site_id == site.id).exists())))


def _seats(actor: Actor) -> sa.Select[int]:
    """The actor's sheets that count."""
    counts = (SiteSheet.user_id == actor.user_id) & Assignment.state.in_((*JUDGES, "released"))
    return sa.select(SiteSheet.id).join(Assignment, Assignment.id == SiteSheet.assignment_id).where(counts)


# ---- who decides ----


def concerned(site: Site) -> frozenset[int]:
    """Every organization whose matter it is: the applicant, who operates it, whose robots it uses."""
    return frozenset({site.organization_id, *(each.organization_id for each in site.parties)})


def recommending_post(actor: Actor, site: Site) -> PostHeld | None:
    """The post of the city in which he recommends: never for his own organization, nor one in its line."""
    return _best(actor, site, lambda post: post.region != PROVINCE)


def deciding_post(actor: Actor, site: Site) -> PostHeld | None:
    """The post of the province in which he evaluates, designates, checks again and revokes."""
    return _best(actor, site, lambda post: post.region == PROVINCE)


def can_recommend(actor: Actor, site: Site) -> bool:
    """Who has such a post of the city."""
    return recommending_post(actor, site) is not None


def can_decide(actor: Actor, site: Site) -> bool:
    """Who has such a post of the province."""
    return deciding_post(actor, site) is not None


def _best(actor: Actor, site: Site, fits: Any) -> PostHeld | None:
    free = [
        post
        for post in actor.posts
        if DUTY in post.duties and covers(post.region, site.region) and fits(post) and not concerned(site) & post.barred
    ]
    return min(free, key=lambda post: (post.delegation_id is not None, post.post_id), default=None)


def waits_for(actor: Actor) -> sa.ColumnElement[bool]:
    """What waits for the actor as an official, for the queue; nobody finds his own organization's there."""
    return sa.or_(sa.false(), *_turns(actor))


def _turns(actor: Actor) -> Iterator[sa.ColumnElement[bool]]:
    for post in actor.posts:
        if DUTY not in post.duties:
            continue
        barred = sorted(post.barred)
        party = (SiteParty.site_id == Site.id) & SiteParty.organization_id.in_(barred)
        free = Site.organization_id.not_in(barred) & ~sa.exists().where(party) if barred else sa.true()
        turn = "province" if post.region == PROVINCE else "city"
        yield (Site.turn == turn) & in_region(post.region, cast(Any, Site.region)) & free
