"""Examples of the pages of bids, before and after their opening, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from tests.support.journey_pages import SamplePage


def bid(state: str, who: str) -> str:
    """The number of a bid that a demo account's organization leads, in a state."""
    from marketplace.accounts.models import User
    from marketplace.bids.models import Bid
    from marketplace.foundation.db import db
    from marketplace.organizations.models import Member

    mine = sa.select(Member.organization_id).join(User).where(User.email == f"{who}@demo.example")
    query = sa.select(Bid.number).where(Bid.state == state, Bid.organization_id.in_(mine))
    return str(db.session.scalars(query.order_by(Bid.id).limit(1)).one())


def challenge_of(number: str) -> str:
    """The number of the challenge that a bid answers."""
    from marketplace.bids.models import Bid
    from marketplace.foundation.db import db

    return str(db.session.query(Bid).filter_by(number=number).one().challenge.number)


def bid_pages() -> Iterator[SamplePage]:
    """Bids before and after their opening, for the bidder, an official and everybody."""
    draft, sealed = bid("draft", "vendor"), bid("sealed", "vendor")
    opened, unnamed = bid("opened", "soe2"), challenge_of(draft)
    yield SamplePage("bids.mine", "/bids/", "vendor")
    yield SamplePage("bids.mine", "/bids/", "soe")
    yield SamplePage("bids.begin", f"/bids/new/{unnamed}", "soe")
    for step in ("proposal", "indicators", "plan", "partners", "files"):
        yield SamplePage("bids.edit", f"/bids/{draft}/edit/{step}", "vendor")
    yield SamplePage("bids.check", f"/bids/{draft}/check", "vendor")  # says that its openers are not ready: no button
    for number in (draft, sealed, bid("qualified", "vendor")):
        yield SamplePage("bids.show", f"/bids/{number}", "vendor")
    yield SamplePage("bids.show", f"/bids/{opened}", "province")
    yield SamplePage("bids.formality", f"/bids/{opened}/formality", "province")
    asked = bid("opened", "vendor")
    yield SamplePage("bids.show", f"/bids/{asked}", "vendor")
    yield SamplePage("bids.correct", f"/bids/{asked}/correction", "vendor")
    yield SamplePage("bids.correct", f"/bids/{asked}/correction", "vendor", 422, "main form .formend .btn")
    yield SamplePage("bids.formality", f"/bids/{asked}/formality", "province")
    yield SamplePage("bids.opening", f"/bids/opening/{unnamed}", "province")
    yield SamplePage("bids.record", f"/bids/record/{challenge_of(opened)}")
    yield SamplePage("bids.record", f"/bids/record/{challenge_of(opened)}", "province")
    yield SamplePage("bids.receipts", "/bids/receipts")
