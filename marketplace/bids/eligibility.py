"""Who may bid: each condition of a challenge that a machine can check, with the fact and the next step."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from marketplace.challenges.models import Challenge
from marketplace.core.actor import covers
from marketplace.core.errors import Refused
from marketplace.core.text import Text, enumerated
from marketplace.foundation.db import db
from marketplace.organizations.models import KIND_LABELS, Organization, OrganizationKind
from marketplace.organizations.tree import line_of
from marketplace.products.models import Product
from marketplace.reference import catalogue, regions

ONE_BID = Text(
    "每个单位在同一榜单只能参加一份申报，牵头和参加合并计算",
    "An organization takes part in one bid of a challenge, as lead or partner",
)


def barriers(challenge: Challenge, organization: Organization, *, lead: bool) -> Iterator[Refused]:
    """Why an organization cannot take part, nothing when it can. A partner need not have the lead's capability."""
    if organization.state != "verified":
        yield Refused(
            Text("已认证的单位才能揭榜", "Only verified organizations can bid"),
            Text("“%(name)s”没有通过认证，或已被暂停", "%(name)s is not verified, or suspended")
            % {"name": organization.label},
            Text("请先完成单位认证", "Have it verified first"),
        )
    yield from _ties_to_owner(challenge, organization)
    if lead:
        yield from _kind(challenge, organization)
        yield from _place(challenge, organization)
        yield from _capability(challenge, organization)


def _ties_to_owner(challenge: Challenge, organization: Organization) -> Iterator[Refused]:
    """The owner does not bid on its own need, nor do its parents and subsidiaries where the challenge bars them."""
    owner = challenge.organization_id
    above, below = line_of([owner])
    barred = {owner} | (above | below if challenge.content.get("owner_barred", True) else set())
    if organization.id in barred:
        yield Refused(
            Text(
                "需求单位及与其有控股关系的单位不能揭榜",
                "The owner of the need, its parents and subsidiaries do not bid",
            ),
            Text(
                "“%(name)s”是需求单位，或与它有上下级关系",
                "%(name)s is the owner, or in its line of parents and subsidiaries",
            )
            % {"name": organization.label},
            Text(
                "可以关注其他榜单；关系登记有误的，请在单位页面更正",
                "See other challenges; correct a wrong link on its page",
            ),
        )


def _kind(challenge: Challenge, organization: Organization) -> Iterator[Refused]:
    wanted = [kind for kind in OrganizationKind if kind in (challenge.content.get("kinds") or [])]
    if wanted and organization.kind not in wanted:
        yield Refused(
            Text("榜单要求牵头单位是：%(kinds)s", "The lead must be: %(kinds)s")
            % {"kinds": enumerated(KIND_LABELS[each] for each in wanted)},
            Text("“%(name)s”是%(kind)s", "%(name)s is: %(kind)s")
            % {"name": organization.label, "kind": KIND_LABELS[OrganizationKind(organization.kind)]},
            Text("可以作为参加单位，由符合条件的单位牵头", "Take part as a partner of a lead that fits"),
        )


def _place(challenge: Challenge, organization: Organization) -> Iterator[Refused]:
    wanted = challenge.content.get("regions") or []
    if wanted and not any(organization.region and covers(each, organization.region) for each in wanted):
        yield Refused(
            Text("榜单要求牵头单位注册在：%(places)s", "The lead must be registered in: %(places)s")
            % {"places": enumerated(regions.full_name(each) for each in wanted)},
            Text("“%(name)s”注册在别处", "%(name)s is registered elsewhere") % {"name": organization.label},
            Text("可以作为参加单位，由符合条件的单位牵头", "Take part as a partner of a lead that fits"),
        )


def _capability(challenge: Challenge, organization: Organization) -> Iterator[Refused]:
    wanted = challenge.content.get("categories") or []
    offers = sa.exists().where(
        Product.organization_id == organization.id, Product.state == "published", Product.category.in_(wanted)
    )
    if wanted and not db.session.scalar(sa.select(offers)):
        yield Refused(
            Text("榜单要求牵头单位有已发布的产品：%(kinds)s", "The lead must have a published product: %(kinds)s")
            % {"kinds": enumerated(catalogue.category(each).label for each in wanted)},
            Text("“%(name)s”没有这类已发布的产品", "%(name)s has none") % {"name": organization.label},
            Text("先登记并发布产品，或作为参加单位", "List such a product first, or take part as a partner"),
        )
