"""Why a talk cannot be opened now: a rule, a fact and a next step each."""

from __future__ import annotations

from datetime import date, datetime

from marketplace.core.errors import Refused
from marketplace.core.text import Text, day_text
from marketplace.enquiries.models import SUPPLIER
from marketplace.listings.kind import kind_named
from marketplace.listings.models import Listing
from marketplace.organizations.lifecycle import ORGANIZATION, way_to_verified
from marketplace.organizations.models import Organization

# Where others of a kind are found.
LISTS = {"scenario": "/scenarios?status=published", "product": "/products"}


class Barred(Refused):
    """What stands against one talk. ``brief``: the same in a few words, for a row of a list.

    ``talk``: the number of the talk that is open already, or "". ``href``: where the next step is taken otherwise.
    """

    def __init__(self, rule: Text, fact: Text, next: Text, brief: Text, talk: str = "", href: str = "") -> None:
        super().__init__(rule, fact, next, f"/enquiries/{talk}" if talk else href)
        self.brief = brief
        self.talk = talk


def not_open(listing: Listing) -> Barred:
    """What is not published is not talked about."""
    kind = kind_named(listing.subject_type)
    assert kind is not None
    state = kind.lifecycle.mark(listing.state).label
    return Barred(
        Text("只对已发布的需求和产品发起对接", "Talks are opened about published needs and products"),
        Text("%(number)s 现在是“%(state)s”", "%(number)s is now “%(state)s”")
        % {"number": listing.number, "state": state},
        Text("请看看其他合适的", "See others that fit"),
        Text("%(state)s，不再接受对接", "%(state)s: no more talks") % {"state": state},
        href=LISTS[listing.subject_type],
    )


def too_late(last: date) -> Barred:
    """The owner has set a last day for answers."""
    return Barred(
        Text("需求在答复截止日之前接受对接", "A need takes answers until the day its owner has set"),
        Text("截止日是 %(day)s（北京时间）", "That day was %(day)s, Beijing time") % {"day": day_text(last)},
        Text("请等需方延长期限，或由需方邀请", "Wait until the owner extends it, or invites you"),
        Text("答复已截止", "Closed for answers"),
    )


def own(organization: Organization) -> Barred:
    """Nobody talks with himself."""
    return Barred(
        Text("对接在两个单位之间进行", "A talk takes two organizations"),
        Text("您是 %(name)s 的成员", "You are a member of %(name)s") % {"name": organization.label},
        Text(
            "请由对方单位发起，或换用只属于对方的账号", "The other side opens it, with an account that is only theirs"
        ),
        Text("您也是对方的成员", "You belong to the other side, too"),
    )


def unclaimed(listing: Listing) -> Barred:
    """What was compiled from public material has nobody who could answer."""
    organization = listing.organization
    return Barred(
        Text("对接要有对方的人来答复", "A talk needs somebody on the other side to answer"),
        Text("%(name)s 还没有人在本站登记，资料整理自公开信息", "Nobody of %(name)s is registered here; "
             "this was compiled from public material") % {"name": organization.label},
        Text("请看看其他合适的；单位认领后再来", "See others that fit, and come back when the organization has joined"),
        Text("尚未认领", "Not claimed yet"),
        href=LISTS[listing.subject_type],
    )  # fmt: skip


def resting(organization: Organization) -> Barred:
    """A suspended organization answers nobody."""
    return Barred(
        Text("只与已核验的单位对接", "Talks are held with verified organizations"),
        Text("%(name)s 现在是“%(state)s”", "%(name)s is now “%(state)s”")
        % {"name": organization.label, "state": ORGANIZATION.mark(organization.state).label},
        Text("等它恢复后再来", "Come back when it is verified again"),
        ORGANIZATION.mark(organization.state).label,
    )


def no_organization() -> Refused:
    """A person alone does not talk for anybody."""
    return Refused(
        Text("对接由单位的成员发起", "A talk is opened by a member of an organization"),
        Text("您还不属于任何单位", "You belong to none"),
        Text("请先登记单位或加入已登记的单位", "Add your organization, or join one that is registered"),
        "/organizations/new",
    )


def not_verified(organization: Organization) -> Refused:
    """The other side must know with whom it talks."""
    return Refused(
        Text("已核验的单位才能发起对接", "Only a verified organization opens talks"),
        Text("%(name)s 现在是“%(state)s”", "%(name)s is now “%(state)s”")
        % {"name": organization.label, "state": ORGANIZATION.mark(organization.state).label},
        way_to_verified(organization),
        f"/organizations/{organization.number}",
    )


def no_product() -> Refused:
    """A need is answered with products, not with words alone."""
    return Refused(
        Text("答复需求要带上已发布的产品", "A need is answered with published products"),
        Text("您的单位没有已发布的产品", "Your organization has none"),
        Text("请先登记产品并通过审核", "Add a product and have it approved"),
        "/products/new",
    )


def already_open(number: str) -> Barred:
    """One talk at a time about the same thing."""
    return Barred(
        Text(
            "同一双方就同一事项只有一次进行中的对接", "Two organizations hold one talk at a time about the same thing"
        ),
        Text("%(number)s 还没有结束", "%(number)s is still open") % {"number": number},
        Text("请到那次对接中继续", "Go on in that one"),
        Text("已有对接 %(number)s", "Open already: %(number)s") % {"number": number},
        number,
    )


def wait_after_decline(again: datetime, side: str) -> Barred:
    """Who was declined does not come back the next day. ``side``: of who asks."""
    when: dict[str, object] = {"day": day_text(again)}
    others = (
        Text("需方可以随时主动邀请您", "The demander can invite you at any time")
        if side == SUPPLIER
        else Text("供方可以随时用产品答复您的需求", "The vendor can answer your need at any time")
    )
    return Barred(
        Text("被谢绝后过一段时间才能再次发起", "Whoever was declined waits before asking again"),
        Text("对方已谢绝；%(day)s 起可以再发起", "The other side declined; you can ask again from %(day)s") % when,
        others,
        Text("对方已谢绝；%(day)s 起可以再发起", "Declined; ask again from %(day)s") % when,
    )


def too_many(most: int) -> Barred:
    """Talks are opened one by one, not by the hundred."""
    return Barred(
        Text(
            "一个单位最多有 %(most)d 次对接等待对方答复",
            "An organization has at most %(most)d talks waiting for answers",
        )
        % {"most": most},
        Text("您的单位已经达到", "Yours has reached that number"),
        Text("等对方答复，或撤回其中一些", "Wait for answers, or withdraw some"),
        Text("等待答复的对接已满", "Too many talks wait for answers"),
        href="/workspace/enquiries?status=opened",
    )
