"""Selects of members, of requests to join and of invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.members.models import FormerMember, Invitation, JoinRequest
from marketplace.members.policy import owned, requests_visible_to
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.policy import visible_to
from marketplace.web.plate import PersonalPart

SHOWN = 30


def member_of(organization: Organization, member_id: int) -> Member:
    """The member with this key, read now.

    Raises:
        NotFound: the organization has none.
    """
    select = sa.select(Member).where(Member.organization_id == organization.id, Member.id == member_id)
    found = db.session.scalar(select.options(joinedload(Member.user)).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def membership(organization_id: int, user_id: int | None) -> Member | None:
    """The membership of a person, read now."""
    select = sa.select(Member).where(Member.organization_id == organization_id, Member.user_id == user_id)
    return db.session.scalar(select.execution_options(populate_existing=True))


def memberships(user_id: int) -> Sequence[Member]:
    """Every membership of a person, with its organization."""
    select = sa.select(Member).where(Member.user_id == user_id).options(joinedload(Member.organization))
    return db.session.scalars(select.order_by(Member.id)).all()


def requests_by(user_id: int) -> Sequence[JoinRequest]:
    """Every request of a person, whatever became of it."""
    return db.session.scalars(sa.select(JoinRequest).where(JoinRequest.user_id == user_id)).all()


def invitations_to(user_id: int) -> Sequence[Invitation]:
    """Every invitation to a person's address, whatever became of it."""
    return db.session.scalars(sa.select(Invitation).where(_to_address(user_id))).all()


def owner_count(organization: Organization) -> int:
    """How many owners the organization has now."""
    owners = (Member.organization_id == organization.id) & (Member.role == "owner")
    return db.session.scalar(sa.select(sa.func.count()).where(owners)) or 0


def owners(organization_id: int) -> Sequence[User]:
    """The owners who can sign in: who is told what waits for a decision."""
    select = sa.select(User).join(Member).where(Member.organization_id == organization_id, Member.role == "owner")
    return db.session.scalars(select.where(can_sign_in()).order_by(Member.id)).all()


def organization_asked(text: str, actor: Actor) -> Organization | None:
    """The organization that a person means: by its number if he may see it, by its whole credit code in any case.

    Who knows the code learns nothing here that founding would not tell him: that it is registered.
    """
    wanted = text.strip().upper()
    named = (Organization.credit_code == wanted) | ((Organization.number == wanted) & visible_to(actor))
    return db.session.scalar(sa.select(Organization).where(named))


def request_by_key(key: str, actor: Actor) -> JoinRequest:
    """The request if the actor may see it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(JoinRequest).where(JoinRequest.id == _key(key), requests_visible_to(actor))
    found = db.session.scalar(select.options(joinedload(JoinRequest.organization)))
    if found is None:
        raise NotFound
    return found


def invitation_by_key(key: str, actor: Actor) -> Invitation:
    """The invitation for an owner of the organization that invites.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(Invitation).where(Invitation.id == _key(key), Invitation.organization_id.in_(owned(actor)))
    found = db.session.scalar(select.options(joinedload(Invitation.organization)))
    if found is None:
        raise NotFound
    return found


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def open_request(organization_id: int, user_id: int | None) -> JoinRequest | None:
    """The request of a person that is still open."""
    pair = (JoinRequest.organization_id == organization_id) & (JoinRequest.user_id == user_id)
    return db.session.scalar(sa.select(JoinRequest).where(pair, JoinRequest.state == "open"))


def open_invitation(organization_id: int, email: str) -> Invitation | None:
    """The invitation of an address that is still open."""
    pair = (Invitation.organization_id == organization_id) & (Invitation.email == email)
    return db.session.scalar(sa.select(Invitation).where(pair, Invitation.state == "open"))


def open_invitation_count(organization_id: int) -> int:
    """How many invitations of an organization are open."""
    theirs = (Invitation.organization_id == organization_id) & (Invitation.state == "open")
    return db.session.scalar(sa.select(sa.func.count()).where(theirs)) or 0


def turned_away_at(organization_id: int, user_id: int | None) -> datetime | None:
    """When the organization last declined the person's request or removed him."""
    declined = sa.select(sa.func.max(JoinRequest.decided_at)).where(
        JoinRequest.organization_id == organization_id,
        JoinRequest.user_id == user_id,
        JoinRequest.state == "declined",
    )
    removed = sa.select(sa.func.max(FormerMember.left_at)).where(
        FormerMember.organization_id == organization_id, FormerMember.user_id == user_id, FormerMember.removed
    )
    found = [moment for moment in (db.session.scalar(declined), db.session.scalar(removed)) if moment is not None]
    return max(found, default=None)


