"""The plate of the administration: its pages, and the pulse of the leading worker."""

from __future__ import annotations

from marketplace.admin import health, views
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability

ADMIN = Capability(
    name="admin",
    blueprints=lambda: (views.blueprint(),),
    tasks=(Task("pulse", health.beat, health.PULSE_SECONDS),),
)
