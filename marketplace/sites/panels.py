"""What sites add to the pages below: those of a product, a need, a pilot, an organization, and the workspace."""

from __future__ import annotations

from collections.abc import Sequence

from flask import get_template_attribute
from markupsafe import Markup

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.organizations.models import Organization
from marketplace.pilots.models import Pilot
from marketplace.sites import queries, wording
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import DUTY


def of_pilot(pilot: Pilot, actor: Actor) -> Markup | str:
    """The sites that stand on a pilot; its sides may apply for one while it is valid."""
    member = actor.belongs_to(pilot.supplier_id) or actor.belongs_to(pilot.demander_id)
    valid = pilot.state == "verified" and pilot.valid_until is not None and pilot.valid_until >= clock.today()
    return _drawn(queries.of_pilot(pilot.id, actor), pilot.number if member and valid else "")


def of_organization(organization: Organization, actor: Actor) -> Markup | str:
    """The sites that an organization applied for, operates or supplies."""
    return _drawn(queries.of_organization(organization.id, actor))


def workspace(actor: Actor) -> Markup | str:
    """The sites of the actor's organizations, and of an official's region."""
    if not actor.organization_ids and not actor.has_duty(DUTY):
        return ""
    counts = queries.states(actor)
    if not counts:
        return ""
    draw = get_template_attribute("sites/panels.html", "workspace_panel")
    return Markup(draw([(SITE.mark(key), key, counts[key]) for key in SITE.states if key in counts]))


def _drawn(sites: Sequence[Site], pilot: str = "") -> Markup | str:
    if not sites and not pilot:
        return ""
    return Markup(get_template_attribute("sites/panels.html", "sites_panel")(sites, wording.mark, pilot))
