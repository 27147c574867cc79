"""The plate of the administration: its pages, and the pulse of the leading worker."""

from __future__ import annotations

from flask import Flask, get_template_attribute
from markupsafe import Markup

from marketplace.accounts.models import ADMINISTRATIONS
from marketplace.admin import checks, health, services, views
from marketplace.admin.frame import menu
from marketplace.admin.policy import can_run
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.worker import Task
from marketplace.web.plate import Capability, Recorded

CHECKS = Recorded(
    "history_check", Text("留痕校验", "History check"), acts={"request": Text("开始校验", "Started a check")}
)


def workspace_panel(actor: Actor) -> Markup | None:
    """The way into the administration, with what is not well for those who run the site."""
    if not actor.administrator:
        return None
    unwell = [part for part in health.parts() if not part.well] if can_run(actor) else []
    draw = get_template_attribute("admin/workspace_panel.html", "workspace_panel")
    return Markup(draw(ADMINISTRATIONS[actor.administrator], can_run(actor), unwell))


def _init(app: Flask) -> None:
    """Pages of lower capabilities under /admin/ draw the same menu."""
    app.jinja_env.globals["office_menu"] = menu
    app.extensions.setdefault("workspace_panels", []).append(workspace_panel)


ADMIN = Capability(
    name="admin",
    blueprints=lambda: (views.blueprint(),),
    tasks=(
        Task("pulse", health.beat, health.PULSE_SECONDS),
        Task("history check", checks.go_on, checks.EVERY_SECONDS),
    ),
    records=(CHECKS,),
    settings=(health.BACKUP_DAYS,),
    personal=checks.personal,
    keeps=services.keeps,
    init=_init,
)
