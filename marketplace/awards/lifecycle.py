"""The lives of an award, its contract, milestones, extensions, payments, acceptance and exemption, and the figures."""

from __future__ import annotations

from marketplace.awards import policy
from marketplace.awards.models import Acceptance, Award, Contract, Extension, Milestone, Termination
from marketplace.awards.queries import returned_of
from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.notices.lifecycle import unsettled
from marketplace.settings.queries import value

DAYS = Text("天", "days")
WORKING_DAYS = Text("个工作日", "working days")
_LATER = Text("已经起算的不受影响", "Periods already running are not affected")

ANSWER_DAYS = Setting(
    "awards.answer_days", Text("立榜后答复时限", "Time to accept an award"), 5, _LATER, WORKING_DAYS, 1, 30,
)  # fmt: skip
SIGN_DAYS = Setting(
    "awards.sign_days", Text("接受后签约时限", "Time to sign the contract"), 30, _LATER, DAYS, 5, 180,
)  # fmt: skip
MEND_DAYS = Setting(
    "awards.mend_days", Text("里程碑退回后整改时限", "Time to mend a returned milestone"), 30, _LATER, DAYS, 1, 180,
)  # fmt: skip
EXTENSION_DAYS = Setting(
    "awards.extension_days", Text("里程碑一次最多延期", "The longest extension of a milestone"), 180, None, DAYS, 1,
    720,
)  # fmt: skip
DECISION_DAYS = Setting(
    "awards.decision_days", Text("延期审批时限", "Time to decide on an extension"), 10, None, WORKING_DAYS, 1, 60,
)  # fmt: skip
ACCEPTANCE_DAYS = Setting(
    "awards.acceptance_days", Text("验收时限", "Time to decide on an acceptance"), 20, None, WORKING_DAYS, 1, 90,
)  # fmt: skip
# domain.md 1.5, C16: mended once, within 60 days.
REWORKS = Setting(
    "awards.reworks", Text("验收最多退回整改几次", "How often work may be sent back at its acceptance"), 1, None,
    Text("次", "times"), 1, 5,
)  # fmt: skip
REWORK_DAYS = Setting(
    "awards.rework_days", Text("验收退回后整改时限", "Time to mend and apply for acceptance again"), 60, _LATER, DAYS,
    1, 365,
)  # fmt: skip
SETTINGS = (
    ANSWER_DAYS, SIGN_DAYS, MEND_DAYS, EXTENSION_DAYS, DECISION_DAYS, ACCEPTANCE_DAYS, REWORKS, REWORK_DAYS,
)  # fmt: skip


# ---- what must hold ----


def notice_over(award: Award) -> Refused | None:
    """Nobody is awarded before the notice has run its days and every objection in it was dismissed."""
    left = unsettled(award.notice)
    rule = Text("公示期满、没有未决异议才能立榜", "An award follows a notice that is over, without an open objection")
    return Refused(rule, *left) if left else None


def answer_in_time(award: Award) -> Refused | None:
    """An award is answered by its last day."""
    if award.answer_by is None or clock.today() <= award.answer_by:
        return None
    return Refused(
        Text("立榜后在时限内答复", "An award is answered in time"),
        Text("时限到 %(day)s 为止", "It could be answered through %(day)s") % {"day": award.answer_by.isoformat()},
        Text("按名次递补，请与经办人联系", "The next in rank steps in; ask the official in charge"),
    )


def answer_over(award: Award) -> Refused | None:
    """It lapses once that day is over."""
    if award.answer_by is not None and clock.today() > award.answer_by:
        return None
    return Refused(
        Text("逾期未答复的视为放弃", "An award that nobody answers in time lapses"),
        Text("还没有逾期", "It is not overdue"),
        Text("无需办理", "Nothing to do"),
    )


