"""The plate of the administration: its pages, and the pulse of the leading worker."""

from __future__ import annotations

from flask import Flask

from marketplace.admin import checks, health, services, views
from marketplace.admin.frame import menu
from marketplace.core.text import Text
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability, Recorded

CHECKS = Recorded(
    "history_check", Text("留痕校验", "History check"), acts={"request": Text("开始校验", "Started a check")}
)


def _init(app: Flask) -> None:
    """Pages of lower capabilities under /admin/ draw the same menu."""
    app.jinja_env.globals["office_menu"] = menu


ADMIN = Capability(
    name="admin",
    blueprints=lambda: (views.blueprint(),),
    tasks=(
        Task("pulse", health.beat, health.PULSE_SECONDS),
        Task("history check", checks.go_on, checks.EVERY_SECONDS),
    ),
    records=(CHECKS,),
    keeps=services.keeps,
    init=_init,
)
