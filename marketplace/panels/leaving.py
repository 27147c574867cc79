"""What panels hold of a person, for a copy of his data. Who leaves the register is out of its panels by the check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.text import Text
from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from marketplace.panels.lifecycle import ASSIGNMENT
from marketplace.panels.models import Assignment, Draw, Hit, Panel, Waiver
from marketplace.web.plate import PersonalPart

NUMBER = Text("编号", "Number")
WHEN = Text("时间", "When")
STATE = Text("状态", "State")


def personal(user_id: int) -> Sequence[PersonalPart]:
    """Where he was asked to judge, and what he drew or waived as an official."""
    return (
        PersonalPart("panel_assignment", Text("评审任务", "Assignments to judge"),
                     {"number": NUMBER, "at": WHEN, "state": STATE}, _assigned(user_id)),
        PersonalPart("panel_draw", Text("抽取的评审组", "Panels drawn"),
                     {"number": NUMBER, "at": WHEN}, _drawn(user_id)),
        PersonalPart("panel_waiver", Text("豁免的回避情形", "Conflicts waived"),
                     {"number": NUMBER, "at": WHEN}, _waived(user_id)),
    )  # fmt: skip


def _assigned(user_id: int) -> list[dict[str, Any]]:
    """Those he was told of: who stays in reserve learns nothing."""
    select = (
        sa.select(Panel.about_number, Assignment.called_at, Assignment.state)
        .join(Assignment, Assignment.panel_id == Panel.id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .where(Expert.user_id == user_id, Assignment.called_at.is_not(None))
    )
    rows = db.session.execute(select.order_by(Assignment.id))
    return [{"number": number, "at": at, "state": ASSIGNMENT.mark(state).label} for number, at, state in rows]


def _drawn(user_id: int) -> list[dict[str, Any]]:
    select = sa.select(Panel.about_number, Draw.drawn_at).join(Draw).where(Draw.drawn_by == user_id)
    return [{"number": number, "at": at} for number, at in db.session.execute(select.order_by(Draw.id))]


def _waived(user_id: int) -> list[dict[str, Any]]:
    select = sa.select(Panel.about_number, Waiver.waived_at).join(Assignment, Assignment.panel_id == Panel.id)
    found = select.join(Hit, Hit.assignment_id == Assignment.id).join(Waiver, Waiver.hit_id == Hit.id)
    rows = db.session.execute(found.where(Waiver.waived_by == user_id).order_by(Waiver.hit_id))
    return [{"number": number, "at": at} for number, at in rows]
