"""The plate of panels: pages, letters, what waits for whom, and the check that runs whenever anything changes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, get_template_attribute
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.letters import DESK
from marketplace.foundation.outbox import Message, emit, unbegun
from marketplace.foundation.worker import Task
from marketplace.panels import checking, duties, leaving, notify, queries, services, showing, views
from marketplace.panels.lifecycle import ASSIGNMENT, PANEL, SETTINGS
from marketplace.web.plate import Capability, Named, Recorded

EVERY = 60.0
AN_HOUR = 3600.0
SHOWN = 3
CHECK = "panel.check"
# What makes a tie or ends one, but for an expert's own declaration: members, and the line of parents.
TIES_CHANGE = (
    "organization.accept_child", "organization.release", "organization.forget_parent", "organization.load_parent",
    "organization.unload_parent", "proposal.approve", "join_request.accept", "invitation.accept", "takeover.approve",
    "member.remove", "member.leave",
)  # fmt: skip


def expert_changed(message: Message) -> None:
    """He declared something, or is no longer in force in the register."""
    checking.check_expert(message.subject_id)


def ties_changed(_message: Message) -> None:
    """Something of an organization or of its members changed: every open panel is checked, once for many changes."""
    asked = unbegun(CHECK)
    for panel in queries.panels_in_office():
        if panel.id not in asked:
            emit(CHECK, panel)


def panel_concerned(message: Message) -> None:
    """Something changed since the last check."""
    checking.check(queries.panel_by_id(message.subject_id))


def _lapse() -> bool:
    with transaction():
        services.lapse_due()
    return False


def _check() -> bool:
    """Ties begin with a day, too, and nothing tells of it."""
    with transaction():
        checking.check_all()
    return False


def named_panels(ids: Sequence[int]) -> dict[int, Named]:
    """Panels by the number of what they judge."""
    return {each.id: Named(each.about_number, views.href(each)) for each in queries.panels_with(ids)}


def named_assignments(ids: Sequence[int]) -> dict[int, Named]:
    """Assignments by the same number and their place; whose they are is not for the logs."""
    return {
        each.id: Named(f"{each.panel.about_number} · {each.place}", views.href(each.panel))
        for each in queries.assignments_with(ids)
    }


def workspace_panel(actor: Actor) -> Markup | None:
    """What an expert was asked to judge."""
    found = queries.own_assignments(actor)[:SHOWN]
    if not found:
        return None
    return Markup(get_template_attribute("panels/workspace_panel.html", "workspace_panel")(found, ASSIGNMENT.mark))


def _init(app: Flask) -> None:
    app.extensions.setdefault("workspace_panels", []).append(workspace_panel)


PANELS = Capability(
    name="panels",
    blueprints=lambda: (views.blueprint(),),
    topics={"expert.*": expert_changed, CHECK: panel_concerned, **dict.fromkeys(TIES_CHANGE, ties_changed)},
    letters={
        "assignment.call": notify.called,
        **{f"assignment.{step}": notify.ended for step in notify.ENDED},
        "panel.vacant": notify.vacant,
    },
    letter_groups=(DESK, notify.ASSIGNMENTS),
    tasks=(Task("panels.lapse", _lapse, EVERY), Task("panels.check", _check, AN_HOUR)),
    settings=SETTINGS,
    records=(
        Recorded("panel", Text("评审组", "Panel"), acts=showing.ACTS, lifecycle=PANEL, named=named_panels),
        Recorded("assignment", ASSIGNMENT.label, acts=showing.ACTS, lifecycle=ASSIGNMENT, named=named_assignments),
    ),
    duties=duties.duties,
    duty_selects=duties.selects,
    personal=leaving.personal,
    init=_init,
)
