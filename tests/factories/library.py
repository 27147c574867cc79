"""Needs of the cultivation library for tests, placed by who places them."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.cultivation import services as library
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import LibraryEntry
from marketplace.foundation.db import transaction
from marketplace.pilots import grounds, services
from marketplace.pilots.models import Pilot
from marketplace.scenarios.models import Scenario
from tests.factories import pilots
from tests.support.site import Clock

REASON = "因为试验"


def verified(who: pilots.Sides, clock_: Clock, talk: str = "", verdict: str = "scale") -> Pilot:
    """A pilot of 40 days that an official verified; it comes from a talk if one is named."""
    with transaction():
        if talk:
            made = grounds.begin_plan(grounds.ground("enquiry", talk, who.supplier), who.product, who.supplier)
        else:
            made = services.start_plan(who.demander, who.product, who.scenario, who.scenario.organization)
        services.save_plan(made, pilots.content(), who.supplier, None)
        pilots.agree(made, who)
        services.take_step(made, "start", who.supplier)
    clock_.forward(days=40)
    with transaction():
        services.take_step(made, "finish", who.demander)
    pilots.sign(made, who, verdict)
    visit = {"day": clock.today().isoformat(), "who": "二人", "seen": "一致"}
    with transaction():
        services.verify(made, "verify", pilots.verifier(), "", None, visit=visit)
    return made


def placed(who: pilots.Sides, *, official: Actor | None = None) -> LibraryEntry:
    """The entry of a need that was taken in."""
    return placed_need(who.scenario, official)


def placed_need(need: Scenario, official: Actor | None = None) -> LibraryEntry:
    """The same for any need."""
    with transaction():
        return library.admit(need, official or pilots.verifier(), REASON)


def move(entry: LibraryEntry, name: str, official: Actor) -> None:
    """One step."""
    with transaction():
        library.take_step(entry, CULTIVATION.by_name[name], official, REASON, None)
