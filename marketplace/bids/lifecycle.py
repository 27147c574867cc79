"""The life of a bid: written, sealed in versions, withdrawn before the deadline, opened with all others, checked."""

from __future__ import annotations

from marketplace.bids.models import Bid, Correction, Participation
from marketplace.bids.policy import checks_papers, ends_it, gives_papers, is_lead, is_partner_owner, leads_it
from marketplace.bids.terms import closed_by
from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import moment

TOGETHER_MINUTES = Setting(
    "bids.together_minutes", Text("共同开启的时限", "Time within which both openers must act"), 30,
    Text("先到的开启人交出的一份，过时作废", "A key share given earlier than this expires"),
    Text("分钟", "minutes"), 5, 240,
)  # fmt: skip
CORRECTION_DAYS = Setting(
    "bids.correction_days", Text("材料补正最长时限", "Longest time to correct papers"), 3,
    Text("已经要求的补正不受影响", "Periods already running are not affected"), Text("个工作日", "working days"), 1, 15,
)  # fmt: skip
SETTINGS = (TOGETHER_MINUTES, CORRECTION_DAYS)

# Of these states the bid takes part; of the first it does not yet.
LIVE = ("sealed", "needs_reconfirm")
WRITABLE = ("draft", *LIVE)
# What others may know of.
KNOWN = ("opened", "qualified", "disqualified")


# By what a bid is disqualified in the formality check (domain.md 1.5 and 1.1).
FORMAL_RULES = {
    "eligibility": Text("不符合揭榜条件", "Conditions of the challenge not met"),
    "papers": Text("申报材料不全或无效", "Papers missing or not valid"),
    "whole": Text("没有覆盖榜单全部内容和考核指标", "Does not cover the whole task and every indicator"),
    "consortium": Text("联合体超过家数，或没有联合揭榜协议", "Consortium too large, or without its agreement"),
    "twice": Text("同一单位参加了两份申报", "An organization takes part in two bids"),
    "integrity": Text("有严重失信或违法记录，或材料不实", "A record of dishonesty or offences, or false papers"),
}


def before_deadline(bid: Bid) -> Refused | None:
    """The deadline is an instant, and the database's clock decides on it."""
    return closed_by(bid.challenge, moment())


def after_deadline(bid: Bid) -> Refused | None:
    """What follows from the deadline happens behind it."""
    if before_deadline(bid) is not None:
        return None
    return Refused(
        Text("截止以后才开启", "Bids are opened after the deadline"),
        Text("还没有到截止时间", "The deadline has not passed"),
        Text("截止以后再办理", "Come back after the deadline"),
    )


def not_sealed(part: Participation) -> Refused | None:
    """A partner stands by what is sealed: its consent ends with the bid alone, or before anything is sealed."""
    bid = part.bid
    refusal = before_deadline(bid)
    if refusal is not None or not bid.sealed:
        return refusal
    return Refused(
        Text("申报封存以前，参加单位才能收回同意", "A partner takes its consent back before the bid is sealed"),
        Text("第 %(number)s 版已经封存", "Version %(number)s is sealed") % {"number": bid.sealed},
        Text(
            "请牵头单位“%(lead)s”在截止前撤回申报：撤回后不再参加，牵头单位可以重新申报",
            "Ask the lead, %(lead)s, to withdraw the bid before the deadline: your part ends, and it can begin anew",
        )
        % {"lead": bid.organization.label},
    )


def papers_settled(bid: Bid) -> Refused | None:
    """Nobody is judged on papers that he may still hand in; the day itself decides, not the job that notices it."""
    asked = bid.correction
    if asked is None or asked.state != "asked" or moment() >= clock.end_of_day(asked.last_day):
        return None
    return Refused(
        Text("补正期内不作形式审查结论", "Nothing is decided while papers may be handed in"),
        Text("补正期限到 %(day)s 为止", "They may be handed in through %(day)s") % {"day": asked.last_day.isoformat()},
        Text("收到材料或期满以后再作结论", "Decide once they are there, or the time is over"),
    )