def signing_over(award: Award) -> Refused | None:
    """Taken back for want of a contract only when its time is over."""
    if award.sign_by is not None and clock.today() > award.sign_by:
        return None
    return Refused(
        Text("逾期未签约的才可以取消", "An award is taken back for want of a contract once its time is over"),
        Text("签约时限到 %(day)s", "The contract is to be signed by %(day)s")
        % {"day": award.sign_by.isoformat() if award.sign_by else "—"},
        Text("请督促双方签约", "Urge both sides to sign"),
    )


def contract_signed(award: Award) -> Refused | None:
    """The work begins with the contract."""
    if award.contract is not None and award.contract.state == "signed":
        return None
    return Refused(
        Text("合同由双方确认后才开始执行", "Work begins once both sides stand for the contract"),
        Text("合同还没有登记或确认", "The contract is not recorded, or not confirmed"),
        Text("需求单位登记合同，揭榜单位确认", "The owner records it, the awarded organization confirms it"),
    )


def still_accepted(contract: Contract) -> Refused | None:
    """A contract is written and confirmed while its award waits for one."""
    return awaits_contract(contract.award)


def awaits_contract(award: Award) -> Refused | None:
    """The same, asked before there is a contract."""
    if award.state == "accepted":
        return None
    return Refused(
        Text("接受立榜以后、开始执行以前签约", "A contract follows the acceptance of an award"),
        Text("这项立榜现在不在待签约状态", "This award does not wait for a contract"),
        Text("请看立榜页面的说明", "Its page says why"),
    )


def at_work(milestone: Milestone) -> Refused | None:
    """Milestones move while the award is carried out."""
    if milestone.award.state == "executing":
        return None
    return Refused(
        Text("执行期间才办理里程碑", "Milestones move while the contract is carried out"),
        Text("合同没有签署，或执行已经结束", "The contract is not signed, or the work is over"),
        Text("请看立榜页面的说明", "The page of the award says why"),
    )


def day_over(milestone: Milestone) -> Refused | None:
    """A milestone is missed when its day is over; the day decides, not the job that notices it."""
    refusal = at_work(milestone)
    if refusal is None and clock.today() <= milestone.until:
        return Refused(
            Text("过了期限才算逾期", "A milestone is missed once its day is over"),
            Text("期限是 %(day)s", "It is due on %(day)s") % {"day": milestone.until.isoformat()},
            Text("无需办理", "Nothing to do"),
        )
    return refusal


def exemptible(termination: Termination) -> Refused | None:
    """Who broke the contract or deceived is never exempt (domain.md 1.6)."""
    if termination.ground != "B":
        return None
    return Refused(
        Text("违约或弄虚作假的不适用尽职免责", "Who broke the contract or deceived is not exempt"),
        Text("终止情形是 B", "It was terminated on ground B"),
        Text("可以记录“不予免责”及其理由", "Record that there is no exemption, and why"),
    )


# ---- lives ----

