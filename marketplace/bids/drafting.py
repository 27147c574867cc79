"""Commands of a bidder on what he writes: begin, save, files, the partners of his consortium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.bids import codes, content
from marketplace.bids.diary import note
from marketplace.bids.drafts import draft_keys
from marketplace.bids.eligibility import ONE_BID, barriers
from marketplace.bids.lifecycle import BID, WRITABLE, before_deadline
from marketplace.bids.models import Bid, Participation
from marketplace.bids.owncopy import own_copy
from marketplace.bids.policy import is_lead
from marketplace.bids.terms import closed_by
from marketplace.challenges.models import Challenge
from marketplace.challenges.questions import watch
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db, lock, moment
from marketplace.foundation.files import StoredFile
from marketplace.organizations.models import Organization

SIGNS = 8


def begin(challenge: Challenge, organization: Organization, actor: Actor) -> Bid:
    """Begin a bid of an organization: a draft that nobody else can see.

    Raises:
        Refused: the deadline has passed, the organization may not bid, or takes part in another bid of the challenge.
        NotFound: the actor is no member.
    """
    if not actor.belongs_to(organization.id):
        raise NotFound
    for refusal in (closed_by(challenge, moment()), *barriers(challenge, organization, lead=True)):
        if refusal is not None:
            raise refusal
    bid = Bid(
        number=f"B-{codes.random_signs(SIGNS)}", challenge_id=challenge.id, organization_id=organization.id,
        demo=organization.demo,
    )  # fmt: skip
    db.session.add(bid)
    db.session.flush()
    _take_part(bid, organization, "lead", actor)
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, content.BLANK)
    note(bid, "begin", actor)
    watch(challenge, actor)  # of addenda he hears like everybody who watches: a letter to bidders would count them
    return bid


def _take_part(bid: Bid, organization: Organization, role: str, actor: Actor) -> None:
    """The database itself holds each organization to one live bid."""
    try:
        with db.session.begin_nested():
            db.session.add(
                Participation(
                    bid_id=bid.id,
                    challenge_id=bid.challenge_id,
                    organization_id=organization.id,
                    role=role,
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


# ---- what is written ----


def draft_of(bid: Bid) -> dict[str, Any] | None:
    """What is being written; None when nothing is."""
    if bid.draft is None:
        return None
    return {**content.BLANK, **draft_keys().decrypt(bid.draft_key, bid.draft)}


def save(bid: Bid, written: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Keep what was written.

    Raises:
        NotFound: the actor does not write this bid.
        Refused: the deadline has passed.
        Conflict: it is newer than the version ``seen``, or nothing is being written.
    """
    writable(bid, actor)
    if bid.draft is None or (seen is not None and seen != bid.version):
        raise Conflict(
            Text("没有保存：内容刚刚在别处改过或封存", "Not saved: it has just been changed or sealed elsewhere")
        )
    bid.draft = draft_keys().encrypt(bid.draft_key, written)
    db.session.flush()


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


def write_again(bid: Bid, actor: Actor, code: str) -> None:
    """Begin another version, from the sealed one if its code is given, else from nothing.

    Raises:
        codes.Misread, envelope.Broken: the code is none, or not that of this bid.
        NotFound, Refused: as ``save``.
    """
    writable(bid, actor)
    if bid.draft is not None:
        return
    before = own_copy(bid, code)[0] if code else dict(content.BLANK)
    if not code:
        bid.own_public = None
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, before)
    db.session.flush()


# ---- files ----


def attach(bid: Bid, entry: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Add a file whose sealed bytes lie in the store already (files.py) to the draft."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None or len(written["files"]) >= content.MOST_FILES:
        raise Refused(
            Text("一份申报最多 %(most)s 个文件", "A bid has at most %(most)s files") % {"most": content.MOST_FILES},
            Text("已经有 %(most)s 个", "There are %(most)s already") % {"most": content.MOST_FILES},
            Text("先移除不需要的文件", "Remove one first"),
        )
    save(bid, {**written, "files": [*written["files"], dict(entry)]}, actor, seen)
    # What is known of it outside the draft: sealed bytes without name, kind, size or author.
    db.session.add(
        StoredFile(
            sha256=entry["blob"],
            name="sealed",
            media_type="application/octet-stream",
            size=0,
            purpose="document",
            owner_type=bid.subject_type,
            owner_id=bid.id,
            uploaded_by=None,
            created_at=clock.now(),
        )
    )
    db.session.flush()


def detach(bid: Bid, blob: str, actor: Actor, seen: int | None) -> None:
    """Take a file out of the draft; its sealed bytes stay as long as a sealed version may need them."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None:
        raise NotFound
    save(bid, {**written, "files": [each for each in written["files"] if each["blob"] != blob]}, actor, seen)
    if not bid.sealed:
        forget_files(bid, StoredFile.sha256 == blob)


def forget_files(bid: Bid, which: sa.ColumnElement[bool]) -> None:
    mine = (StoredFile.owner_type == bid.subject_type) & (StoredFile.owner_id == bid.id)
    db.session.execute(sa.delete(StoredFile).where(mine, which))


# ---- partners ----


def ask_partner(bid: Bid, organization: Organization, actor: Actor) -> None:
    """Ask an organization into the consortium; nobody but itself can say yes.

    Raises:
        Refused: the consortium is fixed or full, or the organization may not take part.
    """
    writable(bid, actor)
    _not_fixed(bid)
    partners = [each for each in bid.participations if each.role == "partner" and each.state in ("asked", "live")]
    if organization.id in {bid.organization_id, *(each.organization_id for each in partners)}:
        raise taken(organization)
    most = bid.challenge.most_partners
    if len(partners) >= most:
        raise Refused(
            Text("联合体除牵头单位外最多 %(most)s 家", "A consortium has at most %(most)s partners") % {"most": most},
            Text("已经邀请了 %(count)s 家", "%(count)s are asked already") % {"count": len(partners)},
            Text("先取消一家的邀请", "Take one back first"),
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
            each.state = "ended"
            db.session.flush()
            note(bid, "drop", actor, data={"organization": each.organization.number})
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
    if asked.state != "asked":
        raise Conflict(Text("这份邀请已经答复或取消", "The invitation was answered or taken back"))
    try:
        with db.session.begin_nested():
            asked.state = "live" if consent else "declined"
            asked.answered_by, asked.answered_at = actor.user_id, clock.now()
    except IntegrityError as error:
        raise taken(asked.organization) from error
    note(asked.bid, "join" if consent else "decline", actor, asked.organization_id)
