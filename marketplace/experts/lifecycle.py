"""The life of an expert in the register: declared, approved, renewed every year by a new declaration."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.experts.content import blocking
from marketplace.experts.models import Expert
from marketplace.experts.policy import can_decide, is_self
from marketplace.settings.queries import value

DAYS = Text("天", "days")
VALID_MONTHS = Setting(
    "experts.valid_months",
    Text("专家入库有效期", "How long an expert's approval lasts"),
    12,
    Text(
        "到期前须重新申报；不影响已通过的专家",
        "A new declaration is due before it ends; current approvals are not affected",
    ),
    Text("个月", "months"),
    least=1,
    most=36,
)
RENEWAL_DAYS = Setting(
    "experts.renewal_days",
    Text("到期前多少天可以续期", "Days before the end when renewal opens"),
    60,
    None,
    DAYS,
    7,
    365,
)
FIRST_REMINDER_DAYS = Setting(
    "experts.first_reminder_days", Text("首次续期提醒提前天数", "First reminder: days before the end"), 30, None,
    DAYS, 1, 365,
)  # fmt: skip
LAST_REMINDER_DAYS = Setting(
    "experts.last_reminder_days", Text("末次续期提醒提前天数", "Last reminder: days before the end"), 7, None,
    DAYS, 1, 365,
)  # fmt: skip
DECISION_DAYS = Setting(
    "experts.decision_days",
    Text("专家审核时限", "Time to decide on an expert"),
    10,
    None,
    Text("个工作日", "working days"),
    1,
    60,
)
SETTINGS = (VALID_MONTHS, RENEWAL_DAYS, FIRST_REMINDER_DAYS, LAST_REMINDER_DAYS, DECISION_DAYS)

# In the register: an official has approved him at some time, and he has not left.
REGISTERED = ("approved", "suspended", "expired")


def complete(expert: Expert) -> Refused | None:
    """An official can only judge, and a conflict check only use, what is complete."""
    missing = blocking(expert.content)
    if not missing:
        return None
    return Refused(
        Text("申报内容完整才能提交", "Only a complete declaration can be made"),
        Text("还有 %(count)s 处必须改", "%(count)s points still have to be corrected") % {"count": len(missing)},
        Text("请按核对结果逐项补正", "Correct them as the check says"),
    )


def renewal_open(expert: Expert) -> bool:
    """Whether a new declaration renews: from some days before the end on."""
    last = expert.valid_until
    return last is not None and clock.today() >= last - timedelta(days=value(RENEWAL_DAYS))


def past_validity(expert: Expert) -> Refused | None:
    """Time ends an approval only after its last day, in Beijing."""
    if expert.valid_until is not None and clock.today() > expert.valid_until:
        return None
    return Refused(
        Text("有效期满才会到期", "An approval ends when its time is over"),
        Text("有效期还没有到", "It is still valid"),
        Text("无需办理", "Nothing to do"),
    )


def still_valid(expert: Expert) -> Refused | None:
    """Whose time is over comes back only by a new declaration."""
    if past_validity(expert) is not None:
        return None
    return Refused(
        Text("有效期内才能恢复", "Only an approval that is still valid can be resumed"),
        Text("有效期已过", "Its time is over"),
        Text("由专家重新申报", "The expert makes a new declaration"),
    )


def change_waits(expert: Expert) -> Refused | None:
    """There is something that no official has seen yet."""
    if expert.declared > expert.vouched:
        return None
    return Refused(
        Text("有新的申报才需要确认", "Only a new declaration is confirmed"),
        Text("没有等待确认的变更", "No change waits"),
        Text("无需办理", "Nothing to do"),
    )


def renewal_asked(expert: Expert) -> Refused | None:
    """Renewal follows from the expert's own declaration of this year."""
    if expert.renewal_asked_at is not None:
        return None
    return Refused(
        Text("续期以专家重新申报为前提", "A renewal follows a new declaration of the expert"),
        Text("本年还没有重新申报", "There is none for this year yet"),
        Text("等专家申报；到期前系统会提醒他", "Wait for it; the expert is reminded before the end"),
    )


EXPERT = Lifecycle(
    "expert",
    Text("评审专家", "Expert"),
    start="draft",
    states={
        "draft": State(Text("草稿", "Draft"), "", "pencil"),
        "in_review": State(Text("审核中", "In review"), "", "clock"),
        "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
        "approved": State(Text("已入库", "Approved"), "pine", "check-circle"),
        "suspended": State(Text("已暂停", "Suspended"), "ochre", "pause-circle"),
        "expired": State(Text("已到期，待续期", "Expired, to be renewed"), "", "hourglass-split"),
        "withdrawn": State(Text("已退出", "Withdrawn"), "", "slash-circle"),
    },
    steps=(
        step("submit", "draft returned expired", "in_review", who=is_self, guard=complete, quiet=True,
             label=Text("提交审核", "Submit"), past="Submitted"),
        step("recall", "in_review", "draft", who=is_self, label=Text("撤回送审", "Recall"), past="Recalled",
             hint=Text("撤回后可以修改，再重新提交", "You can change it then and submit again")),
        step("approve", "in_review", "approved", who=can_decide, quiet=True, look="primary",
             label=Text("同意入库", "Approve"), past="Approved"),
        step("return", "in_review expired", "returned", who=can_decide, quiet=True, asks_reason=True,
             label=Text("退回补正", "Return for correction"), past="Returned for correction"),
        step("confirm", "approved", "approved", who=can_decide, guard=change_waits, quiet=True,
             label=Text("确认变更", "Confirm the change"), past="Change confirmed"),
        step("renew", "approved expired", "approved", who=can_decide, guard=renewal_asked, quiet=True,
             label=Text("续期", "Renew"), past="Renewed"),
        step("suspend", "approved", "suspended", who=can_decide, asks_reason=True,
             label=Text("暂停", "Suspend"), past="Suspended",
             hint=Text("暂停期间不参加抽取；专家会看到理由", "Not drawn meanwhile; the expert reads the reason")),
        step("resume", "suspended", "approved", who=can_decide, guard=still_valid, asks_reason=True,
             label=Text("恢复", "Resume"), past="Resumed"),
        step("expire", "approved suspended", "expired", who=is_system, guard=past_validity, quiet=True,
             label=Text("到期", "Expire"), past="Expired"),
        step("withdraw", "draft in_review returned approved suspended expired", "withdrawn", who=is_self,
             label=Text("退出专家库", "Leave the register"), past="Left the register",
             hint=Text("不再参加抽取；申报过的内容留存备查", "Not drawn any more; declarations are kept")),
        step("reopen", "withdrawn", "draft", who=is_self, label=Text("重新申请", "Apply again"), past="Applied again"),
    ),
)  # fmt: skip