AWARD = Lifecycle(
    "award",
    Text("立榜", "Award"),
    start="proposed",
    states={
        "proposed": State(Text("拟揭榜", "Proposed"), "seal", "clock"),
        "awarded": State(Text("已立榜，待答复", "Awarded, to be answered"), "pine", "clock"),
        "accepted": State(Text("已接受，待签约", "Accepted, to be signed"), "pine", "check-circle"),
        "executing": State(Text("执行中", "Under way"), "ink", "play-circle"),
        "fulfilled": State(Text("通过验收", "Accepted in full"), "pine", "check-circle"),
        "partly_fulfilled": State(Text("部分验收", "Accepted in part"), "ochre", "check-circle"),
        "dropped": State(Text("公示撤销", "Notice annulled"), "ochre", "arrow-repeat"),
        "struck": State(Text("取消资格", "Struck off"), "ochre", "x-circle"),
        "declined": State(Text("放弃", "Declined"), "", "x-circle"),
        "lapsed": State(Text("逾期作废", "Lapsed"), "ochre", "exclamation-triangle-fill"),
        "undone": State(Text("更正撤销", "Undone by correction"), "seal", "slash-circle"),
        "terminated": State(Text("已终止", "Terminated"), "ochre", "slash-circle"),
    },
    steps=(
        step("confirm", "proposed", "awarded", who=policy.decides, guard=notice_over, quiet=True,
             label=Text("立榜", "Confirm"), past="Awarded"),
        step("drop", "proposed", "dropped", who=policy.system_or_decides, quiet=True, asks_reason=True,
             label=Text("公示撤销", "Drop"), past="Dropped with its notice"),
        step("strike", "dropped", "struck", who=policy.decides, asks_reason=True,
             label=Text("取消资格", "Strike off"), past="Struck off",
             hint=Text("不再列为候选，重新公示时由下一名递补", "No candidate any more; the next in rank follows")),
        step("accept", "awarded", "accepted", who=policy.answers_for, guard=answer_in_time, look="primary",
             label=Text("接受立榜", "Accept the award"), past="Accepted by the awarded organization"),
        step("decline", "awarded accepted", "declined", who=policy.answers_for, asks_reason=True, look="quiet",
             label=Text("放弃立榜", "Decline the award"), past="Declined",
             hint=Text("放弃后由下一名递补，不能恢复", "The next in rank steps in; this cannot be taken back")),
        step("lapse", "awarded", "lapsed", who=is_system, guard=answer_over, quiet=True,
             label=Text("逾期未答复", "Lapse"), past="Lapsed without an answer"),
        step("forfeit", "accepted", "lapsed", who=policy.decides, guard=signing_over, asks_reason=True,
             label=Text("逾期未签约，取消立榜", "Take back: no contract in time"),
             past="Taken back: no contract in time"),
        step("begin", "accepted", "executing", who=policy.answers_for, guard=contract_signed, quiet=True,
             label=Text("签约执行", "Begin"), past="Contract signed, work begun"),
        step("fulfil", "executing", "fulfilled", who=policy.decides, quiet=True,
             label=Text("通过验收", "Accept in full"), past="Accepted in full"),
        step("fulfil_partly", "executing", "partly_fulfilled", who=policy.decides, quiet=True,
             label=Text("部分验收", "Accept in part"), past="Accepted in part"),
        step("terminate", "accepted executing", "terminated", who=policy.decides, quiet=True, asks_reason=True,
             label=Text("终止", "Terminate"), past="Terminated"),
        step("undo", "awarded accepted", "undone", who=policy.corrects, asks_reason=True, look="quiet",
             label=Text("更正撤销立榜", "Undo the award"), past="Undone by correction",
             hint=Text("由未经办立榜的第二名经办人办理；理由永久公开",
                       "By a second official; the reason stays public")),
    ),
)  # fmt: skip

CONTRACT = Lifecycle(
    "contract",
    Text("合同", "Contract"),
    start="proposed",
    states={
        "proposed": State(Text("待揭榜单位确认", "To be confirmed"), "", "clock"),
        "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
        "signed": State(Text("已签署", "Signed"), "pine", "check-circle"),
    },
    steps=(
        step("rewrite", "proposed returned", "proposed", who=policy.writes, guard=still_accepted, quiet=True,
             label=Text("重新登记合同", "Write anew"), past="Written anew"),
        step("sign", "proposed", "signed", who=policy.signs, guard=still_accepted, look="primary",
             label=Text("确认合同已签署", "Confirm the signed contract"), past="Confirmed as signed",
             hint=Text("确认后合同和里程碑计划不再更改，开始执行",
                       "The contract and its milestones are then fixed, and work begins")),
        step("return", "proposed", "returned", who=policy.signs, guard=still_accepted, asks_reason=True,
             label=Text("退回合同登记", "Return it"), past="Returned to be corrected"),
    ),
)  # fmt: skip

