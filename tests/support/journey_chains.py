"""An example of every page of chains and the cultivation library, for the walk of all pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from marketplace.core.actor import Actor
from tests.support.journey_pages import Numbers, SamplePage


def chain_pages(found: Numbers) -> Iterator[SamplePage]:
    """A chain, as visitors and its sides see it; the library; a need in it and one outside; a plan from a talk."""
    need, outside = found.of("scenarios", who="soe2"), found.of("scenarios", "expired", who="soe")
    for who in ("", "soe2", "province"):
        yield SamplePage("chains.show", f"/chains/{need}", who)
    for path in ("/library", "/library?tier=demonstration&city=340200", "/library?tier=innovative&city=341000"):
        yield SamplePage("cultivation.table", path)
    for who in ("", "soe2", "province"):
        yield SamplePage("cultivation.show", f"/library/{need}", who)
    yield SamplePage("cultivation.show", f"/library/{outside}", "province")
    yield SamplePage("cultivation.show", f"/library/{outside}", "province", 422, 'form[action$="/admit"] .btn')
    yield SamplePage("cultivation.copy", f"/library/{need}/copy", "vendor")
    yield SamplePage("cultivation.copy", f"/library/{need}/copy", "province", 403)
    yield SamplePage("scenarios.show", f"/scenarios/{found.of('scenarios', who='soe')}", "province")
    talk = found.enquiry("agreed")
    yield SamplePage("enquiries.show", f"/enquiries/{talk}", "soe2")
    yield SamplePage("pilots.begin", f"/pilots/from/enquiry/{talk}", "soe2")


def designated_and_mature(site: str, need: str) -> tuple[str, str]:
    """What takes weeks and many hands, by the commands: evaluation, notice, designation; then the need is mature.

    Gives the numbers of the notice and of the plate. That one site is enough for a mature need, the setting says.
    """
    from collections import defaultdict

    from marketplace.accounts.models import User
    from marketplace.core import clock
    from marketplace.cultivation.evidence import FURTHER
    from marketplace.cultivation.models import LibraryEntry
    from marketplace.foundation.db import db, transaction
    from marketplace.notices import queries as notices
    from marketplace.organizations.queries import actor_of
    from marketplace.scenarios.models import Scenario
    from marketplace.settings import services as settings
    from marketplace.sites.models import Site
    from tests.factories import library, sites

    def demo(name: str) -> Actor:
        return actor_of(db.session.scalars(sa.select(User).where(User.email == f"{name}@demo.example")).one())

    class Experts(defaultdict[int, Actor]):
        def __missing__(self, key: int) -> Actor:
            return actor_of(db.session.get_one(User, key))

    made = db.session.scalars(sa.select(Site).where(Site.number == site)).one()
    who = sites.Hands(made.pilots[0], demo("soe"), demo("vendor"), demo("city"), demo("province"), Experts())
    for state in ("under_evaluation", "notice", "designated"):
        sites.advance(made, state, who)
    with transaction():
        settings.change(FURTHER, "0", demo("admin"), library.REASON, settings.NEVER_CHANGED)
    mine = LibraryEntry.scenario_id.in_(sa.select(Scenario.id).where(Scenario.number == need))
    with clock.standing_at(clock.now() + timedelta(days=21)):
        library.move(db.session.scalars(sa.select(LibraryEntry).where(mine)).one(), "ripen", who.province)
    return notices.about("site", made.id)[0].number, str(made.plate)
