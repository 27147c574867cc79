"""Commands: ask to join, invite, answer; change roles, remove, leave, hand over. An organization keeps an owner."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import normal_email
from marketplace.accounts.privacy import no_address
from marketplace.accounts.queries import user_by_email
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.members import lifecycle, queries, refusals
from marketplace.members.lifecycle import INVITATION, REQUEST
from marketplace.members.models import MESSAGE_LIMIT, ROLES, FormerMember, Invitation, JoinRequest
from marketplace.organizations.models import Member, Organization
from marketplace.settings.queries import value

DAYS = Text("天", "days")
REQUEST_DAYS = Setting(
    "members.request_days", Text("加入申请多少天后失效", "Days until a request to join expires"), 30,
    unit=DAYS, least=1, most=365,
)  # fmt: skip
INVITATION_DAYS = Setting(
    "members.invitation_days", Text("成员邀请多少天后失效", "Days until an invitation expires"), 14,
    unit=DAYS, least=1, most=365,
)  # fmt: skip
AGAIN_DAYS = Setting(
    "members.again_days",
    Text("被谢绝或移出后多少天才能再申请", "Waiting time before asking again after being declined or removed"), 30,
    unit=DAYS, least=0, most=365,
)  # fmt: skip
INVITATIONS_MOST = Setting(
    "members.invitations_most", Text("一个单位最多几份未答复的邀请", "Open invitations per organization (maximum)"), 20,
    least=1, most=500,
)  # fmt: skip
SETTINGS = (REQUEST_DAYS, INVITATION_DAYS, AGAIN_DAYS, INVITATIONS_MOST)


# ---- requests to join -----------------------------------------------------------------------------------------------


def ask_to_join(organization: Organization, actor: Actor, message: str) -> JoinRequest:
    """Ask an organization to take the actor in.

    Raises:
        FieldError: on "organization": it has nobody to decide, or the actor is a member, has asked, or must wait.
        Refused: it is suspended.
    """
    lock(organization)
    _check_asking(organization, actor)
    if len(message) > MESSAGE_LIMIT:
        raise FieldError(
            "message", Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": MESSAGE_LIMIT}
        )
    request = JoinRequest(
        organization_id=organization.id, user_id=actor.user_id, message=message,
        expires_at=clock.now() + timedelta(days=value(REQUEST_DAYS)),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError as error:  # asked twice in the same moment
        raise refusals.asked_already() from error
    entry = ledger.record(request, "ask", actor, data={"organization": organization.id})
    emit("join_request.ask", request, {"entry": entry.id})
    return request


def _check_asking(organization: Organization, actor: Actor) -> None:
    if organization.state == "suspended":
        raise lifecycle.suspended(organization)
    if queries.membership(organization.id, actor.user_id) is not None:
        raise refusals.member_already("organization")
    if not queries.owner_count(organization):
        raise refusals.nobody_decides()
    before = queries.open_request(organization.id, actor.user_id)
    if before is not None and lifecycle.is_overdue(before) is None:
        move(REQUEST, before, "expire", SYSTEM)
    elif before is not None:
        raise refusals.asked_already()
    turned_away = queries.turned_away_at(organization.id, actor.user_id)
    if turned_away is not None and clock.now() < turned_away + timedelta(days=value(AGAIN_DAYS)):
        raise refusals.must_wait(turned_away + timedelta(days=value(AGAIN_DAYS)))


def take_request_step(request: JoinRequest, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Accept, decline or withdraw a request; who is accepted becomes an editor.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(request.organization)
    if name in ("accept", "decline"):
        _check_still_owner(request.organization, actor)
    own = request.organization_id if name in ("accept", "decline") else None
    move(REQUEST, request, name, actor, reason, organization_id=own, seen=seen)
    request.decided_at = clock.now()
    if name == "accept":
        _join(request.organization, request.user_id, "editor", actor, {"request": request.id})
    db.session.flush()


# ---- invitations ----------------------------------------------------------------------------------------------------


def invite(organization: Organization, address: str, role: str, actor: Actor, language: str) -> Invitation:
    """Invite an address, whether or not somebody is registered with it; the answer never tells.

    Raises:
        FieldError: on "email" or "role".
        Refused: the organization is suspended, or has too many open invitations.
    """
    email = normal_email(address)
    if role not in ROLES:
        raise FieldError("role", Text("请选择所有者或编辑", "Choose owner or editor"))
    lock(organization)
    _check_still_owner(organization, actor)
    _check_inviting(organization, email)
    invitation = Invitation(
        organization_id=organization.id, email=email, role=role, language=language, invited_by=actor.user_id,
        expires_at=clock.now() + timedelta(days=value(INVITATION_DAYS)),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(invitation)
    except IntegrityError as error:  # invited twice in the same moment
        raise refusals.invited_already() from error
    entry = ledger.record(invitation, "invite", actor, organization_id=organization.id, data={"role": role})
    emit("invitation.invite", invitation, {"entry": entry.id})
    return invitation


def _check_inviting(organization: Organization, email: str) -> None:
    if organization.state == "suspended":
        raise lifecycle.suspended(organization)
    known = user_by_email(email)
    if known is not None and queries.membership(organization.id, known.id) is not None:
        raise refusals.member_already("email")
    before = queries.open_invitation(organization.id, email)
    if before is not None and lifecycle.is_overdue(before) is None:
        move(INVITATION, before, "expire", SYSTEM)
    elif before is not None:
        raise refusals.invited_already()
    if queries.open_invitation_count(organization.id) >= value(INVITATIONS_MOST):
        raise refusals.too_many_invitations(value(INVITATIONS_MOST))


def take_invitation_step(invitation: Invitation, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Accept, decline or revoke an invitation; who accepts becomes a member in the role that was offered.

    Raises:
        Refused, Conflict: as ``move``.
    """
    lock(invitation.organization)
    own = None
    if name == "revoke":
        _check_still_owner(invitation.organization, actor)
        own = invitation.organization_id
    move(INVITATION, invitation, name, actor, reason, organization_id=own, seen=seen)
    if name == "accept":
        asked = queries.open_request(invitation.organization_id, actor.user_id)
        if asked is not None:  # an owner has answered it by inviting
            move(REQUEST, asked, "withdraw", actor)
        _join(invitation.organization, actor.user_id, invitation.role, actor, {"invitation": invitation.id})


