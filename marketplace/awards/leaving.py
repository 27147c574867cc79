"""What awards hold of a person, for a copy of his data: what he did in the name of an organization or an office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.awards.models import (
    Acceptance,
    Award,
    Contract,
    Extension,
    Milestone,
    Opinion,
    Payment,
    Termination,
)
from marketplace.challenges.models import Challenge
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.web.plate import PersonalPart

LABELS = {"number": Text("编号", "Number"), "what": Text("办理", "What was done"), "at": Text("时间", "When")}
# Table → its title, what leads to its award, and (column of a person, column of the time, what he did).
_Act = tuple[Any, Any, Text]
_PARTS: tuple[tuple[type[Any], Text, Any, tuple[_Act, ...]], ...] = (
    (Award, Text("立榜", "Awards"), None, (
        (Award.proposed_by, Award.proposed_at, Text("列入公示", "Put on notice")),
        (Award.confirmed_by, Award.confirmed_at, Text("立榜", "Confirmed")),
        (Award.answered_by, Award.answered_at, Text("接受立榜", "Accepted")),
    )),
    (Contract, Text("合同", "Contracts"), Contract.award_id, (
        (Contract.written_by, Contract.written_at, Text("登记合同", "Recorded")),
        (Contract.confirmed_by, Contract.confirmed_at, Text("确认合同", "Confirmed")),
    )),
    (Milestone, Text("里程碑", "Milestones"), Milestone.award_id, (
        (Milestone.submitted_by, Milestone.submitted_at, Text("提交里程碑", "Submitted")),
        (Milestone.decided_by, Milestone.decided_at, Text("验收里程碑", "Judged")),
    )),
    (Extension, Text("里程碑延期", "Extensions of milestones"), Extension.milestone_id, (
        (Extension.submitted_by, Extension.submitted_at, Text("申请延期", "Asked for")),
        (Extension.decided_by, Extension.decided_at, Text("审批延期", "Decided on")),
    )),
    (Payment, Text("付款", "Payments"), Payment.award_id, (
        (Payment.recorded_by, Payment.recorded_at, Text("登记付款", "Recorded")),
        (Payment.decided_by, Payment.decided_at, Text("确认或撤销付款", "Confirmed or revoked")),
    )),
    (Acceptance, Text("验收", "Acceptances"), Acceptance.award_id, (
        (Acceptance.applied_by, Acceptance.applied_at, Text("申请验收", "Applied for")),
        (Acceptance.endorsed_by, Acceptance.submitted_at, Text("出具意见", "Gave the owner's opinion")),
        (Acceptance.decided_by, Acceptance.decided_at, Text("验收", "Decided on")),
    )),
    (Opinion, Text("验收专家意见", "Opinions as an expert on acceptances"), Opinion.acceptance_id, (
        (Opinion.user_id, Opinion.submitted_at, Text("提交验收意见", "Handed in")),
    )),
    (Termination, Text("终止", "Terminations"), Termination.award_id, (
        (Termination.terminated_by, Termination.terminated_at, Text("终止", "Terminated")),
        (Termination.exempted_by, Termination.exempted_at, Text("认定免责", "Decided on the exemption")),
    )),
)  # fmt: skip


def personal(user_id: int) -> Sequence[PersonalPart]:
    """Every act of his, table by table."""
    return [
        PersonalPart(
            model.__tablename__, title, LABELS, [row for act in acts for row in _rows(model, way, act, user_id)]
        )
        for model, title, way, acts in _PARTS
    ]


def _rows(model: type[Any], way: Any, act: _Act, user_id: int) -> list[dict[str, Any]]:
    who, when, what = act
    select = sa.select(Challenge.number, when).select_from(model)
    if model is Extension:
        select = select.join(Milestone, Milestone.id == way).join(Award, Award.id == Milestone.award_id)
    elif model is Opinion:
        select = select.join(Acceptance, Acceptance.id == way).join(Award, Award.id == Acceptance.award_id)
    elif way is not None:
        select = select.join(Award, Award.id == way)
    select = select.join(Challenge, Challenge.id == Award.challenge_id).where(who == user_id).order_by(model.id)
    return [{"number": number, "what": what, "at": at} for number, at in db.session.execute(select)]
