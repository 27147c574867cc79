"""The lives of a request to join and of an invitation, as two tables."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.text import Text
from marketplace.members.models import Invitation, JoinRequest
from marketplace.members.policy import decides_request, is_applicant, is_invited, manages_invitation
from marketplace.organizations.models import Organization


def can_be_accepted(asked: JoinRequest | Invitation) -> Refused | None:
    """In time, by an organization that is not suspended, and for somebody who can sign in."""
    if clock.now() >= asked.expires_at:
        return _too_late()
    if asked.organization.state == "suspended":
        return suspended(asked.organization)
    if isinstance(asked, JoinRequest) and not asked.user.is_active:
        return Refused(
            Text("加入单位的人要能登录本站", "Only somebody who can sign in joins an organization"),
            Text("申请人的账号已停用", "The applicant's account is disabled"),
            Text("可以谢绝这份申请", "You can decline the request"),
        )
    return None


def is_overdue(asked: JoinRequest | Invitation) -> Refused | None:
    """Time ends it only when its time is over."""
    if clock.now() >= asked.expires_at:
        return None
    return Refused(
        Text("到期才会失效", "It expires when its time is over"),
        Text("还没有到期", "It is still open"),
        Text("无需办理", "Nothing to do"),
    )


def suspended(organization: Organization) -> Refused:
    """Why nobody joins now."""
    return Refused(
        Text("单位暂停期间不增加成员", "Nobody joins an organization while it is suspended"),
        Text("%(name)s 已暂停", "%(name)s is suspended") % {"name": organization.label},
        Text("单位恢复后再办理；恢复由属地工信部门决定", "Come back when the office of its region has resumed it"),
    )


def _too_late() -> Refused:
    return Refused(
        Text("申请和邀请都有期限", "Requests and invitations end after a time"),
        Text("期限已过", "This one's time is over"),
        Text("请重新申请，或请单位重新邀请", "Ask again, or have the organization invite you again"),
    )


REQUEST = Lifecycle(
    "join_request",
    Text("加入申请", "Request to join"),
    start="open",
    states={
        "open": State(Text("待办理", "Open"), "", "clock"),
        "accepted": State(Text("已加入", "Accepted"), "pine", "check-circle"),
        "declined": State(Text("已谢绝", "Declined"), "ochre", "x-circle"),
        "withdrawn": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
        "expired": State(Text("已失效", "Expired"), "", "hourglass-split"),
    },
    steps=(
        step("accept", "open", "accepted", who=decides_request, guard=can_be_accepted, look="primary",
             label=Text("同意加入", "Accept"), past="Accepted"),
        step("decline", "open", "declined", who=decides_request, asks_reason=True,
             label=Text("谢绝", "Decline"), past="Declined"),
        step("withdraw", "open", "withdrawn", who=is_applicant, label=Text("撤回申请", "Withdraw"), past="Withdrawn"),
        step("expire", "open", "expired", who=is_system, guard=is_overdue, quiet=True,
             label=Text("到期", "Expire"), past="Expired"),
    ),
)  # fmt: skip

INVITATION = Lifecycle(
    "invitation",
    Text("成员邀请", "Invitation"),
    start="open",
    states={
        "open": State(Text("待答复", "Waiting for an answer"), "", "clock"),
        "accepted": State(Text("已加入", "Accepted"), "pine", "check-circle"),
        "declined": State(Text("已谢绝", "Declined"), "ochre", "x-circle"),
        "revoked": State(Text("已撤回", "Revoked"), "", "slash-circle"),
        "expired": State(Text("已失效", "Expired"), "", "hourglass-split"),
    },
    steps=(
        step("accept", "open", "accepted", who=is_invited, guard=can_be_accepted, look="primary",
             label=Text("接受邀请", "Accept"), past="Accepted"),
        step("decline", "open", "declined", who=is_invited, label=Text("谢绝", "Decline"), past="Declined"),
        step("revoke", "open", "revoked", who=manages_invitation, label=Text("撤回邀请", "Revoke"), past="Revoked"),
        step("expire", "open", "expired", who=is_system, guard=is_overdue, quiet=True,
             label=Text("到期", "Expire"), past="Expired"),
    ),
)  # fmt: skip
