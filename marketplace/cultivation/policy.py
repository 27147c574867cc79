"""Who sees the library, who places a need in it, who lists what helped, and who may copy."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.cultivation.models import LibraryEntry
from marketplace.listings.policy import can_edit, visible_to
from marketplace.organizations.models import Organization
from marketplace.scenarios.models import Scenario

DUTY: Literal["demonstrate"] = "demonstrate"


def can_place(actor: Actor, entry: LibraryEntry) -> bool:
    """An official who decides on demonstrations in the region of the need's owner, and is in no line with it."""
    return places(actor, entry.scenario)


def places(actor: Actor, scenario: Scenario) -> bool:
    """The same for a need that is not in the library yet."""
    return actor.post_to_decide(DUTY, scenario.region, scenario.organization_id) is not None


def lists_resources(actor: Actor, entry: LibraryEntry) -> bool:
    """The need's owner and the official say what helped."""
    return can_edit(actor, entry.scenario) or can_place(actor, entry)


def shown_to(actor: Actor) -> sa.ColumnElement[bool]:
    """What of the library the actor may see, as a condition on entries joined with their needs."""
    return (LibraryEntry.tier != "none") & visible_to(actor, Scenario)


def copies_for(actor: Actor, organization: Organization) -> bool:
    """A member of a verified organization copies for it."""
    return actor.belongs_to(organization.id) and organization.state == "verified"