MILESTONE = Lifecycle(
    "milestone",
    Text("里程碑", "Milestone"),
    start="planned",
    states={
        "planned": State(Text("未到期", "Planned"), "", "clock"),
        "submitted": State(Text("已提交，待验收", "Submitted"), "ink", "circle-half"),
        "accepted": State(Text("已通过", "Accepted"), "pine", "check-circle"),
        "returned": State(Text("退回整改", "Returned"), "ochre", "arrow-repeat"),
        "missed": State(Text("逾期", "Missed"), "ochre", "exclamation-triangle-fill"),
    },
    steps=(
        step("submit", "planned returned missed", "submitted", who=policy.submits, guard=at_work, quiet=True,
             label=Text("提交里程碑", "Submit"), past="Submitted"),
        step("accept", "submitted", "accepted", who=policy.judges, guard=at_work, quiet=True,
             label=Text("通过", "Accept"), past="Accepted"),
        step("return", "submitted", "returned", who=policy.judges, guard=at_work, quiet=True, asks_reason=True,
             label=Text("退回整改", "Return for rework"), past="Returned for rework"),
        step("miss", "planned returned", "missed", who=is_system, guard=day_over, quiet=True,
             label=Text("逾期", "Miss"), past="Missed its day"),
        step("extend", "planned returned missed", "planned", who=policy.extends, guard=at_work, quiet=True,
             label=Text("延期", "Extend"), past="Given a later day"),
    ),
)  # fmt: skip


def milestone_at_work(extension: Extension) -> Refused | None:
    """Only a milestone that is not submitted can be given a later day."""
    if extension.milestone.state in ("planned", "returned", "missed"):
        return at_work(extension.milestone)
    return Refused(
        Text("未提交的里程碑才可以延期", "Only a milestone that is not submitted can be given a later day"),
        Text("它已经提交或通过", "It was submitted, or accepted"),
        Text("无需延期", "No extension is needed"),
    )


EXTENSION = Lifecycle(
    "extension",
    Text("里程碑延期", "Extension of a milestone"),
    start="asked",
    states={
        "asked": State(Text("待审批", "Asked for"), "", "clock"),
        "approved": State(Text("已批准", "Approved"), "pine", "check-circle"),
        "declined": State(Text("未批准", "Not approved"), "ochre", "x-circle"),
        "recalled": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
    },
    steps=(
        step("approve", "asked", "approved", who=policy.approves, guard=milestone_at_work, look="primary",
             label=Text("同意延期", "Approve"), past="Approved"),
        step("decline", "asked", "declined", who=policy.approves, asks_reason=True,
             label=Text("不同意延期", "Decline"), past="Declined"),
        step("recall", "asked", "recalled", who=policy.asked_it, look="quiet",
             label=Text("撤回延期申请", "Withdraw the request"), past="Withdrawn"),
    ),
)  # fmt: skip

PAYMENT = Lifecycle(
    "payment",
    Text("付款", "Payment"),
    start="recorded",
    states={
        "recorded": State(Text("待收款方确认", "To be confirmed"), "", "clock"),
        "confirmed": State(Text("已确认到账", "Received"), "pine", "check-circle"),
        "revoked": State(Text("已撤销", "Revoked"), "", "slash-circle"),
    },
    steps=(
        step("confirm", "recorded", "confirmed", who=policy.received,
             label=Text("确认到账", "Confirm receipt"), past="Receipt confirmed"),
        step("revoke", "recorded", "revoked", who=policy.recorded, asks_reason=True, look="quiet",
             label=Text("撤销付款登记", "Revoke the record"), past="Revoked"),
    ),
)  # fmt: skip


def award_at_work(acceptance: Acceptance) -> Refused | None:
    """Acceptance concerns what is being carried out."""
    if acceptance.award.state == "executing":
        return None
    return Refused(
        Text("执行中的立榜才验收", "What is being carried out is accepted"),
        Text("这项立榜不在执行中", "This award is not being carried out"),
        Text("请看立榜页面的说明", "Its page says why"),
    )