BID = Lifecycle(
    "bid",
    Text("揭榜申报", "Bid"),
    start="draft",
    states={
        "draft": State(Text("草稿", "Draft"), "", "pencil"),
        "sealed": State(Text("已封存", "Sealed"), "", "lock-fill"),
        "needs_reconfirm": State(Text("待重新确认", "To be confirmed again"), "ochre", "arrow-repeat"),
        "withdrawn": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
        "opened": State(Text("已开启", "Opened"), "ink", "unlock"),
        "qualified": State(Text("形式审查合格", "Qualified"), "pine", "check-circle"),
        "disqualified": State(Text("形式审查不合格", "Disqualified"), "ochre", "x-circle"),
    },
    steps=(
        step("seal", "draft sealed needs_reconfirm", "sealed", who=is_lead, guard=before_deadline, quiet=True,
             label=Text("封存申报", "Seal the bid"), past="Sealed"),
        step("confirm", "needs_reconfirm", "sealed", who=is_lead, guard=before_deadline,
             label=Text("按更正后的榜单确认", "Confirm under the changed challenge"), past="Confirmed again",
             hint=Text("内容不变，确认仍按已封存的一版参加", "The sealed version takes part as it is")),
        step("ask_again", "sealed", "needs_reconfirm", who=is_system, quiet=True,
             label=Text("榜单有实质更正，等待重新确认", "Challenge changed, to be confirmed again"),
             past="Challenge changed; must be confirmed again"),
        step("withdraw", "draft sealed needs_reconfirm", "withdrawn", who=is_lead, guard=before_deadline,
             label=Text("撤回申报", "Withdraw the bid"), past="Withdrawn", look="quiet",
             hint=Text("撤回后封存的内容销毁，不能恢复；截止前可以重新申报",
                       "What was sealed is destroyed for good; you can begin another bid before the deadline")),
        step("lapse", "draft needs_reconfirm", "withdrawn", who=is_system, guard=after_deadline, quiet=True,
             label=Text("未封存或未重新确认，视为撤回", "Not sealed or not confirmed: taken as withdrawn"),
             past="Not sealed or not confirmed again: taken as withdrawn"),
        step("open", "sealed", "opened", who=is_system, guard=after_deadline, quiet=True,
             label=Text("开启", "Open"), past="Opened"),
        step("qualify", "opened", "qualified", who=checks_papers, guard=papers_settled, quiet=True,
             label=Text("形式审查合格", "Qualify"), past="Qualified"),
        step("disqualify", "opened", "disqualified", who=checks_papers, guard=papers_settled, quiet=True,
             asks_reason=True,
             label=Text("形式审查不合格", "Disqualify"), past="Disqualified"),
    ),
)  # fmt: skip

PARTICIPATION = Lifecycle(
    "participation",
    Text("参加联合体", "Part in a consortium"),
    start="asked",
    states={
        "asked": State(Text("待答复", "Asked"), "", "clock"),
        "live": State(Text("已同意", "Takes part"), "pine", "check-circle"),
        "declined": State(Text("已谢绝", "Declined"), "", "x-circle"),
        "ended": State(Text("已结束", "Ended"), "", "slash-circle"),
    },
    steps=(
        step("join", "asked", "live", who=is_partner_owner, quiet=True,
             label=Text("参加单位同意", "Join"), past="Partner consented"),
        step("decline", "asked", "declined", who=is_partner_owner, quiet=True,
             label=Text("参加单位谢绝", "Decline"), past="Partner declined"),
        step("retract", "live", "declined", who=is_partner_owner, guard=not_sealed, look="quiet", asks_twice=True,
             label=Text("收回同意", "Take our consent back"), past="Partner took its consent back",
             hint=Text("收回后不再参加这份申报，也看不到它；本单位可以参加本榜单的别的申报。牵头单位能看到谁在什么时候收回",
                       "You leave this bid and no longer see it; your organization is free for another bid of this"
                       " challenge. The lead sees who took it back, and when")),
        step("drop", "asked live", "ended", who=leads_it, quiet=True,
             label=Text("取消参加单位", "Drop"), past="Partner dropped"),
        step("end", "asked live", "ended", who=ends_it, quiet=True,
             label=Text("随申报结束", "End with the bid"), past="Ended with the bid"),
    ),
)  # fmt: skip


def in_time(correction: Correction) -> Refused | None:
    """Papers are handed in by the end of the last day in Beijing, by the database's clock, while papers are checked."""
    bid = correction.bid
    if bid.state == "opened" and bid.challenge.state == "opened" and moment() < clock.end_of_day(correction.last_day):
        return None
    return Refused(
        Text("补正材料在期限内提交，以数据库时钟为准", "Papers are handed in in time, by the database's clock"),
        Text("期限到 %(day)s 为止，或形式审查已经结束", "They could be handed in through %(day)s, or the check is over")
        % {"day": correction.last_day.isoformat()},
        Text("请等待形式审查结论", "Wait for the outcome of the formality check"),
    )


def too_late(correction: Correction) -> Refused | None:
    """Missed only once the day is over."""
    if moment() >= clock.end_of_day(correction.last_day):
        return None
    return Refused(
        Text("补正期满才作逾期处理", "Papers are late once the time is over"),
        Text("期限还没有到", "It is not over"),
        Text("无需办理", "Nothing to do"),
    )


CORRECTION = Lifecycle(
    "correction",
    Text("材料补正", "Correction of papers"),
    start="asked",
    states={
        "asked": State(Text("待补正材料", "Papers asked for"), "ochre", "clock"),
        "given": State(Text("已补正", "Papers handed in"), "pine", "check-circle"),
        "missed": State(Text("逾期未补正", "Not handed in on time"), "ochre", "x-circle"),
    },
    steps=(
        step("give", "asked", "given", who=gives_papers, guard=in_time, quiet=True,
             label=Text("提交补正材料", "Hand in papers"), past="Papers handed in"),
        step("miss", "asked", "missed", who=is_system, guard=too_late, quiet=True,
             label=Text("逾期未补正", "Miss the time"), past="Not handed in on time"),
    ),
)  # fmt: skip
