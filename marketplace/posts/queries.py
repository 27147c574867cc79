"""Selects of posts and of the officials who hold them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core import clock
from marketplace.core.actor import PROVINCE, Duty, PostHeld
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.posts.models import Post
from marketplace.web.plate import PersonalPart


def officials(duty: Duty, region: str) -> Sequence[User]:
    """The users in charge of ``duty`` for a place: the city's officials, or the province's where the city has none.

    ``region`` is a GB/T 2260 code of a city or county; the province's own code and "" (outside Anhui) are the
    province's business.
    """
    levels = (region[:4] + "00", PROVINCE) if region else (PROVINCE,)
    posts = db.session.scalars(
        sa.select(Post)
        .join(User)
        .where(Post.region.in_(levels), can_sign_in(), in_force())
        .options(joinedload(Post.user))
        .order_by(Post.id)
    )
    holding = [post for post in posts if duty in post.duties]
    nearest = [post for post in holding if post.region != PROVINCE] or holding
    return list({post.user_id: post.user for post in nearest}.values())


def posts_by_id(ids: Sequence[int]) -> dict[int, Post]:
    """Posts by key, for naming in which post somebody acted."""
    return {post.id: post for post in db.session.scalars(sa.select(Post).where(Post.id.in_(ids)))}


def posts_in_force(user: User) -> Sequence[Post]:
    """The posts a user holds now, the oldest first."""
    select = sa.select(Post).where(Post.user_id == user.id, in_force()).order_by(Post.id)
    return db.session.scalars(select).all()


def posts_held(user: User) -> tuple[PostHeld, ...]:
    """The same for his actor."""
    return tuple(
        PostHeld(post.id, post.department, post.region, frozenset(post.duties)) for post in posts_in_force(user)
    )


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The posts that a person holds or held, for the copy of his data."""
    labels = {
        "department": Text("部门", "Department"), "region": Text("地区", "Region"), "duties": Text("职责", "Duties"),
        "since": Text("起", "From"), "until": Text("止", "To"),
    }  # fmt: skip
    rows = db.session.scalars(sa.select(Post).where(Post.user_id == user_id).order_by(Post.id))
    return (PersonalPart("post", Text("岗位", "Posts"), labels, [
        {"department": each.label, "region": each.region, "duties": each.duties, "since": each.since,
         "until": each.until} for each in rows
    ]),)  # fmt: skip


def keeps(user_id: int) -> Sequence[Refused]:
    """An official cannot leave while a post is in force: somebody must take it over."""
    posts = db.session.scalars(sa.select(Post).where(Post.user_id == user_id, in_force()).order_by(Post.id))
    return [
        Refused(
            Text("有岗位的人要先卸任，才能注销账号", "Who holds a post gives it up before the account is deleted"),
            Text(f"您还担任岗位：{post.label.zh}", f"You hold a post: {post.label.en}"),
            Text("请联系平台管理员结束这个岗位", "Ask the administrator of the site to end this post"),
        )
        for post in posts
    ]


def in_force() -> sa.ColumnElement[bool]:
    """Posts that are held now, as a condition on the table."""
    now = clock.now()
    return (Post.since <= now) & (Post.until.is_(None) | (Post.until > now))