def invitation_token(invitation: Invitation, secret: str) -> str:
    """What the mail's link carries: signed, for this invitation of this address."""
    return _signer(secret).dumps([invitation.id, _fingerprint(invitation)])


def invitation_of_token(token: str, secret: str) -> Invitation:
    """The invitation of a link, in whatever state.

    Raises:
        Refused: the link is not ours.
    """
    try:
        key, fingerprint = _signer(secret).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise refusals.dead_link() from error
    found = db.session.get(Invitation, key) if isinstance(key, int) else None
    if found is None or fingerprint != _fingerprint(found):
        raise refusals.dead_link()
    return found


def _fingerprint(invitation: Invitation) -> str:
    text = f"{invitation.organization_id}\n{invitation.email}\n{invitation.role}\n{invitation.created_at.isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="invitation")


def expire_due() -> bool:
    """End the requests and invitations whose time is over; the clock's own task. True when there are more."""
    requests, invitations = queries.due_requests(clock.now(), 100), queries.due_invitations(clock.now(), 100)
    for request in requests:
        move(REQUEST, request, "expire", SYSTEM)
    for invitation in invitations:
        move(INVITATION, invitation, "expire", SYSTEM)
    return len(requests) == 100 or len(invitations) == 100


# ---- members --------------------------------------------------------------------------------------------------------


def change_role(organization: Organization, member_id: int, role: str, actor: Actor, seen: str) -> None:
    """Make a member an owner or an editor.

    Args:
        seen: the role that the actor had before him.

    Raises:
        FieldError: on "role".
        Refused: the last owner would be one no longer.
        Conflict: somebody else was first.
    """
    if role not in ROLES:
        raise FieldError("role", Text("请选择所有者或编辑", "Choose owner or editor"))
    member = _locked(organization, member_id, actor, seen)
    if member.role == role:
        return
    if role != "owner":
        _check_not_last(organization, member)
    before, member.role = member.role, role
    _record(organization, "role", actor, member, before=before, after=role)


