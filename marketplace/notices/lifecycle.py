"""The life of a notice, and of an objection against it."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import moment
from marketplace.notices.models import Notice, Objection
from marketplace.notices.policy import can_decide
from marketplace.notices.queries import open_objections

WORKING_DAYS = Text("个工作日", "working days")


def _days(key: str, label: Text, default: int, note: Text | None = None) -> Setting[int]:
    return Setting(key, label, default, note, WORKING_DAYS, least=1, most=60)


_LATER = Text("已发布的公示不受影响", "Does not affect notices already published")
DAYS = _days("notices.days", Text("公示期", "How long a notice is open"), 5, _LATER)
LEAST_DAYS = _days("notices.least_days", Text("公示期最少", "The shortest time a notice is open"), 3, _LATER)
REPLY_DAYS = _days("notices.reply_days", Text("异议答复时限", "Time to decide on an objection"), 10)
SETTINGS = (DAYS, LEAST_DAYS, REPLY_DAYS)


def window_over(notice: Notice) -> Refused | None:
    """A notice ends after its last day, in Beijing."""
    if moment() >= notice.ends_at:
        return None
    return Refused(
        Text("公示期满才能结束", "A notice ends when its window is over"),
        Text("公示到 %(day)s 24:00", "It is open through %(day)s") % {"day": notice.last_day.isoformat()},
        Text("无需办理", "Nothing to do"),
    )


def is_objector(actor: Actor, objection: Objection) -> bool:
    """Who raised it."""
    return actor.signed_in and actor.user_id == objection.user_id


def window_open(notice: Notice) -> Refused | None:
    """Objections are raised within the window; while the clock stands it has not ended."""
    if notice.state == "extended" or (notice.state == "open" and moment() < notice.ends_at):
        return None
    return Refused(
        Text("异议在公示期内提出", "An objection is raised while the notice is open"),
        Text("公示期到 %(day)s 24:00 为止，现已结束", "It was open through %(day)s and is over")
        % {"day": notice.last_day.isoformat()},
        Text("有新的事实，请向主办单位的监督渠道反映", "With new facts, turn to the supervision of the organizers"),
    )


def unsettled(notice: Notice) -> tuple[Text, Text] | None:
    """What of a notice stands against carrying out its decision, and what to do; None once it may be."""
    waiting = open_objections(notice)
    about = {"number": notice.number, "day": notice.last_day.isoformat(), "count": waiting}
    if notice.state == "annulled":
        fact = Text("公示 %(number)s 已经撤销", "Notice %(number)s was annulled")
        following = Text("请重新公示", "Put it on notice again")
    elif waiting:
        fact = Text("公示 %(number)s 有 %(count)s 件异议还没有答复",
                    "Objections to notice %(number)s that wait for a decision: %(count)s")  # fmt: skip
        following = Text("请先答复异议", "Decide on the objections first")
    elif notice.state != "closed":
        fact = Text("公示 %(number)s 到 %(day)s 24:00，还没有结束", "Notice %(number)s is open through %(day)s")
        following = Text("请等公示期满", "Wait until it is over")
    else:
        return None
    return fact % about, following


NOTICE = Lifecycle(
    "notice",
    Text("公示", "Public notice"),
    start="open",
    states={
        "open": State(Text("公示中", "Open"), "pine", "clock"),
        "extended": State(Text("公示中止，异议处理中", "Clock stopped by an objection"), "ochre", "pause-circle"),
        "closed": State(Text("公示结束", "Over"), "", "check-circle"),
        "annulled": State(Text("已撤销", "Annulled"), "red", "slash-circle"),
    },
    steps=(
        step("extend", "open", "extended", who=is_system, quiet=True,
             label=Text("中止计算公示期", "Stop the clock"), past="Clock stopped"),
        step("resume", "extended", "open", who=is_system, quiet=True,
             label=Text("恢复计算公示期", "Start the clock again"), past="Clock started again"),
        step("close", "open", "closed", who=is_system, guard=window_over, quiet=True,
             label=Text("公示期满", "Close"), past="Closed"),
        step("annul", "open extended", "annulled", who=is_system, quiet=True, asks_reason=True,
             label=Text("撤销公示", "Annul"), past="Annulled"),
    ),
)  # fmt: skip

OBJECTION = Lifecycle(
    "objection",
    Text("异议", "Objection"),
    start="raised",
    states={
        "raised": State(Text("处理中", "Being decided"), "", "clock"),
        "upheld": State(Text("成立", "Upheld"), "red", "check-circle"),
        "dismissed": State(Text("不成立", "Dismissed"), "", "x-circle"),
        "recalled": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
    },
    steps=(
        step("uphold", "raised", "upheld", who=can_decide, quiet=True, label=Text("异议成立", "Uphold"), past="Upheld"),
        step("dismiss", "raised", "dismissed", who=can_decide, quiet=True,
             label=Text("异议不成立", "Dismiss"), past="Dismissed"),
        step("recall", "raised", "recalled", who=is_objector, label=Text("撤回异议", "Withdraw the objection"),
             past="Withdrawn"),
    ),
)  # fmt: skip
