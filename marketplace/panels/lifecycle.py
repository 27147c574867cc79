"""The life of a panel, and of the assignment of one expert."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.policy import is_expert, second_official, waives

SEATS = Setting(
    "panels.seats", Text("评审组人数", "Experts on a panel"), 5,
    Text("单数；抽取时可以另定", "An odd number; the draw may set another"), Text("人", "people"), 3, 15,
)  # fmt: skip
LEAST_SEATS = Setting(
    "panels.least_seats", Text("评审组最少人数", "Fewest experts on a panel"), 3, None, Text("人", "people"), 1, 15,
)  # fmt: skip
RESERVES = Setting(
    "panels.reserves", Text("候补专家人数", "Experts in reserve"), 2,
    Text("有人回避时依次递补", "They step in when somebody steps out"), Text("人", "people"), 0, 15,
)  # fmt: skip
PER_EMPLOYER = Setting(
    "panels.per_employer", Text("同一单位最多入选", "At most from one employer"), 1, None, Text("人", "people"), 1, 5,
)  # fmt: skip
EMPLOYER_YEARS = Setting(
    "panels.employer_years", Text("任职和关系回避追溯期", "How long past employment and ties count"), 3,
    Text("持股以核对当日为准", "Shares count while they are held"), Text("年", "years"), 1, 10,
)  # fmt: skip
ANSWER_DAYS = Setting(
    "panels.answer_days", Text("专家答复时限", "Time for an expert to answer"), 3,
    Text("逾期未答复的，由候补递补", "After it a reserve steps in"), Text("个工作日", "working days"), 1, 15,
)  # fmt: skip
SETTINGS = (SEATS, LEAST_SEATS, RESERVES, PER_EMPLOYER, EMPLOYER_YEARS, ANSWER_DAYS)


def nobody_judged(panel: Panel) -> Refused | None:
    """A panel that has judged stands."""
    if all(each.state != "scored" for each in panel.assignments):
        return None
    return Refused(
        Text("有专家完成评审以后，评审组不再解散", "A panel is not dissolved once an expert has judged"),
        Text("已有专家完成评审", "Somebody has judged already"),
        Text("个别专家需要回避的，由其本人回避或按核对结果处理", "One expert steps out by recusal or by a hit"),
    )


def answer_open(assignment: Assignment) -> Refused | None:
    """He answers within his time."""
    if assignment.answer_by is None or clock.today() <= assignment.answer_by:
        return None
    return Refused(
        Text("在答复期限内接受评审", "An assignment is accepted within its time"),
        Text("期限到 %(day)s 为止，已由候补递补", "It ended on %(day)s; a reserve steps in")
        % {"day": assignment.answer_by.isoformat()},
        Text("无需办理", "Nothing to do"),
    )


def answer_over(assignment: Assignment) -> Refused | None:
    """Time speaks for him only after it is over."""
    if answer_open(assignment) is not None:
        return None
    return Refused(
        Text("答复期满才由候补递补", "A reserve steps in when the time to answer is over"),
        Text("期限还没有到", "It is not over"),
        Text("无需办理", "Nothing to do"),
    )


def hits_waived(assignment: Assignment) -> Refused | None:
    """Nobody judges while a hit stands."""
    if not any(each.stands for each in assignment.hits):
        return None
    return Refused(
        Text("命中的回避情形逐条豁免以后，才能参加评审", "Every hit is waived before an expert may judge"),
        Text("还有没有豁免的情形", "A hit stands"),
        Text("请写明豁免的理由", "Give the reason to waive it"),
    )


def expert_or_system(actor: Actor, assignment: Assignment) -> bool:
    """The expert, or the rule that follows from what he did."""
    return actor.is_system or is_expert(actor, assignment)


PANEL = Lifecycle(
    "panel",
    Text("评审组", "Panel"),
    start="open",
    states={
        "open": State(Text("在任", "In office"), "pine", "check-circle"),
        "closed": State(Text("已完成", "Done"), "", "lock"),
        "dissolved": State(Text("已解散", "Dissolved"), "ochre", "slash-circle"),
    },
    steps=(
        step("dissolve", "open", "dissolved", who=second_official, guard=nobody_judged, asks_reason=True, look="quiet",
             label=Text("解散评审组", "Dissolve the panel"), past="Dissolved",
             hint=Text("由抽取人以外的人办理；解散后重新抽取，本次记录保留",
                       "By somebody who did not draw it; another is drawn then, and this record stays")),
        step("close", "open", "closed", who=is_system, quiet=True,
             label=Text("完成评审", "Close"), past="Closed"),
    ),
)  # fmt: skip

ASSIGNMENT = Lifecycle(
    "assignment",
    Text("专家评审任务", "Assignment of an expert"),
    start="reserve",
    states={
        "reserve": State(Text("候补", "In reserve"), "", "hourglass-split"),
        "proposed": State(Text("待答复", "Asked"), "", "clock"),
        "accepted": State(Text("已接受", "Accepted"), "pine", "check-circle"),
        "scored": State(Text("已评完", "Has judged"), "pine", "check-circle"),
        "recused": State(Text("已回避", "Recused"), "", "slash-circle"),
        "lapsed": State(Text("逾期未答复", "Did not answer"), "", "slash-circle"),
        "blocked": State(Text("命中回避情形", "Barred by a conflict"), "ochre", "x-circle"),
        "void": State(Text("中途作废", "Void"), "ochre", "slash-circle"),
        "released": State(Text("不再需要", "Not needed any more"), "", "dash"),
    },
    steps=(
        step("call", "reserve", "proposed", who=is_system, guard=hits_waived, quiet=True,
             label=Text("请专家评审", "Ask"), past="Asked"),
        step("accept", "proposed", "accepted", who=is_expert, guard=answer_open, quiet=True, look="primary",
             label=Text("接受评审", "Accept"), past="Accepted"),
        step("recuse", "proposed accepted", "recused", who=is_expert, quiet=True, asks_reason=True,
             label=Text("申请回避", "Recuse oneself"), past="Recused"),
        step("lapse", "proposed", "lapsed", who=is_system, guard=answer_over, quiet=True,
             label=Text("逾期未答复", "Let lapse"), past="Did not answer in time"),
        step("block", "reserve proposed", "blocked", who=is_system, quiet=True,
             label=Text("命中回避情形", "Bar"), past="Barred by a conflict"),
        step("waive", "blocked", "reserve", who=waives, guard=hits_waived, quiet=True, asks_reason=True,
             label=Text("豁免", "Waive"), past="Conflict waived"),
        step("score", "accepted", "scored", who=expert_or_system, guard=hits_waived, quiet=True,
             label=Text("评完", "Judge"), past="Judged"),
        step("score_again", "scored", "accepted", who=is_system, quiet=True,
             label=Text("重新评审", "Judge again"), past="To judge again"),
        step("void", "accepted scored", "void", who=is_system, quiet=True,
             label=Text("中途作废", "Void"), past="Void by a later conflict"),
        step("release", "reserve proposed accepted blocked", "released", who=is_system, quiet=True,
             label=Text("不再需要", "Release"), past="Not needed any more"),
    ),
)  # fmt: skip
