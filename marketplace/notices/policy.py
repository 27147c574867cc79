"""Who may object, read an objection and decide on it. Notices themselves are public."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from marketplace.core.actor import Actor, Duty, PostHeld, covers
from marketplace.notices.models import Notice, NoticeParty, Objection
from marketplace.posts.policy import in_region


def can_object(actor: Actor, _notice: Notice) -> bool:
    """Anybody who signed in: an objection is made in one's own name."""
    return actor.signed_in


def concerned(notice: Notice) -> frozenset[int]:
    """Every organization whose matter it is."""
    return frozenset({notice.organization_id, *(each.organization_id for each in notice.parties)})


def deciding_post(actor: Actor, objection: Objection) -> PostHeld | None:
    """The post in which the actor decides: in charge, of none whose matter it is, nor the objector himself."""
    if actor.user_id == objection.user_id:
        return None
    sides = {*concerned(objection.notice), objection.organization_id}
    fit = [post for post in _in_charge(actor, objection.duty, objection.region) if not sides & post.barred]
    return min(fit, key=lambda post: (post.delegation_id is not None, post.post_id), default=None)


def can_decide(actor: Actor, objection: Objection) -> bool:
    """An official who may decide on it."""
    return deciding_post(actor, objection) is not None


def can_view(actor: Actor, objection: Objection) -> bool:
    """Who raised it, and the officials in charge."""
    return (
        actor.is_system
        or (actor.signed_in and actor.user_id == objection.user_id)
        or bool(_in_charge(actor, objection.duty, objection.region))
    )


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [Objection.user_id == actor.user_id] if actor.signed_in else [sa.false()]
    for post in actor.posts:
        seen.append(Objection.duty.in_(sorted(post.duties)) & in_region(post.region, Objection.region))
    return sa.or_(*seen)


def waits_for(actor: Actor) -> sa.ColumnElement[bool]:
    """Objections that the actor may decide on and that wait."""
    owner = sa.select(Notice.organization_id).where(Notice.id == Objection.notice_id).scalar_subquery()
    party = sa.select(NoticeParty.organization_id).where(NoticeParty.notice_id == Objection.notice_id)
    may = [
        Objection.duty.in_(sorted(post.duties))
        & in_region(post.region, Objection.region)
        & owner.not_in(sorted(post.barred))
        & ~party.where(NoticeParty.organization_id.in_(sorted(post.barred))).exists()
        & sa.func.coalesce(Objection.organization_id, 0).not_in(sorted(post.barred))
        for post in actor.posts
    ]
    return (Objection.state == "raised") & (Objection.user_id != actor.user_id) & sa.or_(sa.false(), *may)


def _in_charge(actor: Actor, duty: str, region: str) -> list[PostHeld]:
    return [post for post in actor.posts if cast(Duty, duty) in post.duties and covers(post.region, region)]
