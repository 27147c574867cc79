"""The plate of challenges."""

from __future__ import annotations

from marketplace.challenges import lifecycle, services, timetable
from marketplace.foundation.db import transaction
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability

EVERY = 5.0


def _by_the_clock() -> bool:
    with transaction():
        services.publish_due()
    with transaction():
        services.close_due()
    return False


CHALLENGES = Capability(
    name="challenges",
    tasks=(Task("challenge.by_the_clock", _by_the_clock, EVERY),),
    settings=(*timetable.SETTINGS, lifecycle.REVIEW_DAYS),
)
