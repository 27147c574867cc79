"""The plate of what all kinds of listings share: their files, their mails, their expiry."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from marketplace.foundation.db import transaction
from marketplace.foundation.worker import Schedule
from marketplace.listings import desk, files, notify, queries, services, views
from marketplace.listings.kind import KINDS, Kind
from marketplace.web.letters import tell
from marketplace.web.plate import Capability

EXPIRY_SECONDS = 600.0


def _init(app: Flask) -> None:
    """Every registered kind tells its people what happens to their listings, and ends them in time."""
    schedule: Schedule = app.extensions["schedule"]
    app.extensions.setdefault("organization_panels", []).append(views.organization_panel)
    for kind in KINDS.values():
        for step in notify.TOLD_TO_OWNER:
            if step in kind.lifecycle.by_name:
                tell(app, f"{kind.name}.{step}", notify.listing_changed)
        schedule.every(EXPIRY_SECONDS, _expiry(kind), f"{kind.name}.expire")


def _expiry(kind: Kind) -> Callable[[], bool]:
    def run() -> bool:
        with transaction():
            return services.expire_due(kind)

    return run


LISTINGS = Capability(
    name="listings",
    blueprints=lambda: (files.blueprint(),),
    letters={
        "revision.submit": notify.revision_submitted,
        "revision.return": notify.revision_decided,
        "revision.approve": notify.revision_decided,
    },
    settings=(desk.REVIEW_DAYS,),
    queues=desk.review_queues,
    duties=desk.duties,
    duty_count=queries.returned_count,
    init=_init,
)
