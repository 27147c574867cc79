"""Examples of the pages of pilots and tokens, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from tests.support.journey_pages import SamplePage


def number_of(state: str) -> str:
    """The first pilot in a state."""
    from marketplace.foundation.db import db
    from marketplace.pilots.models import Pilot

    return str(db.session.scalars(sa.select(Pilot.number).where(Pilot.state == state).order_by(Pilot.id)).first())


def reading_key() -> int:
    """A reading of the one that runs."""
    from marketplace.foundation.db import db
    from marketplace.pilots.models import Pilot, Reading

    mine = sa.select(Reading.id).join(Pilot, Pilot.id == Reading.pilot_id).where(Pilot.state == "running")
    return int(db.session.scalars(mine.order_by(Reading.id).limit(1)).one())


def pilot_pages() -> Iterator[SamplePage]:
    """Pilots in every state before a visitor, both sides and the official; every form empty and refused."""
    from tests.support.journey_pages import SamplePage

    for state in ("running", "paused", "reporting", "verified", "not_verified", "aborted"):
        yield SamplePage("pilots.show", f"/pilots/{number_of(state)}")
    yield SamplePage("pilots.table", "/pilots")
    yield SamplePage("pilots.report", f"/pilots/{number_of('verified')}/report")
    running, planned, reporting = (f"/pilots/{number_of(state)}" for state in ("running", "planned", "reporting"))
    for endpoint, path in (
        ("show", planned), ("edit_plan", f"{planned}/plan"), ("show", running), ("readings", f"{running}/readings"),
        ("new_reading", f"{running}/readings/new"), ("load", f"{running}/readings/import"),
        ("incidents", f"{running}/incidents"), ("days", f"{running}/days"), ("new", "/pilots/new"),
        ("correct", f"{running}/readings/{reading_key()}/correct"),
        ("edit_report", f"{reporting}/report/edit"), ("report", f"{reporting}/report"), ("table", "/pilots?mine=1"),
    ):  # fmt: skip
        yield SamplePage(f"pilots.{endpoint}", path, "vendor")
    yield SamplePage("pilots.show", f"/pilots/{number_of('paused')}", "soe2")
    yield SamplePage("pilots.readings", f"{running}/readings?standing=pending", "soe")
    yield SamplePage("pilots.verify", f"{reporting}/verify", "province")
    yield SamplePage("review.queue", "/review/?kind=pilots", "province")
    yield SamplePage("tokens.table", "/workspace/tokens", "vendor")
    yield SamplePage("tokens.table", "/workspace/tokens", "operator")
    for endpoint, path, who in (
        ("pilots.new", "/pilots/new", "vendor"), ("pilots.load", f"{running}/readings/import", "vendor"),
        ("pilots.new_reading", f"{running}/readings/new", "vendor"), ("pilots.days", f"{running}/days", "soe"),
        ("pilots.verify", f"{reporting}/verify", "province"), ("tokens.table", "/workspace/tokens", "vendor"),
    ):  # fmt: skip
        yield SamplePage(endpoint, path, who, 422, "main form .formend .btn")
