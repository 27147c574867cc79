"""Selects of bids, of what was sealed, and of those who open."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.bids.lifecycle import KNOWN, LIVE, WRITABLE
from marketplace.bids.models import Bid, BidAct, Opener, Opening, Participation, SealedVersion
from marketplace.bids.policy import visible_to
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import visible_to as challenge_visible_to
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.organizations.models import Member
from marketplace.posts.models import Post
from marketplace.posts.queries import in_force

WHOLE = (
    joinedload(Bid.challenge),
    joinedload(Bid.organization),
    selectinload(Bid.participations).joinedload(Participation.organization),
)


def bid_by_number(number: str, actor: Actor) -> Bid:
    """The bid if the actor may know of it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    found = db.session.scalar(sa.select(Bid).where(Bid.number == number, visible_to(actor)).options(*WHOLE))
    if found is None:
        raise NotFound
    return found


def challenge_by_number(number: str, actor: Actor) -> Challenge:
    """The challenge if the actor may see it.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    select = sa.select(Challenge).where(Challenge.number == number, challenge_visible_to(actor))
    found = db.session.scalar(select.options(joinedload(Challenge.organization)))
    if found is None:
        raise NotFound
    return found


def own_bid(challenge: Challenge, actor: Actor) -> Bid | None:
    """The bid in which one of the actor's organizations takes part and which was not withdrawn."""
    select = sa.select(Bid).join(Participation).where(
        Bid.challenge_id == challenge.id,
        Participation.organization_id.in_(actor.organization_ids),
        Participation.state == "live",
    )  # fmt: skip
    return db.session.scalar(select.options(*WHOLE).order_by(Bid.id).limit(1))


def own_bids(actor: Actor) -> Sequence[Bid]:
    """Every bid in which the actor's organizations take or took part, the newest first."""
    if not actor.organization_ids:
        return []
    mine = sa.select(Participation.bid_id).where(
        Participation.organization_id.in_(actor.organization_ids), Participation.state.in_(("live", "ended"))
    )
    select = sa.select(Bid).where(Bid.id.in_(mine)).options(*WHOLE)
    return db.session.scalars(select.order_by(Bid.updated_at.desc(), Bid.id.desc())).all()


def asked_of(actor: Actor) -> Sequence[Participation]:
    """The consortiums that wait for an answer of one of the actor's organizations."""
    if not actor.organization_ids:
        return []
    select = (
        sa.select(Participation)
        .join(Bid)
        .where(Participation.organization_id.in_(actor.organization_ids), Participation.state == "asked")
        .where(Bid.state.in_(WRITABLE))
        .options(joinedload(Participation.bid).joinedload(Bid.challenge), joinedload(Participation.organization))
        .options(joinedload(Participation.bid).joinedload(Bid.organization))
    )
    return db.session.scalars(select.order_by(Participation.id)).all()


def invitation(key: int, actor: Actor) -> Participation:
    """An invitation to one of the actor's organizations, whatever became of it.

    Raises:
        NotFound: it is not for him.
    """
    select = sa.select(Participation).where(
        Participation.id == key,
        Participation.role == "partner",
        Participation.organization_id.in_(actor.organization_ids),
    )
    found = db.session.scalar(select.options(joinedload(Participation.bid), joinedload(Participation.organization)))
    if found is None:
        raise NotFound
    return found


def version_of(bid: Bid) -> SealedVersion | None:
    """What is in force of what was sealed."""
    return version_numbered(bid, bid.sealed) if bid.sealed else None


def version_numbered(bid: Bid, number: int) -> SealedVersion | None:
    """A sealed version by its number."""
    return db.session.scalar(
        sa.select(SealedVersion).where(SealedVersion.bid_id == bid.id, SealedVersion.number == number)
    )


def versions(bid: Bid) -> Sequence[SealedVersion]:
    """Everything that was sealed, the newest first, without the envelopes."""
    select = sa.select(SealedVersion).where(SealedVersion.bid_id == bid.id)
    light = (sa.orm.defer(SealedVersion.envelope), sa.orm.defer(SealedVersion.own))
    return db.session.scalars(select.options(*light).order_by(SealedVersion.number.desc())).all()


def acts(bid: Bid) -> Sequence[BidAct]:
    """What happened before others could know, oldest first."""
    return db.session.scalars(sa.select(BidAct).where(BidAct.bid_id == bid.id).order_by(BidAct.id)).all()


def live_bids(challenge: Challenge) -> Sequence[Bid]:
    """The bids that would be opened, locked for this transaction, in no telling order."""
    select = sa.select(Bid).where(Bid.challenge_id == challenge.id, Bid.state.in_((*LIVE, "draft")))
    return db.session.scalars(select.order_by(Bid.number).with_for_update(of=Bid)).all()


def known_bids(challenge: Challenge) -> Sequence[Bid]:
    """The bids that were opened, by the name of who leads."""
    select = sa.select(Bid).where(Bid.challenge_id == challenge.id, Bid.state.in_(KNOWN)).options(*WHOLE)
    return db.session.scalars(select.order_by(Bid.number)).all()


def draft_keys_needed() -> Sequence[str]:
    """The names of the keys of all drafts there are."""
    return db.session.scalars(sa.select(Bid.draft_key).where(Bid.draft_key != "", Bid.draft.is_not(None))).all()


# ---- who opens ----


def opening_of(challenge: Challenge) -> Opening | None:
    """The key of a challenge with its openers, as far as somebody has begun to prepare it."""
    select = sa.select(Opening).where(Opening.challenge_id == challenge.id)
    whole = (selectinload(Opening.openers).joinedload(Opener.user), joinedload(Opening.challenge))
    return db.session.scalar(select.options(*whole).execution_options(populate_existing=True))


def openers_of(challenge_id: int) -> Sequence[Opener]:
    """Those who open, read now."""
    select = sa.select(Opener).where(Opener.challenge_id == challenge_id).options(joinedload(Opener.user))
    return db.session.scalars(select.order_by(Opener.id).execution_options(populate_existing=True)).all()


def candidates(challenge: Challenge) -> Sequence[User]:
    """Who may open: every official who runs challenges somewhere, but for members of the owner."""
    posts = db.session.scalars(
        sa.select(Post).join(User).where(can_sign_in(), in_force(Post)).options(joinedload(Post.user)).order_by(Post.id)
    )
    able = {post.user_id: post.user for post in posts if "challenge" in post.duties}
    members = set(
        db.session.scalars(sa.select(Member.user_id).where(Member.organization_id == challenge.organization_id))
    )
    return [user for key, user in able.items() if key not in members]
