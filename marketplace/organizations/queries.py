"""Selects of organizations and their members, and what a user is: his actor."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core.actor import Actor, Membership
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.policy import public, visible_to
from marketplace.posts.policy import in_region
from marketplace.posts.queries import posts_held

# States in which an organization waits for its members.
UNFINISHED = ("registered", "returned")


def actor_of(user: User) -> Actor:
    """What the policies need to know of a user; upper capabilities add their part (extension "actor_parts")."""
    parts = [part(user) for part in current_app.extensions.get("actor_parts", ())]
    select = sa.select(Member).where(Member.user_id == user.id).options(joinedload(Member.organization))
    return Actor(
        kind="user",
        user_id=user.id,
        name=user.name,
        memberships=tuple(
            Membership(member.organization_id, member.role, member.organization.state)  # type: ignore[arg-type]
            for member in db.session.scalars(select.order_by(Member.id))
        ),
        posts=posts_held(user),
        administrator=user.administrator,
        **ChainMap(*parts),
    )


def organization_by_number(number: str, actor: Actor) -> Organization:
    """The organization if the actor may see it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(Organization).where(Organization.number == number, visible_to(actor))
    found = db.session.scalar(select.options(selectinload(Organization.parent)))
    if found is None:
        raise NotFound
    return found


def organization_named(text: str, actor: Actor) -> Organization | None:
    """The organization that a person means by its number or credit code, if the actor may see it."""
    wanted = text.strip().upper()
    named = (Organization.number == wanted) | (Organization.credit_code == wanted)
    return db.session.scalar(sa.select(Organization).where(named, visible_to(actor)))


def organization_by_id(organization_id: int) -> Organization:
    """The organization with this key, whoever asks (for what runs without an actor)."""
    return db.session.get_one(Organization, organization_id)


def holder_of_code(code: str) -> Organization | None:
    """The organization with this credit code, in whatever state."""
    return db.session.scalar(sa.select(Organization).where(Organization.credit_code == code))


def is_below(organization_id: int | None, upper: Organization) -> bool:
    """Whether an organization is ``upper`` itself or lies below it in the line of parents."""
    while organization_id is not None and organization_id != upper.id:
        organization_id = db.session.scalar(sa.select(Organization.parent_id).where(Organization.id == organization_id))
    return organization_id is not None


def key_of(number: str) -> int | None:
    """The key of a number, whoever asks (for the logs)."""
    return db.session.scalar(sa.select(Organization.id).where(Organization.number == number))


def numbers_and_names(ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """(key, number, name) of organizations, whoever asks (for the logs)."""
    rows = db.session.execute(
        sa.select(Organization.id, Organization.number, Organization.name).where(Organization.id.in_(ids))
    )
    return [(row.id, row.number, row.name) for row in rows]


def my_organizations(actor: Actor) -> Sequence[Organization]:
    """The organizations the actor is a member of, the one joined first before."""
    select = sa.select(Organization).join(Member).where(Member.user_id == actor.user_id).order_by(Member.id)
    return db.session.scalars(select).all()


def members_of(organization: Organization) -> Sequence[Member]:
    """The members, owners first."""
    select = sa.select(Member).where(Member.organization_id == organization.id).options(joinedload(Member.user))
    return db.session.scalars(select.order_by(Member.role.desc(), Member.id)).all()


def member_users(organization_id: int) -> Sequence[User]:
    """The users to tell when something happens to an organization: its members who can sign in, owners first."""
    select = sa.select(User).join(Member).where(Member.organization_id == organization_id, can_sign_in())
    return db.session.scalars(select.order_by(Member.role.desc(), Member.id)).all()


def waits_for_verification(actor: Actor) -> sa.ColumnElement[bool]:
    """What an official has to verify, as a condition; what his own organizations filed is not his to decide."""
    posts = [post for post in actor.posts if "verify" in post.duties]
    where = sa.or_(sa.false(), *(in_region(post.region, Organization.region) for post in posts))
    return (Organization.state == "pending") & where & Organization.id.not_in(sorted(actor.organization_ids))


def waiting_count(actor: Actor) -> int:
    """How many of the actor's own organizations wait for him."""
    if not actor.organization_ids:
        return 0
    mine = Organization.id.in_(sorted(actor.organization_ids)) & Organization.state.in_(UNFINISHED)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organization).where(mine)) or 0


def unfinished(actor: Actor) -> Sequence[Organization]:
    """The actor's organizations that wait for their members: not submitted yet, or returned."""
    if not actor.organization_ids:
        return ()
    mine = Organization.id.in_(sorted(actor.organization_ids))
    select = sa.select(Organization).where(mine, Organization.state.in_(UNFINISHED))
    return db.session.scalars(select.order_by(Organization.id)).all()


def public_ids() -> Sequence[int]:
    """The keys of all that everybody may see."""
    return db.session.scalars(sa.select(Organization.id).where(public()).order_by(Organization.id)).all()


def public_versions() -> dict[int, int]:
    """Key → version of all that everybody may see."""
    rows = db.session.execute(sa.select(Organization.id, Organization.version).where(public()))
    return {row.id: row.version for row in rows}


def organizations_with(ids: Sequence[int]) -> Sequence[Organization]:
    """The organizations with these keys, whoever asks (for a queue, which has asked who may see them)."""
    return db.session.scalars(sa.select(Organization).where(Organization.id.in_(ids))).all()


def organizations_by_id(ids: Sequence[int], actor: Actor) -> Sequence[Organization]:
    """The organizations with these keys that the actor may see, in the order given."""
    rows = db.session.scalars(sa.select(Organization).where(Organization.id.in_(ids), visible_to(actor)))
    found = {row.id: row for row in rows}
    return [found[each] for each in ids if each in found]
