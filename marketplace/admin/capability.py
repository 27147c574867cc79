"""The plate of the administration: its pages, and the pulse of the leading worker."""

from __future__ import annotations

from marketplace.admin import checks, health, views
from marketplace.core.text import Text
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability, Recorded

CHECKS = Recorded(
    "history_check", Text("留痕校验", "History check"), acts={"request": Text("开始校验", "Started a check")}
)

ADMIN = Capability(
    name="admin",
    blueprints=lambda: (views.blueprint(),),
    tasks=(
        Task("pulse", health.beat, health.PULSE_SECONDS),
        Task("history check", checks.go_on, checks.EVERY_SECONDS),
    ),
    records=(CHECKS,),
)
