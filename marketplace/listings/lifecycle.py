"""The life of a listing and of its revisions, as two tables; kinds add their own endings."""

from __future__ import annotations

from typing import Any

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, Step, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.listings.policy import can_edit, can_review

REVIEW_DAYS = Setting(
    "listings.review_days",
    Text("清单审核时限", "Time to review a listing"),
    5,
    Text("产品供给和场景需求送审后的答复时限", "For products and needs, counted from submission"),
    Text("个工作日", "working days"),
    least=1,
    most=60,
)

STATES = {
    "draft": State(Text("草稿", "Draft"), "", "pencil"),
    "in_review": State(Text("审核中", "In review"), "", "clock"),
    "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
    "published": State(Text("已发布", "Published"), "pine", "check-circle"),
    "suspended": State(Text("已暂停", "Suspended"), "ochre", "pause-circle"),
    "withdrawn": State(Text("已撤回", "Withdrawn"), "ochre", "slash-circle"),
    "expired": State(Text("已过期", "Expired"), "", "hourglass-split"),
}


def past_validity(listing: Any) -> Refused | None:
    """Time ends a listing only after the last day of its validity, in Beijing."""
    if listing.valid_until is not None and clock.today() > listing.valid_until:
        return None
    return Refused(
        Text("有效期满才会过期", "A listing expires when its validity is over"),
        Text("有效期还没有到", "It is still valid"),
        Text("无需办理", "Nothing to do"),
    )


def still_valid(listing: Any) -> Refused | None:
    """What is past its validity comes back only with a new one, which is a revision."""
    if listing.valid_until is None or clock.today() <= listing.valid_until:
        return None
    return Refused(
        Text("有效期内的内容才能恢复公开", "Only what is still valid can be public again"),
        Text("有效期已过：%(day)s", "It was valid until %(day)s") % {"day": listing.valid_until.isoformat()},
        Text("请修订有效期并送审", "Revise the validity and submit the revision"),
    )


def no_revision_in_review(listing: Any) -> Refused | None:
    """An owner recalls what is being reviewed before ending the listing, so that no decision falls on a dead one."""
    if listing.open_revision is None or listing.open_revision.state != "in_review":
        return None
    return Refused(
        Text("审核中的修订先撤回，才能结束", "Recall the revision in review before ending the listing"),
        Text("第 %(number)s 版正在审核", "Revision %(number)s is being reviewed")
        % {"number": listing.open_revision.number},
        Text("请先撤回送审", "Recall it first"),
    )


def listing_steps() -> tuple[Step, ...]:
    """The steps that every kind of listing has. Quiet ones go together with a step of the revision."""
    return (
        step("submit", "draft returned", "in_review", who=can_edit, quiet=True,
             label=Text("送审", "Submit"), past="Submitted"),
        step("recall", "in_review", "draft", who=can_edit, quiet=True,
             label=Text("撤回送审", "Recall"), past="Recalled"),
        step("return", "in_review", "returned", who=can_review, quiet=True, asks_reason=True,
             label=Text("退回补正", "Return for correction"), past="Returned for correction"),
        step("publish", "in_review expired", "published", who=can_review, quiet=True, guard=None,
             label=Text("发布", "Publish"), past="Published"),
        step("suspend", "published", "suspended", who=can_review, asks_reason=True,
             label=Text("暂停公开", "Suspend"), past="Suspended",
             hint=Text("页面、搜索和清单中立即不再显示；单位会看到理由",
                       "It leaves pages, search and lists at once; the owner reads the reason")),
        step("resume", "suspended", "published", who=can_review, guard=still_valid, asks_reason=True,
             label=Text("恢复公开", "Resume"), past="Resumed"),
        step("withdraw", "published suspended expired", "withdrawn", who=can_edit, guard=no_revision_in_review,
             asks_reason=True, label=Text("撤回", "Withdraw"), past="Withdrawn",
             hint=Text("页面、搜索和清单中立即不再显示；编号和留痕保留",
                       "It leaves pages, search and lists at once; its number and history stay")),
        step("reopen", "withdrawn", "draft", who=can_edit, label=Text("重新编辑", "Edit again"), past="Taken up again",
             hint=Text("回到草稿，修改后重新送审", "Back to a draft, to be changed and submitted again")),
        step("load", "draft", "published", who=is_system, quiet=True,
             label=Text("批量载入", "Load"), past="Loaded from a file"),
        step("expire", "published", "expired", who=is_system, guard=past_validity, quiet=True,
             label=Text("到期", "Expire"), past="Expired"),
    )  # fmt: skip


REVISION = Lifecycle(
    "revision",
    Text("修订", "Revision"),
    start="drafted",
    states={
        "drafted": State(Text("草稿", "Draft"), "", "pencil"),
        "in_review": State(Text("审核中", "In review"), "", "clock"),
        "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
        "approved": State(Text("已通过", "Approved"), "pine", "check-circle"),
        "superseded": State(Text("旧版", "Past"), "", "clock-history"),
        "discarded": State(Text("已放弃", "Discarded"), "", "slash-circle"),
    },
    steps=(
        step("submit", "drafted returned", "in_review", who=can_edit,
             label=Text("送审", "Submit"), past="Submitted", look="primary"),
        step("recall", "in_review", "drafted", who=can_edit, label=Text("撤回送审", "Recall"), past="Recalled"),
        step("return", "in_review", "returned", who=can_review, asks_reason=True,
             label=Text("退回补正", "Return for correction"), past="Returned for correction"),
        step("approve", "in_review", "approved", who=can_review, look="primary",
             label=Text("通过并发布", "Approve"), past="Approved and published"),
        step("discard", "drafted returned", "discarded", who=can_edit,
             label=Text("放弃修订", "Discard"), past="Discarded"),
        step("supersede", "approved", "superseded", who=is_system, quiet=True, label=Text("被新版替换", "Superseded")),
    ),
)  # fmt: skip
