"""Who takes part in a bid: the lead from the start, partners once they have consented themselves."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from marketplace.bids.diary import diary, note
from marketplace.bids.eligibility import ONE_BID, barriers
from marketplace.bids.lifecycle import BID, PARTICIPATION, WRITABLE, before_deadline
from marketplace.bids.models import Bid, Participation
from marketplace.bids.policy import is_lead
from marketplace.bids.queries import acts
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move_unseen
from marketplace.organizations.models import Organization


def writable(bid: Bid, actor: Actor) -> None:
    """Pass when the actor may write now; the bid is locked.

    Raises:
        NotFound, Refused: as ``save``.
    """
    lock(bid)
    if not is_lead(actor, bid):
        raise NotFound
    refusal = before_deadline(bid)
    if refusal is not None:
        raise refusal
    if bid.state not in WRITABLE:
        raise Conflict(
            Text("这份申报现在是“%(state)s”", "The bid is now “%(state)s”") % {"state": BID.mark(bid.state).label}
        )


def take_part(bid: Bid, organization: Organization, actor: Actor) -> None:
    """The lead takes part from the start; the database itself holds each organization to one live bid."""
    try:
        with db.session.begin_nested():
            db.session.add(
                Participation(
                    bid_id=bid.id,
                    challenge_id=bid.challenge_id,
                    organization_id=organization.id,
                    role="lead",
                    state="live",
                    asked_by=actor.user_id,
                    answered_by=actor.user_id,
                    answered_at=clock.now(),
                )
            )
    except IntegrityError as error:
        raise taken(organization) from error


def taken(organization: Organization) -> Refused:
    """Why an organization cannot take part a second time."""
    return Refused(
        ONE_BID,
        Text("“%(name)s”已经参加本榜单的一份申报", "%(name)s takes part in a bid of this challenge already")
        % {"name": organization.label},
        Text("请在“我的申报”里继续那一份，或先撤回它", "Go on with that one under “My bids”, or withdraw it first"),
    )


def ask_partner(bid: Bid, organization: Organization, actor: Actor) -> None:
    """Ask an organization into the consortium; nobody but itself can say yes.

    Raises:
        Refused: the consortium is fixed or full, or the organization may not take part.
    """
    writable(bid, actor)
    _not_fixed(bid)
    partners = [each for each in bid.participations if each.role == "partner" and each.state in ("asked", "live")]
    if organization.id in {bid.organization_id, *(each.organization_id for each in partners)}:
        raise Refused(
            ONE_BID,
            Text("“%(name)s”已经列在这份申报里", "%(name)s is listed in this bid already")
            % {"name": organization.label},
            Text(
                "无需再邀请；待答复的请等它答复，或取消邀请",
                "Ask no more; wait for its answer, or cancel the invitation",
            ),
        )
    most = bid.challenge.most_partners
    if len(partners) >= most:
        raise Refused(
            Text("联合体除牵头单位外最多 %(most)s 家", "A consortium has at most %(most)s partners") % {"most": most},
            Text("已经邀请了 %(count)s 家", "%(count)s have been invited already") % {"count": len(partners)},
            Text("先取消一家的邀请", "Cancel one invitation first"),
        )
    for refusal in barriers(bid.challenge, organization, lead=False):
        raise refusal
    bid.participations.append(
        Participation(
            challenge_id=bid.challenge_id,
            organization_id=organization.id,
            role="partner",
            state="asked",
            asked_by=actor.user_id,
        )
    )
    db.session.flush()
    note(bid, "ask", actor, data={"organization": organization.number})


def drop_partner(bid: Bid, participation_id: int, actor: Actor) -> None:
    """Take an invitation back, or part with a partner, before anything is sealed."""
    writable(bid, actor)
    _not_fixed(bid)
    for each in bid.participations:
        if each.id == participation_id and each.role == "partner" and each.state in ("asked", "live"):
            move_unseen(PARTICIPATION, each, "drop", actor, diary(bid, actor, each.organization))
            return
    raise NotFound


def _not_fixed(bid: Bid) -> None:
    if bid.sealed:
        raise Refused(
            Text("封存以后联合体不再变更", "A consortium is fixed once its bid is sealed"),
            Text("第 %(number)s 版已经封存", "Version %(number)s is sealed") % {"number": bid.sealed},
            Text("要变更成员，请在截止前撤回，再重新申报", "To change it, withdraw before the deadline and begin anew"),
        )


def answer(asked: Participation, consent: bool, actor: Actor) -> None:
    """An organization joins the consortium or declines; who said so, and when, is kept.

    Raises:
        NotFound: the actor is no owner of the organization.
        Refused: the deadline has passed, or it takes part in another bid.
    """
    lock(asked.bid)
    db.session.refresh(asked)
    if not actor.owns(asked.organization_id):
        raise NotFound
    refusal = before_deadline(asked.bid) or next(
        barriers(asked.bid.challenge, asked.organization, lead=False) if consent else iter(()), None
    )
    if refusal is not None:
        raise refusal
    step = "join" if consent else "decline"
    try:
        with db.session.begin_nested():
            move_unseen(PARTICIPATION, asked, step, actor, diary(asked.bid, actor, asked.organization))
            asked.answered_by, asked.answered_at = actor.user_id, clock.now()
    except IntegrityError as error:
        raise taken(asked.organization) from error


def retract(part: Participation, actor: Actor) -> None:
    """A partner takes its consent back before anything is sealed; it is free for another bid.

    Raises:
        NotFound: the actor is no owner of the organization.
        Conflict: it takes part no longer, or has not consented.
        Refused: the bid is sealed, or the deadline has passed.
    """
    lock(part.bid)
    db.session.refresh(part)
    if not actor.owns(part.organization_id):
        raise NotFound
    move_unseen(PARTICIPATION, part, "retract", actor, diary(part.bid, actor, part.organization))
    part.answered_by, part.answered_at = actor.user_id, clock.now()
    db.session.flush()


def retracted(bid: Bid) -> set[int]:
    """Keys of the parts that ended because the partner took its consent back, not because it never gave it."""
    left: dict[str, list[str]] = {}
    for act in acts(bid):
        if act.action in ("decline", "retract"):
            left.setdefault(act.data["organization"], []).append(act.action)
    # An organization may be asked again once it has left: its parts and its acts follow each other in the same order.
    return {
        each.id
        for each in bid.participations
        if each.state == "declined" and (left.get(each.organization.number) or [""]).pop(0) == "retract"
    }


def end_all(bid: Bid, actor: Actor) -> None:
    """Nobody takes part any more: the organizations are free for another bid."""
    for each in bid.participations:
        if each.state in ("asked", "live"):
            move_unseen(PARTICIPATION, each, "end", actor, diary(bid, actor, each.organization))
