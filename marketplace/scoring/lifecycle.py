"""The life of a score sheet: written alone, locked, void when its expert falls out; and of a draw among equals."""

from __future__ import annotations

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.panels.policy import JUDGES
from marketplace.scoring.models import Sheet, TieDraw
from marketplace.scoring.policy import draws, is_judge

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


def still_ranked(draw: TieDraw) -> Refused | None:
    """Lots are drawn while the ranking that left the tie stands, and nothing is on notice."""
    if draw.challenge.state == "ranked" and draw.ranking.annulled_at is None:
        return None
    return Refused(
        Text("排序有效、尚未公示时抽签", "Lots are drawn while the ranking stands and nothing is on notice"),
        Text("排序已作废，或榜单已进入下一环节", "The ranking was annulled, or the challenge has gone on"),
        Text("请看榜单当前状态", "See the state of the challenge"),
    )


TIE_DRAW = Lifecycle(
    "tie_draw",
    Text("同名次抽签", "Draw among equal ranks"),
    start="prepared",
    states={
        "prepared": State(Text("已备签，待抽签", "Prepared"), "", "clock"),
        "drawn": State(Text("已抽签", "Drawn"), "pine", "check-circle"),
    },
    steps=(
        step("draw", "prepared", "drawn", who=draws, guard=still_ranked, quiet=True,
             label=Text("抽签", "Draw"), past="Drawn"),
    ),
)  # fmt: skip
