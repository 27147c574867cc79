"""Examples of the pages of challenges and notices, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tests.support.journey_pages import SamplePage


def first(model: Any, state: str, who: str = "") -> Any:
    """The first object in a state, of a demo account's organization when one is named."""
    from marketplace.accounts.models import User
    from marketplace.foundation.db import db
    from marketplace.organizations.models import Member

    select = sa.select(model).where(model.state == state).order_by(model.id).limit(1)
    if who:
        mine = sa.select(Member.organization_id).join(User).where(User.email == f"{who}@demo.example")
        select = select.where(model.organization_id.in_(mine))
    return db.session.scalars(select).one()


def challenge_pages() -> Iterator[SamplePage]:
    """Challenges in their states before everybody, their owner, a bidder and an official; every form."""
    from marketplace.challenges.models import Challenge

    yield SamplePage("challenges.home", "/challenges")
    yield SamplePage("challenges.home", "/challenges?state=published", "vendor")
    for state in ("published", "closed", "withdrawn"):
        yield SamplePage("challenges.show", f"/challenges/{first(Challenge, state).number}")
    draft, published = (first(Challenge, state, "soe").number for state in ("draft", "published"))
    yield SamplePage("challenges.show", f"/challenges/{published}", "vendor")
    yield SamplePage("challenges.ask", f"/challenges/{published}/ask", "vendor")
    yield SamplePage("challenges.ask", f"/challenges/{published}/ask", "vendor", 422, "main form .formend .btn")
    yield SamplePage("challenges.show", f"/challenges/{draft}", "soe")
    yield SamplePage("challenges.show", f"/challenges/{published}", "soe")
    yield SamplePage("challenges.new", "/challenges/new", "soe")
    yield SamplePage("challenges.edit", f"/challenges/{draft}/edit", "soe")
    yield SamplePage("challenges.answer", f"/challenges/{published}/questions", "soe")
    yield SamplePage("challenges.amend", f"/challenges/{published}/addendum", "soe")
    yield SamplePage("challenges.show", f"/challenges/{first(Challenge, 'in_review').number}", "province")


def notice_pages() -> Iterator[SamplePage]:
    """Notices, the form of an objection, and one that waits for its decision."""
    from marketplace.foundation.db import db
    from marketplace.notices.models import Notice, Objection

    yield SamplePage("notices.home", "/notices")
    for state in ("open", "closed"):
        yield SamplePage("notices.show", f"/notices/{first(Notice, state).number}")
    open_now = db.session.query(Notice).filter_by(state="open", kind="withdrawal").order_by(Notice.id)
    object_to = f"/notices/{open_now.limit(1).one().number}/object"
    yield SamplePage("notices.object_to", object_to, "vendor")
    yield SamplePage("notices.object_to", object_to, "vendor", 422, "main form .formend .btn")
    yield SamplePage("objections.show", f"/objections/{first(Objection, 'raised').id}", "province")