def requests_of(organization: Organization) -> Sequence[JoinRequest]:
    """The open requests of an organization, the oldest first."""
    mine = (JoinRequest.organization_id == organization.id) & (JoinRequest.state == "open")
    select = sa.select(JoinRequest).where(mine).options(joinedload(JoinRequest.user))
    return db.session.scalars(select.order_by(JoinRequest.id)).all()


def invitations_of(organization: Organization) -> Sequence[Invitation]:
    """The invitations of an organization, the newest first."""
    select = sa.select(Invitation).where(Invitation.organization_id == organization.id)
    return db.session.scalars(select.order_by(Invitation.id.desc()).limit(SHOWN)).all()


def my_requests(actor: Actor) -> Sequence[JoinRequest]:
    """What the actor asked for, the newest first."""
    select = sa.select(JoinRequest).where(JoinRequest.user_id == actor.user_id)
    select = select.options(joinedload(JoinRequest.organization)).order_by(JoinRequest.id.desc())
    return db.session.scalars(select.limit(SHOWN)).all()


def my_invitations(actor: Actor) -> Sequence[Invitation]:
    """The open invitations to the actor's address."""
    select = sa.select(Invitation).where(_to_address_of(actor)).options(joinedload(Invitation.organization))
    return db.session.scalars(select.order_by(Invitation.id)).all()


def requests_to_decide(actor: Actor) -> Sequence[JoinRequest]:
    """The open requests that wait for the actor, the oldest first."""
    select = sa.select(JoinRequest).where(_to_decide(actor))
    select = select.options(joinedload(JoinRequest.user), joinedload(JoinRequest.organization))
    return db.session.scalars(select.order_by(JoinRequest.id)).all()


def duty_selects(actor: Actor) -> list[sa.Select[int]]:
    """The invitations and requests that wait for the actor, a row each."""
    return [sa.select(Invitation.id).where(_to_address_of(actor)), sa.select(JoinRequest.id).where(_to_decide(actor))]


def _to_decide(actor: Actor) -> sa.ColumnElement[bool]:
    return JoinRequest.organization_id.in_(owned(actor)) & (JoinRequest.state == "open")


def _to_address_of(actor: Actor) -> sa.ColumnElement[bool]:
    return _to_address(actor.user_id) & (Invitation.state == "open")


def _to_address(user_id: int | None) -> sa.ColumnElement[bool]:
    return Invitation.email == sa.select(User.email).where(User.id == user_id).scalar_subquery()


def due_requests(now: datetime, limit: int) -> Sequence[JoinRequest]:
    """Open requests whose time is over."""
    select = sa.select(JoinRequest).where(JoinRequest.state == "open", JoinRequest.expires_at <= now)
    return db.session.scalars(select.limit(limit)).all()


def due_invitations(now: datetime, limit: int) -> Sequence[Invitation]:
    """Open invitations whose time is over."""
    select = sa.select(Invitation).where(Invitation.state == "open", Invitation.expires_at <= now)
    return db.session.scalars(select.limit(limit)).all()


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person asked for, the invitations from him and to him, and where he was a member."""
    organization, role = Text("单位编号", "Number of the organization"), Text("身份", "Role")
    state, at = Text("状态", "State"), Text("时间", "When")
    return (
        _part(JoinRequest, Text("加入申请", "Requests to join"), JoinRequest.user_id == user_id, {
            "number": organization, "message": Text("附言", "Message"), "state": state, "created_at": at,
        }),
        _part(Invitation, Text("邀请", "Invitations"), (Invitation.invited_by == user_id) | _to_address(user_id), {
            "number": organization, "role": role, "state": state, "created_at": at,
        }),
        _part(FormerMember, Text("曾经加入的单位", "Former memberships"), FormerMember.user_id == user_id, {
            "number": organization, "role": role, "joined_at": Text("加入", "Joined"), "left_at": Text("退出", "Left"),
        }),
    )  # fmt: skip


def _part(
    model: type[JoinRequest] | type[Invitation] | type[FormerMember],
    title: Text,
    mine: sa.ColumnElement[bool],
    labels: dict[str, Text],
) -> PersonalPart:
    columns = [Organization.number if key == "number" else getattr(model, key) for key in labels]
    joined = sa.select(*columns).join_from(model, Organization, Organization.id == model.organization_id)
    rows = db.session.execute(joined.where(mine).order_by(model.id))
    return PersonalPart(model.__tablename__, title, labels, [dict(row._mapping) for row in rows])
