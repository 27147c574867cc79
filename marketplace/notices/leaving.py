"""What notices hold of a person, for a copy of his data, and what stays when he deletes his account."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.notices.lifecycle import OBJECTION
from marketplace.notices.queries import objections_of
from marketplace.web.plate import PersonalPart


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The objections he raised."""
    labels = {
        "notice": Text("公示", "Notice"), "submitted": Text("提交", "Raised"), "name": Text("姓名", "Name"),
        "phone": Text("联系电话", "Telephone"), "subject": Text("异议对象", "About"),
        "facts": Text("事实与依据", "Facts"),
        "state": Text("状态", "State"), "reply": Text("答复", "Reply"),
    }  # fmt: skip
    rows = [
        {
            "notice": each.notice.number, "submitted": each.submitted_at, "name": each.name, "phone": each.phone,
            "subject": each.subject, "facts": each.facts, "reply": each.reply,
            "state": OBJECTION.mark(each.state).label,
        }
        for each in objections_of(user_id)
    ]  # fmt: skip
    return (PersonalPart("objection", Text("提出的异议", "Objections"), labels, rows),)


def keeps(user_id: int) -> Sequence[Refused]:
    """An objection that waits keeps its name: the reply must find him."""
    if not any(each.state == "raised" for each in objections_of(user_id)):
        return ()
    return [
        Refused(
            Text("异议处理中不能注销账号", "An account with an objection that waits is not deleted"),
            Text("您有一件异议正在处理", "An objection of yours is being decided"),
            Text("请等待答复，或先撤回异议", "Wait for the reply, or withdraw it"),
        )
    ]


def forget(user_id: int) -> None:
    """His name and number go; what he raised and how it was decided stay."""
    for each in objections_of(user_id):
        each.name = each.phone = ""
