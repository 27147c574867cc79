"""What claims hold of a person, for a copy of his data, and what becomes of them when he deletes his account."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.takeovers.lifecycle import TAKEOVER
from marketplace.takeovers.models import Takeover
from marketplace.takeovers.queries import open_count
from marketplace.web.plate import PersonalPart


def personal(user_id: int) -> Sequence[PersonalPart]:
    """Every claim of a person."""
    labels = {
        "organization": Text("单位", "Organization"), "submitted": Text("提交时间", "Sent"),
        "state": Text("状态", "State"), "code": Text("统一社会信用代码", "Credit code"),
        "message": Text("说明", "Note"),
    }  # fmt: skip
    mine = sa.select(Takeover).where(Takeover.user_id == user_id).order_by(Takeover.id)
    rows = [
        {
            "organization": each.organization.label, "submitted": each.submitted_at,
            "state": TAKEOVER.mark(each.state).label, "code": each.credit_code, "message": each.message,
        }
        for each in db.session.scalars(mine)
    ]  # fmt: skip
    return (PersonalPart("takeover", Text("单位认领", "Claims to organizations"), labels, rows),)


def keeps(user_id: int) -> Sequence[Refused]:
    """A claim that officials look at is withdrawn first."""
    if not open_count(user_id):
        return ()
    return [
        Refused(
            Text("有待决定的单位认领时不能注销账号", "An account with an open claim to an organization is kept"),
            Text("您有认领申请等待决定", "You have a claim that waits for a decision"),
            Text("请在工作台撤回，或等决定之后再办理", "Withdraw it in your workspace, or wait for the decision"),
        )
    ]


def forget(user_id: int) -> None:
    """What he wrote of himself goes; that there was a claim, and what was decided, stays."""
    db.session.execute(sa.update(Takeover).where(Takeover.user_id == user_id).values(message=""))
