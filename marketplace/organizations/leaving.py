"""What a membership means for who wants a copy of his data or deletes his account."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.organizations.models import Member, Organization
from marketplace.web.plate import PersonalPart


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The organizations that a person belongs to."""
    labels = {
        "number": Text("编号", "Number"), "organization": Text("单位", "Organization"), "role": Text("身份", "Role"),
    }  # fmt: skip
    mine = sa.select(Member).where(Member.user_id == user_id).options(joinedload(Member.organization))
    rows = [
        {"number": each.organization.number, "organization": each.organization.label, "role": each.role}
        for each in db.session.scalars(mine.order_by(Member.id))
    ]
    return (PersonalPart("member", Text("单位成员", "Memberships"), labels, rows),)


def keeps(user_id: int) -> Sequence[Refused]:
    """The only owner of an organization cannot leave: it would be without one."""
    other = aliased(Member)
    owned_by_another = sa.exists().where(
        other.organization_id == Member.organization_id, other.role == "owner", other.user_id != user_id
    )
    alone = (
        sa.select(Organization)
        .join(Member)
        .where(Member.user_id == user_id, Member.role == "owner", ~owned_by_another)
        .order_by(Organization.id)
    )
    return [
        Refused(
            Text("单位不能没有负责人", "An organization is never without an owner"),
            Text(f"您是“{each.label.zh}”唯一的负责人", f"You are the only owner of {each.label.en}"),
            Text(
                "请先在单位页把负责人移交给另一位成员；没有别的成员时先邀请一位",
                "Hand it over to another member on its page first; invite one if there is none",
            ),
        )
        for each in db.session.scalars(alone)
    ]
