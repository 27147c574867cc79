"""Selects of organizations and their members, and what a user is: his actor."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core.actor import Actor, Membership, PostHeld
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.foundation.ledger import LedgerEntry
from marketplace.organizations.models import PROPOSAL_OPEN, Member, Organization, Proposal
from marketplace.organizations.policy import can_edit, can_see_licence, public, visible_to
from marketplace.organizations.tree import line_of
from marketplace.posts.policy import may_decide
from marketplace.posts.queries import posts_held

# States in which an organization waits for its members.
UNFINISHED = ("registered", "returned")


def actor_of(user: User) -> Actor:
    """What the policies need to know of a user; upper capabilities add their part (extension "actor_parts")."""
    parts = [part(user) for part in current_app.extensions.get("actor_parts", ())]
    select = sa.select(Member).where(Member.user_id == user.id).options(joinedload(Member.organization))
    memberships = tuple(
        Membership(member.organization_id, member.role, member.organization.state)  # type: ignore[arg-type]
        for member in db.session.scalars(select.order_by(Member.id))
    )
    own = frozenset(each.organization_id for each in memberships)
    above, below = line_of(own)
    return Actor(
        kind="user",
        user_id=user.id,
        name=user.name,
        memberships=memberships,
        posts=tuple(_barred(post, own | above | below) for post in posts_held(user)),
        administrator=user.administrator,  # type: ignore[arg-type]  # the table holds it to the kinds there are
        below=below,
        **ChainMap(*parts),
    )


def _barred(post: PostHeld, own: frozenset[int]) -> PostHeld:
    """The post with the organizations barred from it: a deputy is bound by whom he stands for, too."""
    if post.delegated_by is None:
        return replace(post, barred=own)
    theirs = frozenset(db.session.scalars(sa.select(Member.organization_id).where(Member.user_id == post.delegated_by)))
    return replace(post, barred=own.union(theirs, *line_of(theirs)))


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


def open_proposal(organization: Organization) -> Proposal | None:
    """The new identity that is being written or verified, read now."""
    theirs = (Proposal.organization_id == organization.id) & Proposal.state.in_(PROPOSAL_OPEN)
    return db.session.scalar(sa.select(Proposal).where(theirs).execution_options(populate_existing=True))


def proposals_of(organization: Organization) -> Sequence[Proposal]:
    """Every new identity that was ever proposed, the newest first."""
    select = sa.select(Proposal).where(Proposal.organization_id == organization.id)
    return db.session.scalars(select.order_by(Proposal.id.desc())).all()


def history_of(organization: Organization) -> Sequence[LedgerEntry]:
    """What happened to the organization and to the identities it proposed, the newest first."""
    own = (LedgerEntry.subject_type == "organization") & (LedgerEntry.subject_id == organization.id)
    ids = sa.select(Proposal.id).where(Proposal.organization_id == organization.id)
    theirs = (LedgerEntry.subject_type == "proposal") & LedgerEntry.subject_id.in_(ids)
    return db.session.scalars(sa.select(LedgerEntry).where(own | theirs).order_by(LedgerEntry.id.desc())).all()


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
    """What an official has to verify, as a condition; never what his own organization, or its line, filed."""
    return (Organization.state == "pending") & may_decide(actor, "verify", Organization.region, Organization.id)


def proposals_waiting(actor: Actor) -> sa.ColumnElement[bool]:
    """The new identities that an official has to verify, as a condition; the same holds for them."""
    decides = may_decide(actor, "verify", Proposal.region, Proposal.organization_id)
    return (Proposal.state == "in_review") & decides


def duty_selects(actor: Actor) -> list[sa.Select[int]]:
    """The organizations that wait for the actor: unfinished or with a returned change, and those that ask a parent."""
    if not actor.organization_ids:
        return []
    mine = Organization.id.in_(sorted(actor.organization_ids))
    owned = sorted(each.organization_id for each in actor.memberships if each.role == "owner")
    asked = Organization.parent_id.in_(owned) & (Organization.parent_state == "asked")
    return [sa.select(Organization.id).where((mine & (Organization.state.in_(UNFINISHED) | _returned())) | asked)]


def _returned() -> sa.ColumnElement[bool]:
    return sa.exists().where(Proposal.organization_id == Organization.id, Proposal.state == "returned")


def proposals_with(ids: Sequence[int]) -> Sequence[Proposal]:
    """The proposals with these keys and their organizations, whoever asks (for a queue)."""
    select = sa.select(Proposal).where(Proposal.id.in_(ids)).options(joinedload(Proposal.organization))
    return db.session.scalars(select).all()


def unfinished(actor: Actor) -> Sequence[Organization]:
    """The actor's organizations that wait for their members: not submitted yet, returned, or with a returned change."""
    if not actor.organization_ids:
        return ()
    mine = Organization.id.in_(sorted(actor.organization_ids))
    select = sa.select(Organization).where(mine, Organization.state.in_(UNFINISHED) | _returned())
    return db.session.scalars(select.options(joinedload(Organization.open_proposal)).order_by(Organization.id)).all()


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


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """A licence: its members; officials in charge as far as it is the verified one or the one they judge."""
    organization = db.session.get(Organization, file.owner_id)
    if organization is None or not can_see_licence(actor, organization):
        return False
    proposal = open_proposal(organization)
    named = {organization.licence_id, proposal.content["licence_id"] if proposal else None}
    return can_edit(actor, organization) or file.id in named
