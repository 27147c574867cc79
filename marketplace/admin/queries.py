"""Selects of administrators: users with what they are, their posts, their sessions, organizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import Attempt, User, UserSession
from marketplace.accounts.queries import alive, can_sign_in
from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.organizations.models import Member, Organization
from marketplace.posts.models import Post
from marketplace.posts.policy import in_region
from marketplace.posts.queries import in_force

USER_STATES: dict[str, Text] = {
    "active": Text("正常", "Active"),
    "unconfirmed": Text("未确认邮箱", "Address not confirmed"),
    "disabled": Text("已停用", "Disabled"),
    "deleted": Text("已注销", "Deleted"),
}
USER_KINDS: dict[str, Text] = {
    "member": Text("单位成员", "Members of organizations"),
    "official": Text("经办人", "Officials"),
    "administrator": Text("管理员", "Administrators"),
    "none": Text("没有单位和岗位", "Neither organization nor post"),
}
RECENT = 10


@dataclass(frozen=True, slots=True)
class UserQuestion:
    """What the list of users is asked for; empty means everything."""

    text: str = ""
    state: str = ""
    kind: str = ""


def state_of(user: User) -> str:
    """A key of USER_STATES."""
    if user.disabled_at is not None:
        return "deleted" if user.deleted_at is not None else "disabled"
    return "active" if user.confirmed_at is not None else "unconfirmed"


def users(question: UserQuestion) -> sa.Select[User]:
    """The users asked for, the newest first."""
    select = sa.select(User).order_by(User.id.desc())
    if question.text:
        select = select.where(_written(question.text))
    if question.state:
        select = select.where(_in_state(question.state))
    if question.kind:
        select = select.where(_of_kind(question.kind))
    return select


def _written(text: str) -> sa.ColumnElement[bool]:
    """Part of the address, of the name, or of the name of an organization."""
    organizations = (
        sa.exists()
        .where(Member.user_id == User.id, Member.organization_id == Organization.id)
        .where(Organization.name.contains(text, autoescape=True) | (Organization.number == text.upper()))
    )
    address = User.email.contains(text.lower(), autoescape=True)
    return sa.or_(address, User.name.contains(text, autoescape=True), organizations)


def _in_state(state: str) -> sa.ColumnElement[bool]:
    if state == "deleted":
        return User.deleted_at.is_not(None)
    if state == "disabled":
        return User.disabled_at.is_not(None) & User.deleted_at.is_(None)
    return can_sign_in() if state == "active" else User.disabled_at.is_(None) & User.confirmed_at.is_(None)


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    member = sa.exists().where(Member.user_id == User.id)
    official = sa.exists().where(Post.user_id == User.id, in_force(Post))
    administrator = User.administrator != ""
    return {"member": member, "official": official, "administrator": administrator}.get(
        kind, ~member & ~official & ~administrator
    )


def standing(found: Sequence[User]) -> Mapping[int, list[Text]]:
    """User key → the organizations and departments that he belongs to now. One statement, however many."""
    ids = [user.id for user in found]
    told: dict[int, list[Text]] = {key: [] for key in ids}
    of_members = (
        sa.select(Member.user_id, Organization.name, Organization.name_en, sa.literal(0).label("place"), Member.id)
        .join(Member.organization)
        .where(Member.user_id.in_(ids))
    )
    of_posts = sa.select(Post.user_id, Post.department, Post.department_en, sa.literal(1), Post.id).where(
        Post.user_id.in_(ids), in_force(Post)
    )
    both = sa.union_all(of_members, of_posts).subquery()
    for user_id, name, name_en, *_order in db.session.execute(sa.select(both).order_by(both.c.place, both.c.id)):
        told[user_id].append(Text(name, name_en or name))
    return told


def user_by_id(key: int) -> User:
    """The user with this key.

    Raises:
        NotFound: there is none.
    """
    user = db.session.get(User, key)
    if user is None:
        raise NotFound
    return user


def memberships_of(user: User) -> Sequence[Member]:
    """His places in organizations."""
    select = sa.select(Member).where(Member.user_id == user.id).options(joinedload(Member.organization))
    return db.session.scalars(select.order_by(Member.id)).all()


def posts_of(user: User) -> Sequence[Post]:
    """His posts, also those that ended, the newest first."""
    return db.session.scalars(sa.select(Post).where(Post.user_id == user.id).order_by(Post.id.desc())).all()


def sessions_of(user: User) -> tuple[int, Sequence[UserSession]]:
    """How many sessions are open, and the latest ones, open or ended."""
    mine = sa.select(UserSession).where(UserSession.user_id == user.id)
    open_ = mine.where(alive())
    count = db.session.scalar(sa.select(sa.func.count()).select_from(open_.subquery())) or 0
    return count, db.session.scalars(mine.order_by(UserSession.id.desc()).limit(RECENT)).all()


def attempts_of(user: User) -> Sequence[Attempt]:
    """The latest tries to sign in to an account."""
    select = sa.select(Attempt).where(Attempt.user_id == user.id).order_by(Attempt.id.desc())
    return db.session.scalars(select.limit(RECENT)).all()


def user_counts() -> dict[str, int]:
    """How many users are in each state, in one statement."""
    counted = [sa.func.count().filter(_in_state(state)) for state in USER_STATES]
    row: Any = db.session.execute(sa.select(*counted).select_from(User)).one()
    return dict(zip(USER_STATES, row, strict=True))


def administrators() -> Sequence[User]:
    """Everybody who administers anything, by kind."""
    select = sa.select(User).where(User.administrator != "").order_by(User.administrator, User.id)
    return db.session.scalars(select).all()


@dataclass(frozen=True, slots=True)
class OrganizationQuestion:
    """What the list of organizations is asked for; ``city`` is a GB/T 2260 code."""

    text: str = ""
    state: str = ""
    kind: str = ""
    city: str = ""


def organizations(question: OrganizationQuestion) -> sa.Select[Organization]:
    """The organizations asked for in any state, the newest first."""
    select = sa.select(Organization).order_by(Organization.id.desc())
    if question.text:
        named = Organization.name.contains(question.text, autoescape=True)
        exact = (Organization.number == question.text.upper()) | (Organization.credit_code == question.text.upper())
        select = select.where(named | exact)
    if question.state:
        select = select.where(Organization.state == question.state)
    if question.kind:
        select = select.where(Organization.kind == question.kind)
    if question.city:
        select = select.where(in_region(question.city, Organization.region))
    return select


def member_counts(found: Sequence[Organization]) -> Mapping[int, int]:
    """Organization key → how many members it has."""
    counted = sa.select(Member.organization_id, sa.func.count()).group_by(Member.organization_id)
    rows = db.session.execute(counted.where(Member.organization_id.in_([each.id for each in found])))
    return {row[0]: row[1] for row in rows}


# ---- posts ----------------------------------------------------------------------------------------------------------

POST_STATES: dict[str, Text] = {
    "held": Text("在任", "In force"),
    "coming": Text("未开始", "Not begun"),
    "over": Text("已结束", "Ended"),
}


@dataclass(frozen=True, slots=True)
class PostQuestion:
    """What the list of posts is asked for; ``text`` is part of the department, or of the holder's name or address."""

    text: str = ""
    region: str = ""
    duty: str = ""
    state: str = ""


