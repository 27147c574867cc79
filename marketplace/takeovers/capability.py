"""The plate of claims: pages, mails, the queue of officials, and the panels that lead to them."""

from __future__ import annotations

from flask import Flask

from marketplace.core.text import Text
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.takeovers import leaving, notify, queries, views
from marketplace.takeovers.lifecycle import DECISION_DAYS, SETTINGS, TAKEOVER
from marketplace.takeovers.models import Takeover
from marketplace.web.plate import Capability, Queue, Recorded

CLAIMS = Queue(
    key="takeovers",
    label=Text("单位认领", "Claims to organizations"),
    verb=Text("决定", "Decide"),
    model=Takeover,
    held=lambda actor: actor.has_duty("verify"),
    waits=queries.waits_for_decision,
    rows=views.waiting_rows,
    days=DECISION_DAYS,
)


def _init(app: Flask) -> None:
    app.extensions.setdefault("organization_panels", []).append(views.organization_panel)
    app.extensions.setdefault("workspace_panels", []).append(views.workspace_panel)


TAKEOVERS = Capability(
    name="takeovers",
    blueprints=lambda: (views.blueprint(),),
    letters={
        "takeover.file": notify.filed,
        "takeover.approve": notify.decided,
        "takeover.decline": notify.decided,
        "takeover.lapse": notify.decided,
    },
    letter_groups=(DESK, DECISIONS),
    file_policies={"takeover": queries.can_read_file},
    records=(Recorded("takeover", TAKEOVER.label, acts=views.DONE, lifecycle=TAKEOVER, named=views.named),),
    settings=SETTINGS,
    queues=lambda: (CLAIMS,),
    personal=leaving.personal,
    keeps=leaving.keeps,
    forget=leaving.forget,
    init=_init,
)
