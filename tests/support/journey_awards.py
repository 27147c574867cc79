"""Examples of the pages of awards, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.journey_pages import SamplePage


def award_pages() -> Iterator[SamplePage]:
    """The result before everybody, a bidder and the official; one award under way, one accepted, one terminated."""
    from marketplace.awards.models import Award, Milestone
    from marketplace.challenges.models import Challenge
    from marketplace.foundation.db import db

    def of(state: str) -> Award:
        return db.session.query(Award).filter_by(state=state).order_by(Award.id).limit(1).one()

    refused = "main form .formend .btn"
    shown, running, done = of("proposed"), of("executing"), of("fulfilled")
    for award in (shown, done, of("terminated")):
        yield SamplePage("awards.show", f"/awards/{award.challenge.number}")
    yield SamplePage("awards.show", f"/awards/{shown.challenge.number}", "province")
    ranked = db.session.query(Challenge).filter_by(state="ranked").limit(1).one().number
    yield SamplePage("awards.announce", f"/awards/{ranked}/announce", "province")
    yield SamplePage("awards.own", f"/awards/{done.challenge.number}/feedback", "vendor")
    yield SamplePage("awards.case", f"/awards/{done.challenge.number}/case", "province")
    lot = f"/award-lots/{running.id}"
    for who in ("vendor", "soe", "province"):
        yield SamplePage("award_lots.show", lot, who)
    yield SamplePage("award_lots.show", f"/award-lots/{of('terminated').id}", "province")
    yield SamplePage("award_lots.show", f"/award-lots/{done.id}", "vendor")
    yield SamplePage("award_lots.pay", f"{lot}/payment", "soe")
    yield SamplePage("award_lots.pay", f"{lot}/payment", "soe", 422, refused)
    yield SamplePage("award_lots.terminate", f"{lot}/termination", "province")
    for milestone in running.milestones:
        yield SamplePage("milestones.show", f"/milestones/{milestone.id}", "vendor")
    missed = db.session.query(Milestone).filter_by(award_id=running.id, state="missed").one()
    yield SamplePage("milestones.show", f"/milestones/{missed.id}", "province")
    yield SamplePage("milestones.extend", f"/milestones/{missed.id}/extension", "vendor")
    yield from _acceptances()


def _acceptances() -> Iterator[SamplePage]:
    """In every state: before the official, and after the decision before those whom it concerns."""
    from marketplace.awards.models import Acceptance
    from marketplace.foundation.db import db

    for acceptance in db.session.query(Acceptance):
        yield SamplePage("acceptances.show", f"/acceptances/{acceptance.id}", "province")
    passed, asked = (db.session.query(Acceptance).filter_by(state=each).one() for each in ("passed", "endorsed"))
    yield SamplePage("acceptances.show", f"/acceptances/{passed.id}", "soe")
    yield SamplePage("acceptances.show", f"/acceptances/{passed.id}", "vendor")
    yield SamplePage("panels.show", f"/panel/acceptance/{asked.number}", "province2")
    sheet = f"/acceptances/{asked.id}/sheet"
    yield SamplePage("acceptances.sheet", sheet, "expert1")
    yield SamplePage("acceptances.sheet", sheet, "expert1", 422, "main form .formend .btn")
