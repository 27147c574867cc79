"""Selects of people and organizations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Member, Organization, Post, User, UserSession
from marketplace.accounts.policy import in_region, visible_to
from marketplace.core import clock
from marketplace.core.actor import Actor, Membership, PostHeld
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db


def token_hash(token: str) -> str:
    """What the table keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_session(token: str) -> User | None:
    """The user signed in with this token, with memberships and posts; None when the session has ended."""
    found = db.session.scalar(
        sa.select(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .where(UserSession.ends_at > clock.now())
        .options(
            joinedload(UserSession.user).selectinload(User.members).joinedload(Member.organization),
            joinedload(UserSession.user).selectinload(User.posts),
        )
    )
    if found is None or not found.user.is_active:
        return None
    found.user.session_token = token
    return found.user


def actor_of(user: User) -> Actor:
    """What the policies need to know of a user."""
    now = clock.now()
    return Actor(
        kind="user",
        user_id=user.id,
        name=user.name,
        memberships=tuple(
            Membership(member.organization_id, member.role, member.organization.state)  # type: ignore[arg-type]
            for member in sorted(user.members, key=lambda member: member.id)
        ),
        posts=tuple(
            PostHeld(post.id, post.department, post.region, frozenset(post.duties))
            for post in sorted(user.posts, key=lambda post: post.id)
            if post.since <= now and (post.until is None or now < post.until)
        ),
        administrator=user.administrator,
    )


def user_by_email(email: str) -> User | None:
    """The user of an address, however it is written in upper or lower case."""
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))


def organization_by_number(number: str, actor: Actor) -> Organization:
    """The organization if the actor may see it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(Organization).where(Organization.number == number, visible_to(actor))
    found = db.session.scalar(select.options(joinedload(Organization.parent)))
    if found is None:
        raise NotFound
    return found


def my_organizations(actor: Actor) -> Sequence[Organization]:
    """The organizations the actor is a member of, the one joined first before."""
    select = sa.select(Organization).join(Member).where(Member.user_id == actor.user_id).order_by(Member.id)
    return db.session.scalars(select).all()


def members_of(organization: Organization) -> Sequence[Member]:
    """The members, owners first."""
    select = sa.select(Member).where(Member.organization_id == organization.id).options(joinedload(Member.user))
    return db.session.scalars(select.order_by(Member.role.desc(), Member.id)).all()


def waiting_for_verification(actor: Actor) -> sa.Select[tuple[Organization]]:
    """What an official has to verify, oldest first; what his own organizations filed is not his to decide."""
    posts = [post for post in actor.posts if "verify" in post.duties]
    where = sa.or_(sa.false(), *(in_region(post.region, Organization.region) for post in posts))
    return (
        sa.select(Organization)
        .where(Organization.state == "pending", where, Organization.id.not_in(sorted(actor.organization_ids)))
        .order_by(Organization.submitted_at, Organization.id)
    )


def people(ids: Sequence[int]) -> dict[int, User]:
    """Users by key, with their posts, for naming who acted."""
    rows = db.session.scalars(sa.select(User).where(User.id.in_(ids)).options(selectinload(User.posts)))
    return {user.id: user for user in rows}


def posts_of(user: User) -> Sequence[Post]:
    """All posts of a user, the newest first."""
    return db.session.scalars(sa.select(Post).where(Post.user_id == user.id).order_by(Post.id.desc())).all()
