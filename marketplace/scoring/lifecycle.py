"""The life of a score sheet: written alone, locked, and void when its expert falls out."""

from __future__ import annotations

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.panels.policy import JUDGES
from marketplace.scoring.models import Sheet
from marketplace.scoring.policy import is_judge

REASON_LEAST = Setting(
    "scoring.reason_least", Text("评分理由最少字数", "Shortest reason for a score"), 10, None,
    Text("个字", "characters"), 0, 200,
)  # fmt: skip
SETTINGS = (REASON_LEAST,)


def being_scored(sheet: Sheet) -> Refused | None:
    """Sheets are written while the challenge is being scored, by who is on the panel."""
    if sheet.challenge.state == "scoring" and sheet.assignment.state in JUDGES:
        return None
    return Refused(
        Text("评审期间由在任专家评分", "Scores are given while it is being scored, by experts in office"),
        Text("现在不在评分环节，或您已不在评审组", "It is not being scored now, or you are off the panel"),
        Text("无需办理；有疑问请联系负责的经办人", "Nothing to do; ask the official in charge if in doubt"),
    )


SHEET = Lifecycle(
    "sheet",
    Text("评分表", "Score sheet"),
    start="draft",
    states={
        "draft": State(Text("草稿", "Draft"), "", "pencil"),
        "locked": State(Text("已锁定", "Locked"), "pine", "lock-fill"),
        "void": State(Text("作废", "Void"), "ochre", "slash-circle"),
    },
    steps=(
        step("lock", "draft", "locked", who=is_judge, guard=being_scored, quiet=True,
             label=Text("提交并锁定", "Submit and lock"), past="Submitted and locked"),
        step("unlock", "locked", "draft", who=is_system, quiet=True,
             label=Text("解锁重评", "Unlock to score again"), past="Unlocked to score again"),
        step("void", "draft locked", "void", who=is_system, quiet=True,
             label=Text("作废", "Void"), past="Void"),
    ),
)  # fmt: skip