def remove_member(organization: Organization, member_id: int, actor: Actor, reason: str, seen: str) -> None:
    """Take somebody out of the organization.

    Raises:
        Refused: he is the actor himself, or the last owner.
        Conflict: somebody else was first.
    """
    member = _locked(organization, member_id, actor, seen)
    if member.user_id == actor.user_id:
        raise refusals.cannot_remove_oneself()
    _check_not_last(organization, member)
    _end(organization, member, "remove", actor, reason)


def leave(organization: Organization, actor: Actor) -> None:
    """The actor leaves.

    Raises:
        Refused: he is the last owner.
        Conflict: he is no member any more.
    """
    lock(organization)
    member = queries.membership(organization.id, actor.user_id)
    if member is None:
        raise _changed(organization)
    _check_not_last(organization, member)
    _end(organization, member, "leave", actor, "")


def forget(user_id: int) -> None:
    """Who deletes his account leaves every organization, as if by himself, asks for none and is invited to none."""
    actor = Actor(kind="user", user_id=user_id)
    for member in queries.memberships(user_id):
        lock(member.organization)
        _end(member.organization, member, "leave", actor, "")
    for request in queries.requests_by(user_id):
        if request.state == "open":
            move(REQUEST, request, "withdraw", actor)
        request.message = ""
    for invitation in queries.invitations_to(user_id):
        if invitation.state == "open":
            move(INVITATION, invitation, "decline", actor)
        invitation.email = no_address(user_id)
    db.session.flush()


def hand_over(organization: Organization, member_id: int, actor: Actor, seen: str) -> None:
    """Make another member an owner in the actor's place, who stays as an editor.

    Raises:
        Conflict: somebody else was first.
    """
    heir = _locked(organization, member_id, actor, seen)
    own = queries.membership(organization.id, actor.user_id)
    if own is None or own.id == heir.id:
        raise _changed(organization)
    before, heir.role, own.role = heir.role, "owner", "editor"
    _record(organization, "hand_over", actor, heir, before=before, after="owner")


def _locked(organization: Organization, member_id: int, actor: Actor, seen: str) -> Member:
    """The member as he is now, with the organization locked; nobody acts on a page that is out of date."""
    lock(organization)
    _check_still_owner(organization, actor)
    member = db.session.get(Member, member_id, populate_existing=True)
    if member is None or member.organization_id != organization.id or member.role != seen:
        raise _changed(organization)
    return member


def _check_still_owner(organization: Organization, actor: Actor) -> None:
    """What the actor was when his request began, he may not be any more behind the lock."""
    own = queries.membership(organization.id, actor.user_id)
    if own is None or own.role != "owner":
        raise refusals.no_owner(organization)


def _check_not_last(organization: Organization, member: Member) -> None:
    if member.role == "owner" and queries.owner_count(organization) < 2:
        raise refusals.last_owner()


def _join(organization: Organization, user_id: int | None, role: str, actor: Actor, data: dict[str, int]) -> None:
    if queries.membership(organization.id, user_id) is not None:
        raise Conflict(Text("对方已经是成员", "This person is a member already"), ledger.latest(organization))
    db.session.add(Member(organization_id=organization.id, user_id=user_id, role=role))
    ledger.record(
        organization, "join", actor, organization_id=organization.id, data={"user": user_id, "role": role, **data}
    )


def _end(organization: Organization, member: Member, action: str, actor: Actor, reason: str) -> None:
    db.session.add(
        FormerMember(
            organization_id=organization.id,
            user_id=member.user_id,
            role=member.role,
            joined_at=member.joined_at,
            removed=action == "remove",
        )
    )
    _record(organization, action, actor, member, before=member.role, reason=reason)
    db.session.delete(member)
    db.session.flush()


def _record(
    organization: Organization, action: str, actor: Actor, member: Member, *,
    before: str = "", after: str = "", reason: str = "",
) -> None:  # fmt: skip
    """History and the message to those concerned, in the same breath."""
    db.session.flush()
    entry = ledger.record(
        organization, action, actor, organization_id=organization.id, before=before, after=after, reason=reason,
        data={"user": member.user_id},
    )  # fmt: skip
    emit(f"member.{action}", organization, {"entry": entry.id})


def _changed(organization: Organization) -> Conflict:
    message = Text("没有执行：成员刚刚有变化", "Not done: the members have just changed")
    return Conflict(message, ledger.latest(organization))
