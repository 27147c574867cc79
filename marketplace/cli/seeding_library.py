"""The invented library of the demonstration: one need that climbed to mature, and its copy in another city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from marketplace.accounts.models import User
from marketplace.cli.seeding_pilots import Parties, bring_pilot
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.cultivation import queries, services
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.listings import services as listing_services
from marketplace.listings.models import Listing
from marketplace.listings.queries import open_revision
from marketplace.organizations.queries import actor_of
from marketplace.products.models import Product
from marketplace.sample import demo_library
from marketplace.sample.demo_library import COPY, DemoMove
from marketplace.sample.listing import with_dates
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario

NOON = time(12, 0)


def load_library(people: Mapping[str, User], listings: Mapping[str, Listing]) -> None:
    """Place the needs, copy the mature one and try it there; ``listings``: id in the sample → the demo listing."""
    official, owner = actor_of(people["province"]), actor_of(people["soe"])
    known = dict(listings)
    for each in demo_library.MOVES:
        _move(each, known, official)
    _listed(known["DS2"], official)
    copy = known[COPY] = _copied(known["DS2"], owner, official)
    for each in demo_library.AFTER_PILOT[:1]:
        _move(each, known, official)
    product = known["DP2"]
    assert isinstance(product, Product)
    bring_pilot(demo_library.PILOT, product, copy, Parties(actor_of(people["vendor2"]), owner, official))
    for each in demo_library.AFTER_PILOT[1:]:
        _move(each, known, official)


@contextmanager
def _ago(days: int) -> Iterator[None]:
    with clock.standing_at(datetime.combine(clock.today() - timedelta(days=days), NOON, clock.BEIJING)):
        yield


def _move(each: DemoMove, listings: Mapping[str, Listing], official: Actor) -> None:
    scenario = listings[each.scenario]
    assert isinstance(scenario, Scenario)
    with _ago(each.days_ago):
        if each.step == "admit":
            services.admit(scenario, official, each.reason)
            return
        entry = queries.entry_of(scenario)
        assert entry is not None
        services.take_step(entry, CULTIVATION.by_name[each.step], official, each.reason, None)


def _listed(scenario: Listing, official: Actor) -> None:
    assert isinstance(scenario, Scenario)
    entry = queries.entry_of(scenario)
    assert entry is not None
    for each in demo_library.RESOURCES:
        services.add_resource(entry, each, official)


def _copied(origin: Listing, owner: Actor, official: Actor) -> Scenario:
    assert isinstance(origin, Scenario)
    entry = queries.entry_of(origin)
    assert entry is not None
    (organization,) = queries.own_organizations(owner)
    written = with_dates(demo_library.CONTENT, clock.today())
    with _ago(demo_library.COPIED):
        copy = services.copy_need(entry, organization, owner)
        revision = open_revision(copy)
        assert revision is not None
        listing_services.save(SCENARIO, copy, {**revision.content, **written}, owner, None)
        listing_services.submit(SCENARIO, copy, owner, None)
    with _ago(demo_library.COPY_PUBLISHED):
        listing_services.approve(SCENARIO, copy, official)
    return copy
