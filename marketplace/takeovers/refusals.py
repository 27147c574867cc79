"""Why somebody cannot claim, or an official not approve: the words of every refusal."""

from __future__ import annotations

from datetime import datetime

from marketplace.core import clock
from marketplace.core.errors import FieldError, Refused
from marketplace.core.text import Text


def has_owner() -> Refused:
    """Where somebody speaks for an organization already, he decides who else does."""
    return Refused(
        Text("已有成员的单位不能认领", "An organization that has members here cannot be taken over"),
        Text("这个单位已有所有者", "This one has an owner"),
        Text("请在单位页申请加入，由它的所有者答复", "Ask to join on its page; its owner answers"),
    )


def not_compiled() -> Refused:
    """What somebody founded here belongs to whoever founded it."""
    return Refused(
        Text("只有按公开资料整理、已公开的单位可以认领", "Only a public organization compiled from public material"
             " can be taken over"),
        Text("这个单位不是", "This one is not"),
        Text("请在单位页申请加入，或联系平台管理员", "Ask to join on its page, or ask the administrator of this site"),
    )  # fmt: skip


def claimed_already() -> Refused:
    """One open claim of a person and an organization."""
    return Refused(
        Text("同一单位同时只能有一份您的认领申请", "You can have one open claim to an organization"),
        Text(
            "您已经提交过，正在等属地工信部门决定", "You have sent one, and the office of its region has yet to decide"
        ),
        Text("进展见工作台；要改材料请先撤回", "Follow it in your workspace; withdraw it to send other evidence"),
    )


def too_many(most: int) -> Refused:
    """A claim is work for an official."""
    return Refused(
        Text("一个人同时最多认领 %(most)d 个单位", "A person has at most %(most)d open claims") % {"most": most},
        Text("您已有这么多份等待决定", "You have that many waiting"),
        Text("请等决定，或撤回不再需要的", "Wait for a decision, or withdraw one you need no longer"),
    )


def must_wait(until: datetime) -> Refused:
    """Who was declined does not ask every day."""
    day = clock.beijing(until).date().isoformat()
    return Refused(
        Text("认领被驳回后要隔一段时间才能再提交", "After a claim was declined you wait before you send another"),
        Text("您近期对这个单位的认领被驳回过", "Your claim to this organization was declined not long ago"),
        Text("%(day)s 之后可以再提交", "You may send another after %(day)s") % {"day": day},
    )


def code_taken() -> FieldError:
    """A credit code belongs to one organization."""
    return FieldError(
        "credit_code",
        Text("这个信用代码已由本站另一单位登记，请核对", "Another organization here has this code: please check it"),
    )


def code_taken_meanwhile() -> Refused:
    """The same for the official, who cannot change the claim."""
    return Refused(
        Text("一个信用代码只属于一个单位", "A credit code belongs to one organization"),
        Text("提交之后，另一单位以这个代码登记了", "Another organization has been registered with this code meanwhile"),
        Text("请驳回并写明情况", "Decline the claim and say why"),
    )


def claimant_is_gone() -> Refused:
    """An owner must be able to act."""
    return Refused(
        Text("单位的所有者要能登录本站", "The owner of an organization must be able to sign in"),
        Text("申请人的账号已停用", "The claimant's account is disabled"),
        Text("可以驳回这份认领", "You can decline the claim"),
    )


def still_open() -> Refused:
    """Time or others end a claim only when the organization has got its owner."""
    return Refused(
        Text("单位有了所有者，其余认领才失效", "The other claims lapse once the organization has an owner"),
        Text("它还没有所有者", "It has none yet"),
        Text("无需办理", "Nothing to do"),
    )
