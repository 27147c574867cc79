"""What pilots add to the pages below: those of a product, a scenario, an organization, and the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.enquiries.models import Enquiry
from marketplace.enquiries.policy import side_of
from marketplace.organizations.models import Organization
from marketplace.pilots import grounds, queries
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot
from marketplace.pilots.policy import can_view


def of_product(product: Any, found: Sequence[Pilot], actor: Actor) -> Markup | str:
    """The pilots in which a product was tried; members of its vendor may begin one."""
    mine = actor.belongs_to(product.organization_id) and product.state == "published"
    return _drawn(found, {"product": product.number} if mine else {})


def of_scenario(scenario: Any, actor: Actor) -> Markup | str:
    """For the owner of a scenario its pilots, and the way to begin one; everybody reads them on its chain."""
    if not actor.belongs_to(scenario.organization_id):
        return ""
    begin = {"scenario": scenario.number} if scenario.state == "published" else {}
    return _drawn(queries.of_scenario(scenario.id, actor), begin)


def of_organization(organization: Organization, actor: Actor) -> Markup | str:
    """The pilots in which an organization is a side."""
    return _drawn(queries.of_organization(organization.id, actor), {})


def of_enquiry(enquiry: Enquiry, actor: Actor) -> Markup | str:
    """The pilots that came from a talk; either side begins one when the talk agreed on it."""
    if grounds.not_agreed(enquiry) is not None:
        return ""
    begun = grounds.begun_from(("enquiry", enquiry.number))
    planned = {each.product_id for each in begun}
    more = bool(side_of(actor, enquiry)) and any(each.id not in planned for each in enquiry.offered)
    draw = get_template_attribute("pilots/panels.html", "origin_panel")
    return Markup(draw(begun, PILOT.mark, "enquiry", enquiry.number if more else ""))


def of_challenge(challenge: Challenge, actor: Actor) -> Markup | str:
    """The pilots that came from a challenge; while it is carried out, either side begins one."""
    begun = [each for each in grounds.begun_from(("challenge", challenge.number)) if can_view(actor, each)]
    sides = {challenge.organization_id, *grounds.carried_out_by(challenge)} if actor.organization_ids else set()
    mine = len(sides) > 1 and any(actor.belongs_to(each) for each in sides)
    if not begun and not mine:
        return ""
    draw = get_template_attribute("pilots/panels.html", "origin_panel")
    return Markup(draw(begun, PILOT.mark, "challenge", challenge.number if mine else ""))


def workspace(actor: Actor) -> Markup | str:
    """The pilots of the actor's organizations, and of an official's region."""
    if not actor.organization_ids and not actor.has_duty("demonstrate"):
        return ""
    counts = queries.states(actor, mine=True)
    if not counts:
        return ""
    draw = get_template_attribute("pilots/panels.html", "workspace_panel")
    return Markup(draw([(PILOT.mark(key), key, counts[key]) for key in PILOT.states if key in counts]))


def _drawn(pilots: Sequence[Pilot], begin: dict[str, str]) -> Markup | str:
    if not pilots and not begin:
        return ""
    draw = get_template_attribute("pilots/panels.html", "pilots_panel")
    return Markup(draw(pilots, PILOT.mark, begin))
