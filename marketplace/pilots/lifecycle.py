"""The life of a pilot, and the figures that operators may change about it."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text, enumerated
from marketplace.pilots.models import Pilot
from marketplace.pilots.plan import blocking, first_day
from marketplace.pilots.policy import can_verify, is_party, is_party_or_system

DECISION_DAYS = Setting(
    "pilots.decision_days",
    Text("场景验证核验时限", "Time to verify a pilot"),
    10,
    Text("从双方签署报告起算", "From the day both sides signed the report"),
    Text("个工作日", "working days"),
    1,
    60,
)
VALID_MONTHS = Setting(
    "pilots.valid_months", Text("验证结论有效期", "How long a verified result is valid"), 24, None,
    Text("个月", "months"), 1, 120,
)  # fmt: skip


def complete(pilot: Pilot) -> Refused | None:
    """Only a whole plan can be agreed on."""
    missing = blocking(pilot.plan)
    if not missing:
        return None
    return Refused(
        Text("方案填写完整才能确认", "Only a complete plan can be agreed on"),
        Text("还有 %(count)s 处要补：%(listed)s", "Still to do (%(count)s): %(listed)s")
        % {"count": len(missing), "listed": enumerated(missing)},
        Text("请修改方案后再确认", "Complete the plan, then agree"),
    )


def start_reached(pilot: Pilot) -> Refused | None:
    """The formal run begins on its first day or later; a plan is not measured before."""
    first = first_day(pilot.plan)
    if first is not None and clock.today() >= first:
        return None
    return Refused(
        Text("到方案写明的开始日期才能转入正式运行", "The run starts on the first day of the plan, not before"),
        Text("开始日期是 %(day)s", "The first day is %(day)s") % {"day": first.isoformat() if first else "—"},
        Text("到日再办；要提前请双方修改方案", "Wait for the day, or change the plan together"),
    )


def signed_by_both(pilot: Pilot) -> Refused | None:
    """An official verifies what both sides stand for."""
    if pilot.submitted_at is not None:
        return None
    return Refused(
        Text("双方签署报告后才能核验", "A report is verified after both sides have signed it"),
        Text("现在还没有双方签署的报告", "There is no report signed by both"),
        Text("请双方先签署", "Both sides sign first"),
    )


def visited(pilot: Pilot) -> Refused | None:
    """Verification rests on a visit to the site."""
    if signed_by_both(pilot) is not None:
        return signed_by_both(pilot)
    if pilot.visit.get("day"):
        return None
    return Refused(
        Text("核验以现场查看为前提", "Verification rests on a visit to the site"),
        Text("还没有现场查看记录", "There is no record of a visit"),
        Text("请先填写查看日期、人员和所见", "Give the day, who went and what was seen"),
    )


PILOT = Lifecycle(
    "pilot",
    Text("场景验证", "Pilot"),
    start="planned",
    states={
        "planned": State(Text("方案拟订", "Planned"), "", "pencil"),
        "agreed": State(Text("双方已确认", "Agreed by both"), "ink", "check-circle"),
        "running": State(Text("正式运行", "Running"), "ink", "play-circle"),
        "paused": State(Text("暂停", "Paused"), "ochre", "pause-circle"),
        "reporting": State(Text("编写报告", "Reporting"), "", "circle-half"),
        "verified": State(Text("已验证", "Verified"), "pine", "check-circle"),
        "not_verified": State(Text("未通过核验", "Not verified"), "ochre", "x-circle"),
        "aborted": State(Text("已停止", "Stopped"), "ochre", "stop-circle"),
    },
    steps=(
        step(
            "agree",
            "planned",
            "agreed",
            who=is_party,
            guard=complete,
            quiet=True,
            label=Text("双方确认方案", "Both agree on the plan"),
            past="Both agreed on the plan",
        ),
        step(
            "revise",
            "agreed",
            "planned",
            who=is_party,
            label=Text("修改方案", "Change the plan"),
            past="Plan reopened",
            hint=Text("双方须重新确认", "Both sides will have to agree anew"),
        ),
        step(
            "start",
            "agreed",
            "running",
            who=is_party,
            guard=start_reached,
            asks_twice=True,
            look="primary",
            label=Text("转入正式运行", "Start the run"),
            past="Run started",
            hint=Text("方案从此冻结，摘要公开", "The plan is frozen and its digest published"),
        ),
        step(
            "pause",
            "running",
            "paused",
            who=is_party_or_system,
            asks_reason=True,
            label=Text("暂停", "Pause"),
            past="Paused",
        ),
        step(
            "resume",
            "paused",
            "running",
            who=is_party,
            quiet=True,
            label=Text("双方同意恢复", "Both agree to resume"),
            past="Resumed by consent of both",
        ),
        step(
            "finish",
            "running paused",
            "reporting",
            who=is_party,
            asks_twice=True,
            label=Text("结束运行，编写报告", "End the run and report"),
            past="Run ended",
            hint=Text(
                "测量记录从此锁定；还没有确认的不计入判定。",
                "Readings are locked from then on; those not confirmed by then do not count.",
            ),
        ),
        step(
            "abort",
            "planned agreed running paused reporting",
            "aborted",
            who=is_party,
            asks_reason=True,
            label=Text("停止验证", "Stop the pilot"),
            past="Stopped",
            hint=Text(
                "停止是正常结论：写明原因，数据照常留存，不影响信用。",
                "Stopping is a result like any other: give the reason; the data stay, nobody's credit suffers.",
            ),
        ),
        step(
            "return",
            "reporting",
            "reporting",
            who=can_verify,
            guard=signed_by_both,
            asks_reason=True,
            quiet=True,
            label=Text("退回补正报告", "Return the report"),
            past="Report returned",
        ),
        step(
            "verify",
            "reporting",
            "verified",
            who=can_verify,
            guard=visited,
            quiet=True,
            look="primary",
            label=Text("核验通过", "Verify"),
            past="Verified",
        ),
        step(
            "refuse",
            "reporting",
            "not_verified",
            who=can_verify,
            guard=visited,
            asks_reason=True,
            quiet=True,
            label=Text("不予通过", "Do not verify"),
            past="Not verified",
        ),
    ),
)
