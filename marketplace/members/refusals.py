"""Why somebody cannot join, invite or leave: the words of every refusal."""

from __future__ import annotations

from datetime import datetime

from marketplace.core import clock
from marketplace.core.errors import FieldError, Refused
from marketplace.core.text import Text
from marketplace.organizations.models import Organization


def asked_already() -> FieldError:
    """One open request of a person and an organization."""
    message = Text(
        "您已经申请过，正在等单位的所有者答复；进展见“加入单位”页",
        "You have asked already and an owner has yet to answer; see the page “Join an organization”",
    )
    return FieldError("organization", message)


def invited_already() -> FieldError:
    """One open invitation of an organization and an address."""
    message = Text(
        "这个邮箱已有一份未答复的邀请；要换身份请先撤回",
        "This address has an open invitation; revoke it first to offer another role",
    )
    return FieldError("email", message)


def member_already(field: str) -> FieldError:
    """Nobody joins twice."""
    message = {
        "organization": Text("您已经是这个单位的成员", "You are a member of this organization already"),
        "email": Text("这个邮箱的用户已经是本单位成员", "Whoever has this address is a member already"),
    }
    return FieldError(field, message[field])


def nobody_decides() -> FieldError:
    """Organizations compiled from public material have no members."""
    message = Text(
        "这个单位在本站还没有成员，没有人能受理申请；请在单位页办理认领",
        "This organization has no members here who could answer; take it over from its page",
    )
    return FieldError("organization", message)


def must_wait(until: datetime) -> FieldError:
    """Who was declined or removed does not ask every day."""
    message = Text(
        "这个单位近期谢绝过您或把您移出，%(day)s 之后才能再申请；单位仍可以邀请您",
        "It has declined or removed you; you may ask again after %(day)s. It can still invite you",
    )
    return FieldError("organization", message % {"day": clock.beijing(until).date().isoformat()})


def too_many_invitations(most: int) -> Refused:
    """Invitations are mails to strangers."""
    return Refused(
        Text("一个单位未答复的邀请最多 %(most)d 份", "An organization has at most %(most)d open invitations")
        % {"most": most},
        Text("已经有这么多份没有答复", "That many are still unanswered"),
        Text("请等对方答复，或撤回不再需要的邀请", "Wait for answers, or revoke those you need no longer"),
    )


def last_owner() -> Refused:
    """Never without an owner."""
    return Refused(
        Text("单位任何时候都要有一位所有者", "An organization always keeps an owner"),
        Text("这是最后一位所有者", "This is the last owner"),
        Text("请先把单位移交给另一位成员，再办理", "Hand the organization over to another member first"),
    )


def cannot_remove_oneself() -> Refused:
    """One's own way out is to leave."""
    return Refused(
        Text("不能移出自己", "Nobody removes himself"),
        Text("这是您自己", "This is you"),
        Text("要离开单位，请用“退出单位”", "Use “Leave the organization”"),
    )


def no_owner(organization: Organization) -> Refused:
    """Owners decide on members."""
    return Refused(
        Text("成员由单位的所有者管理", "Owners manage the members of an organization"),
        Text("您不是 %(name)s 的所有者", "You are not an owner of %(name)s") % {"name": organization.label},
        Text("请联系单位的所有者", "Ask an owner of the organization"),
    )


def dead_link() -> Refused:
    """The link is damaged, or never was ours."""
    return Refused(
        Text("邀请链接要完整打开", "The link of an invitation works only as a whole"),
        Text("这个链接不完整，或不是本站发出的", "This one is incomplete or was not sent by this site"),
        Text("请从邮件中重新打开，或请单位重新邀请", "Open it again from the mail, or ask to be invited again"),
    )


def another_address(mine: str, masked: str) -> Refused:
    """An invitation is for one address, whoever forwards the mail."""
    return Refused(
        Text("邀请只对收到它的邮箱有效，转发给别人没有用", "An invitation counts only for the address it was sent to"),
        Text("您现在用 %(mine)s 登录，邀请发给 %(masked)s", "You are signed in as %(mine)s; it was sent to %(masked)s")
        % {"mine": mine, "masked": masked},
        Text(
            "如果两个邮箱都是您的，请退出后用那个邮箱登录或注册；否则请申请加入，或请单位邀请您现在的邮箱",
            "If both are yours, sign out and use the other one; else ask to join, or have this address invited",
        ),
    )


def masked(email: str) -> str:
    """An address as far as somebody else may read it: z…@example.cn."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
