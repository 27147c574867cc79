"""How many statements the pages of objects ask that have everything: matches, talks, pilots, sites, copies, history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace.awards.models import Award
from marketplace.challenges.models import Challenge
from marketplace.cultivation.models import LibraryEntry, ScenarioCopy
from marketplace.foundation.db import db
from marketplace.matching.keeping import Keeper
from marketplace.notices.models import Notice
from marketplace.organizations.models import Organization
from marketplace.pilots.models import Pilot
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.sites.models import Site
from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site

MOST = 12  # statements of a page for a visitor
PILOTED = sa.select(Pilot.product_id).where(Pilot.frozen_at.is_not(None))
PLACED = sa.select(LibraryEntry.scenario_id).where(LibraryEntry.tier != "none")
COPIES = sa.select(ScenarioCopy.scenario_id)  # they lie on the chain of their origin
# Path of a page → the numbers of the objects that have one and everything on it.
PAGES: dict[str, sa.Select[Any]] = {
    "/scenarios/{}": sa.select(Scenario.number).where(Scenario.id.in_(PLACED)),
    "/products/{}": sa.select(Product.number).where(Product.id.in_(PILOTED)),
    "/pilots/{}": sa.select(Pilot.number).where(Pilot.frozen_at.is_not(None)),
    "/pilots/{}/report": sa.select(Pilot.number).where(Pilot.state == "verified"),
    "/sites/{}": sa.select(Site.number).where(Site.plate.is_not(None)),
    "/plates/{}": sa.select(Site.plate).where(Site.plate.is_not(None)),
    "/library/{}": sa.select(Scenario.number).where(Scenario.id.in_(PLACED)),
    "/chains/{}": sa.select(Scenario.number).where(Scenario.id.in_(PLACED), Scenario.id.not_in(COPIES)),
    "/challenges/{}": sa.select(Challenge.number).where(Challenge.published_at.is_not(None)),
    "/awards/{}": sa.select(Challenge.number).where(Challenge.id.in_(sa.select(Award.challenge_id))),
    "/organizations/{}": sa.select(Organization.number).where(
        Organization.id.in_(sa.select(Pilot.demander_id)) | Organization.id.in_(sa.select(Pilot.supplier_id))
    ),
    "/notices/{}": sa.select(Notice.number),
}


@pytest.fixture(scope="module")
def sample(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    with sample_site(databases, tmp_path_factory.mktemp("statements")) as site:
        with site.app.app_context():
            keeper = Keeper()
            while keeper.run():
                pass
        yield site


def test_no_page_of_an_object_with_everything_asks_more(sample: SampleSite) -> None:
    sent: list[str] = []
    with sample.app.app_context():
        pages = [path.format(each) for path, numbers in PAGES.items() for each in db.session.scalars(numbers)]
        sa.event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    visitor, asked, read = sample.visitor(), {}, {}
    for page in ("/", *(pages[0::40])):  # what a process reads once
        visitor.get(page)
    for page in pages:
        sent.clear()
        answer = visitor.get(f"{page}?again=1")
        assert answer.status_code == 200, page
        asked[page] = len([each for each in sent if not each.startswith("BEGIN")])
        read[page] = answer.text
    assert {page: count for page, count in asked.items() if count > MOST} == {}
    for kind, parts in {
        "/scenarios/": ('id="matches"', 'class="chain', 'id="library"'),
        "/products/": ('id="matches"', 'id="uses"', 'id="pilots"'),
        "/pilots/": ('class="chain', 'id="sites"', "<svg"),
        "/sites/": ('class="chain', 'id="history"', "/notices/N-"),
        "/library/": ('class="chain', 'id="evidence"', 'id="lessons"', 'id="copies"'),
    }.items():
        whole = [page for page, text in read.items() if page.startswith(kind) and all(each in text for each in parts)]
        assert whole, f"no page under {kind} has everything: {parts}"
