"""The plate of the workspace: its pages, and the number of what waits on the queues of an official."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.web.plate import Capability, FooterLink
from marketplace.workspace import queries, views

WORKSPACE = Capability(
    name="workspace",
    blueprints=views.blueprints,
    footer=(FooterLink(1, Text("工作台", "Workspace"), "workspace.home", 30),),
    # Its duties are the rows of all queues: every capability brings its own, and the home page sorts them.
    duty_selects=queries.duty_selects,
)
