"""The plate of matching: its pages, its panels, and the task that keeps it current."""

from __future__ import annotations

from flask import Flask

from marketplace.foundation.worker import Schedule
from marketplace.matching import queries, views
from marketplace.matching.keeping import Keeper
from marketplace.web.plate import Capability

KEEP_SECONDS = 1.0


def _init(app: Flask) -> None:
    schedule: Schedule = app.extensions["schedule"]
    # One keeper for each app: what it remembers is of one database.
    schedule.every(KEEP_SECONDS, Keeper().run, "matching.keep", line="matching")
    panels = app.extensions.setdefault("listing_panels", {})
    panels.setdefault("scenario", []).append(views.scenario_panel)
    panels.setdefault("product", []).append(views.product_panel)
    app.extensions["compare_rows"] = views.compare_rows
    app.extensions["compare_needs"] = views.needs_to_compare
    app.extensions.setdefault("ready_marks", []).append(queries.position_select)


MATCHING = Capability(
    name="matching",
    blueprints=lambda: (views.matching,),
    settings=(views.NEW_DAYS, views.NEW_EVERY),
    init=_init,
)
