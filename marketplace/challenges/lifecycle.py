"""The life of a challenge, from its draft to acceptance or its end."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.challenges import timetable
from marketplace.challenges.conditions import asked, unhindered
from marketplace.challenges.content import blocking
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import can_decide, can_edit, runs
from marketplace.challenges.queries import unanswered
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import moment

REVIEW_DAYS = Setting(
    "challenges.review_days",
    Text("榜单和更正审核时限", "Time to review a challenge or an addendum"),
    5,
    None,
    timetable.WORKING_DAYS,
    least=1,
    most=60,
)

# Nothing was public yet.
WRITABLE = ("draft", "returned")


def to_mend(challenge: Challenge) -> list[Text]:
    """What keeps it from being judged, in the order of the form; of the timetable each with the name of its time."""
    times = (
        Text("%(name)s：%(what)s", "%(name)s: %(what)s") % {"name": timetable.LABELS[each.field], "what": each.message}
        for each in timetable.faults(challenge)
    )
    return [*(each.message for each in blocking(challenge)), *times]


def complete(challenge: Challenge) -> Refused | None:
    """An official can only judge, and bidders only answer, what is complete; the timetable holds from now on."""
    missing = to_mend(challenge)
    if not missing:
        return None
    return Refused(
        Text("榜单内容完整、时间安排成立才能继续", "Terms must be complete and the timetable must hold"),
        Text("还有 %(count)d 处要改，例如：%(first)s", "%(count)d points to correct, for example: %(first)s")
        % {"count": len(missing), "first": missing[0]},
        Text("请按核对结果逐项补正", "Correct them as the check says"),
    )


def publication_due(challenge: Challenge) -> Refused | None:
    """Published as planned, or once approved; and never with a timetable that no longer holds."""
    if challenge.publish_at is not None and clock.now() < challenge.publish_at:
        return Refused(
            Text("到计划时间才发榜", "It is published at the planned time"),
            Text("计划时间还没有到", "That time has not come"),
            Text("无需办理", "Nothing to do"),
        )
    return complete(challenge)


def past_deadline(challenge: Challenge) -> Refused | None:
    """The deadline itself decides, not the job that notices it; questions asked in time are answered first."""
    if challenge.deadline is None or moment() < challenge.deadline:
        return Refused(
            Text("到揭榜截止时间才截止", "Bids are closed at the deadline"),
            Text("截止时间还没有到", "The deadline has not come"),
            Text("无需办理", "Nothing to do"),
        )
    waiting = unanswered(challenge)
    if not waiting:
        return None
    return Refused(
        Text("按时提出的问题都有答复，才能截止", "Every question asked in time is answered before it closes"),
        Text("还有 %(count)d 个问题没有答复", "%(count)d questions are not answered") % {"count": waiting},
        Text("请需求单位答复或说明不予答复的理由", "The owner answers them, or says why not"),
    )


def opening_due(challenge: Challenge) -> Refused | None:
    """Bids are opened at the published time or later."""
    if challenge.opening_at is not None and moment() >= challenge.opening_at:
        return asked("open")(challenge)
    return Refused(
        Text("到公布的时间才能开启", "Bids are opened at the published time"),
        Text("开启时间还没有到", "That time has not come"),
        Text("请到时由开启人共同办理", "The openers come together then"),
    )


def sends_back(actor: Actor, challenge: Challenge) -> bool:
    """The official while the panel still talks; behind the ranking only a rule (an expert's score became void)."""
    return actor.is_system or (challenge.state == "consensus" and runs(actor, challenge))


def system_or_runs(actor: Actor, challenge: Challenge) -> bool:
    """Time or a rule, or the official in charge."""
    return actor.is_system or runs(actor, challenge)


CHALLENGE = Lifecycle(
    "challenge",
    Text("揭榜挂帅", "Challenge"),
    start="draft",
    states={
        "draft": State(Text("草稿", "Draft"), "", "pencil"),
        "in_review": State(Text("审核中", "In review"), "", "clock"),
        "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
        "approved": State(Text("待发榜", "To be published"), "pine", "check-circle"),
        "published": State(Text("揭榜中", "Open for bids"), "pine", "check-circle"),
        "closed": State(Text("已截止，待开启", "Closed, to be opened"), "", "lock"),
        "opened": State(Text("已开启", "Opened"), "", "unlock"),
        "scoring": State(Text("评审中", "Being scored"), "", "clock"),
        "consensus": State(Text("合议中", "In consensus"), "", "clock"),
        "ranked": State(Text("已排序", "Ranked"), "", "clock"),
        "notice": State(Text("公示中", "On public notice"), "", "clock"),
        "confirmed": State(Text("已立榜", "Awarded"), "pine", "check-circle"),
        "executing": State(Text("执行中", "Under way"), "", "clock"),
        "accepted": State(Text("已验收", "Accepted"), "pine", "check-circle"),
        "partly_accepted": State(Text("部分验收", "Accepted in part"), "ochre", "check-circle"),
        "terminated": State(Text("已终止", "Terminated"), "red", "slash-circle"),
        "withdrawn": State(Text("已撤榜", "Withdrawn"), "ochre", "slash-circle"),
        "failed": State(Text("流榜", "Failed"), "ochre", "x-circle"),
        "no_suitable": State(Text("无合适申报", "No suitable bid"), "ochre", "x-circle"),
    },
    steps=(
        step("submit", "draft returned", "in_review", who=can_edit, guard=complete, look="primary",
             label=Text("送审", "Submit"), past="Submitted"),
        step("recall", "in_review approved", "draft", who=can_edit, label=Text("撤回修改", "Take back to change"),
             past="Taken back to change", hint=Text("回到草稿，修改后重新送审", "Back to a draft; submit it again")),
        step("approve", "in_review", "approved", who=can_decide, guard=complete, look="primary",
             label=Text("同意发榜", "Approve"), past="Approved"),
        step("return", "in_review", "returned", who=can_decide, asks_reason=True,
             label=Text("退回补正", "Return for correction"), past="Returned for correction"),
        step("drop", "draft returned approved", "withdrawn", who=can_edit, asks_reason=True, look="quiet",
             label=Text("放弃", "Give up"), past="Given up"),
        step("publish", "approved", "published", who=is_system, guard=publication_due, quiet=True,
             label=Text("发榜", "Publish"), past="Published"),
        step("close", "published", "closed", who=is_system, guard=past_deadline, quiet=True,
             label=Text("截止", "Close"), past="Closed"),
        # From here on the stages of other capabilities; each registers what its steps demand (conditions.py).
        step("open", "closed", "opened", who=system_or_runs, guard=opening_due, quiet=True,
             label=Text("开启", "Open"), past="Opened"),
        step("score", "opened", "scoring", who=system_or_runs, guard=asked("score"), quiet=True,
             label=Text("开始评审", "Begin scoring"), past="Scoring begun"),
        step("gather", "scoring", "consensus", who=system_or_runs, guard=asked("gather"), quiet=True,
             label=Text("进入合议", "Go to consensus"), past="All scores in"),
        step("score_again", "consensus ranked", "scoring", who=sends_back, guard=asked("score_again"),
             quiet=True, asks_reason=True, label=Text("退回重评", "Score again"), past="Sent back to scoring"),
        step("rank", "consensus", "ranked", who=system_or_runs, guard=asked("rank"), quiet=True,
             label=Text("排序", "Rank"), past="Ranked"),
        step("announce", "ranked", "notice", who=runs, guard=asked("announce"), quiet=True,
             label=Text("公示", "Announce"), past="Put on public notice"),
        step("rank_again", "notice confirmed", "ranked", who=system_or_runs, guard=asked("rank_again"), quiet=True,
             asks_reason=True, label=Text("重新排序", "Rank again"), past="To be ranked again"),
        step("confirm", "notice", "confirmed", who=system_or_runs, guard=asked("confirm"), quiet=True,
             label=Text("立榜", "Confirm"), past="Awarded"),
        step("execute", "confirmed", "executing", who=system_or_runs, guard=asked("execute"), quiet=True,
             label=Text("签约执行", "Begin"), past="Contract signed"),
        step("accept", "executing", "accepted", who=runs, guard=asked("accept"), quiet=True,
             label=Text("通过验收", "Accept"), past="Accepted"),
        step("accept_partly", "executing", "partly_accepted", who=runs, guard=asked("accept_partly"), quiet=True,
             asks_reason=True, label=Text("部分验收", "Accept in part"), past="Accepted in part"),
        step("terminate", "confirmed executing", "terminated", who=runs, guard=asked("terminate"), quiet=True,
             asks_reason=True, label=Text("终止", "Terminate"), past="Terminated"),
        step("fail", "closed opened scoring consensus ranked", "failed", who=system_or_runs, guard=asked("fail"),
             quiet=True, asks_reason=True, label=Text("流榜", "Fail"), past="Failed"),
        step("find_none", "opened consensus ranked notice", "no_suitable", who=runs, guard=asked("find_none"),
             quiet=True, asks_reason=True, label=Text("无合适申报", "No suitable bid"), past="No suitable bid found"),
        step("withdraw", "published closed opened scoring consensus ranked", "withdrawn", who=runs,
             guard=unhindered("withdraw"), asks_reason=True, label=Text("撤榜", "Withdraw"), past="Withdrawn",
             hint=Text("榜单就此结束，页面保留并公开理由", "It ends here; its page stays and shows the reason")),
    ),
)  # fmt: skip


def _shown() -> Iterator[tuple[str, State]]:
    for name, state in CHALLENGE.states.items():
        yield name, state
        if name == "notice":
            yield "notice_over", State(Text("公示期满，待立榜", "Notice over, to be awarded"), "", "clock")


# How a challenge is shown, by ``Challenge.shown_state``, in the order of its life.
SHOWN = dict(_shown())