def post_state(post: Post) -> str:
    """A key of POST_STATES."""
    if post.since > clock.now():
        return "coming"
    return "held" if post.until is None or post.until > clock.now() else "over"


def posts(question: PostQuestion) -> sa.Select[Post]:
    """The posts asked for with their holders, the newest first."""
    select = sa.select(Post).join(Post.user).options(contains_eager(Post.user)).order_by(Post.id.desc())
    if question.text:
        holder = User.name.contains(question.text, autoescape=True)
        address = User.email.contains(question.text.lower(), autoescape=True)
        select = select.where(Post.department.contains(question.text, autoescape=True) | holder | address)
    if question.region:
        select = select.where(Post.region == question.region)
    if question.duty:
        select = select.where(sa.cast(Post.duties, sa.Text).contains(f'"{question.duty}"'))
    if question.state:
        select = select.where(_post_in_state(question.state))
    return select


def _post_in_state(state: str) -> sa.ColumnElement[bool]:
    if state == "coming":
        return Post.since > clock.now()
    return in_force(Post) if state == "held" else Post.until <= clock.now()


def post_by_id(key: int) -> Post:
    """The post with this key and its holder.

    Raises:
        NotFound: there is none.
    """
    post = db.session.scalar(sa.select(Post).where(Post.id == key).options(joinedload(Post.user)))
    if post is None:
        raise NotFound
    return post