def rework_left(acceptance: Acceptance) -> Refused | None:
    """Work is sent back as often as is allowed, counted over every application of its award."""
    refusal = award_at_work(acceptance)
    done, most = len(returned_of(acceptance.award)), value(REWORKS)
    if refusal is not None or done < most:
        return refusal
    return Refused(
        Text("验收最多退回整改 %(most)d 次", "Work is sent back to be mended at most %(most)d times") % {"most": most}
        if most > 1 else Text("验收只能退回整改一次", "Work is sent back to be mended once only"),
        Text("已经退回 %(done)d 次", "It was sent back %(done)d times") % {"done": done}
        if done > 1 else Text("已经退回过一次", "It was sent back once already"),
        Text("请作出验收结论；达不到要求的，由经办人终止",
             "Decide on the acceptance; where the work falls short, the official terminates it"),
    )  # fmt: skip


def mended_in_time(award: Award) -> Refused | None:
    """Whoever was sent back applies again by the day he was given; the day decides, not the job that notices it."""
    last = next(iter(returned_of(award)), None)
    if last is None or last.rework_by is None or clock.today() <= last.rework_by:
        return None
    return Refused(
        Text("退回整改的，在时限内完成并再次申请验收",
             "Work that was sent back is mended, and its acceptance applied for again, in time"),
        Text("时限到 %(day)s 为止", "It could be applied for through %(day)s") % {"day": last.rework_by.isoformat()},
        Text("请与经办人联系，由其决定是否终止", "Turn to the official in charge, who decides whether to terminate it"),
    )  # fmt: skip


ACCEPTANCE = Lifecycle(
    "acceptance",
    Text("验收", "Acceptance"),
    start="applied",
    states={
        "applied": State(Text("待需求单位意见", "Before the owner"), "", "clock"),
        "endorsed": State(Text("待主管部门验收", "Before the official"), "", "clock"),
        "passed": State(Text("通过", "Passed"), "pine", "check-circle"),
        "partly": State(Text("部分通过", "Passed in part"), "ochre", "check-circle"),
        "returned": State(Text("退回整改", "Returned"), "ochre", "arrow-repeat"),
    },
    steps=(
        step("endorse", "applied", "endorsed", who=policy.endorses, guard=award_at_work, quiet=True,
             label=Text("需求单位出具意见", "Give the owner's opinion"), past="Owner's opinion given"),
        step("pass", "endorsed", "passed", who=policy.accepts, guard=award_at_work, quiet=True,
             label=Text("通过验收", "Pass"), past="Passed"),
        step("pass_partly", "endorsed", "partly", who=policy.accepts, guard=award_at_work, quiet=True,
             label=Text("部分通过", "Pass in part"), past="Passed in part"),
        step("return", "applied endorsed", "returned", who=policy.sends_back, guard=rework_left, asks_reason=True,
             label=Text("退回整改", "Return for rework"), past="Returned for rework"),
    ),
)  # fmt: skip

EXEMPTION = Lifecycle(
    "exemption",
    Text("尽职免责", "Exemption for due diligence"),
    start="open",
    states={
        "open": State(Text("未认定", "Not decided"), "", "clock"),
        "granted": State(Text("予以免责", "Exempt"), "pine", "check-circle"),
        "refused": State(Text("不予免责", "Not exempt"), "ochre", "x-circle"),
    },
    steps=(
        step("grant", "open", "granted", who=policy.exempts, guard=exemptible, asks_reason=True,
             label=Text("认定尽职免责", "Grant the exemption"), past="Exemption granted"),
        step("refuse", "open", "refused", who=policy.exempts, asks_reason=True,
             label=Text("不予免责", "Refuse the exemption"), past="Exemption refused"),
    ),
    column="exemption",
)  # fmt: skip
EVERY = (AWARD, CONTRACT, MILESTONE, EXTENSION, PAYMENT, ACCEPTANCE, EXEMPTION)
