"""What of bids waits for somebody: as rows of the workspace, and as their number beside the menu of every page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from marketplace.bids.lifecycle import WRITABLE
from marketplace.bids.models import Bid, Correction, Opener, Opening, Participation
from marketplace.bids.queries import asked_of
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import asked_anew, db
from marketplace.posts.policy import may_decide
from marketplace.web.languages import current_language
from marketplace.web.plate import Duty, pending


def _asked(actor: Actor) -> sa.Select[int]:
    owned = [each.organization_id for each in actor.memberships if each.role == "owner"]
    return (
        sa.select(Participation.id)
        .join(Bid)
        .where(Participation.organization_id.in_(owned), Participation.state == "asked", Bid.state.in_(WRITABLE))
    )


def _to_confirm(actor: Actor) -> sa.Select[int]:
    return sa.select(Bid.id).where(Bid.organization_id.in_(actor.organization_ids), Bid.state == "needs_reconfirm")


def _to_correct(actor: Actor) -> sa.Select[int]:
    """Bids whose papers may still be handed in."""
    waits = (Correction.state == "asked") & (Correction.last_day >= clock.today()) & (Bid.state == "opened")
    select = (
        sa.select(Bid.id)
        .join(Correction, Correction.bid_id == Bid.id)
        .join(Challenge, Bid.challenge_id == Challenge.id)
    )
    return select.where(waits, Challenge.state == "opened", Bid.organization_id.in_(actor.organization_ids))


def _to_take(actor: Actor) -> sa.Select[int]:
    """Challenges whose opener the actor is, and for which he has not confirmed a code."""
    select = sa.select(Challenge.id).join(Opener, Opener.challenge_id == Challenge.id)
    return select.where(
        Opener.user_id == actor.user_id, Opener.confirmed_at.is_(None), Challenge.state.in_(("approved", "published"))
    )


def _to_open(actor: Actor) -> sa.Select[int]:
    select = sa.select(Challenge.id).join(Opener, Opener.challenge_id == Challenge.id)
    waiting = sa.exists().where(Opening.challenge_id == Challenge.id, Opening.done_at.is_(None))
    return select.where(
        Opener.user_id == actor.user_id, Opener.confirmed_at.is_not(None), Challenge.state == "closed", waiting,
        Challenge.opening_at <= asked_anew(clock.now),
    )  # fmt: skip


def _in_charge(actor: Actor) -> sa.ColumnElement[bool]:
    return may_decide(actor, "challenge", Challenge.region, Challenge.organization_id)


def _to_name(actor: Actor) -> sa.Select[int]:
    """Challenges that nobody was named to open; without a key no bid can be sealed."""
    named = sa.exists().where(Opening.challenge_id == Challenge.id)
    return sa.select(Challenge.id).where(Challenge.state.in_(("approved", "published")), ~named, _in_charge(actor))


def _to_check(actor: Actor) -> sa.Select[int]:
    """Opened challenges with bids whose papers nobody has looked at."""
    waits = sa.exists().where(
        Correction.bid_id == Bid.id, Correction.state == "asked", Correction.last_day >= clock.today()
    )
    unchecked = sa.exists().where(Bid.challenge_id == Challenge.id, Bid.state == "opened", ~waits)
    return sa.select(Challenge.id).where(Challenge.state == "opened", unchecked, _in_charge(actor))


# What waits → the verb, the endpoint of the page, and why, all about a challenge.
OF_CHALLENGES = (
    (_to_name, "bids.opening", Text("确定开启人", "Name openers"),
     Text("开启人全部领码以后，单位才能封存申报", "Bids can be sealed once all openers hold their codes")),
    (_to_take, "bids.opening", Text("领取开启码", "Take your code"),
     Text("开启人全部领码以后，单位才能封存申报", "Bids can be sealed once all openers hold their codes")),
    (_to_open, "bids.opening", Text("到场开启", "Come to the opening"),
     Text("开启人共同到场才能开启", "Openers open together")),
    (_to_check, "bids.record", Text("形式审查", "Check formalities"),
     Text("有申报还没有形式审查结论", "Bids wait for the formality check")),
)  # fmt: skip
OF_BIDDERS = (_asked, _to_confirm, _to_correct)
PARTS = (*OF_BIDDERS, *(part for part, *_rest in OF_CHALLENGES))


def selects(actor: Actor) -> list[sa.Select[int]]:
    """What there is, a row each."""
    if not actor.signed_in:
        return []
    return [part(actor) for part in PARTS]


def duties(actor: Actor) -> list[Duty]:
    """The same as rows."""
    if not actor.signed_in:
        return []
    waiting = pending(actor, "bids", PARTS)
    own = _of_bidder(actor) if any(part in waiting for part in OF_BIDDERS) else []
    return [*own, *_of_challenges(actor, waiting)]


def _of_bidder(actor: Actor) -> list[Duty]:
    language = current_language()
    found = [
        Duty(Text("答复邀请", "Answer"), each.bid.challenge.label.say(language), url_for("bids.mine"),
             Text("有单位邀请本单位参加联合体", "An organization invites yours to join a consortium"), each.asked_at,
             _last_day(each.bid.challenge))
        for each in asked_of(actor) if actor.owns(each.organization_id)
    ]  # fmt: skip
    stale = sa.select(Bid).where(Bid.id.in_(_to_confirm(actor))).options(joinedload(Bid.challenge))
    for bid in db.session.scalars(stale.order_by(Bid.id)):
        why = Text(
            "榜单有实质更正；截止前未确认的视为撤回", "The challenge changed; unconfirmed bids count as withdrawn"
        )
        found.append(
            Duty(Text("重新确认申报", "Confirm again"), bid.challenge.label.say(language),
                 url_for("bids.show", number=bid.number), why, bid.updated_at, _last_day(bid.challenge))
        )  # fmt: skip
    return [*found, *_corrections(actor)]


def _corrections(actor: Actor) -> list[Duty]:
    whole = (joinedload(Bid.challenge), joinedload(Bid.correction))
    bids = db.session.scalars(sa.select(Bid).where(Bid.id.in_(_to_correct(actor))).options(*whole).order_by(Bid.id))
    why = Text("形式审查要求补正材料，只有一次", "The formality check asks for papers, once")
    return [
        Duty(Text("补正材料", "Hand in papers"), bid.challenge.label.say(current_language()),
             url_for("bids.correct", number=bid.number), why, bid.correction.asked_at, bid.correction.last_day)
        for bid in bids if bid.correction is not None
    ]  # fmt: skip


def _last_day(challenge: Challenge) -> date | None:
    return clock.last_day(challenge.deadline) if challenge.deadline else None


def _of_challenges(actor: Actor, waiting: Sequence[Any]) -> list[Duty]:
    found: list[Duty] = []
    for part, endpoint, verb, why in OF_CHALLENGES:
        if part not in waiting:
            continue
        select = sa.select(Challenge).where(Challenge.id.in_(part(actor))).order_by(Challenge.id)
        for challenge in db.session.scalars(select):
            address = url_for(endpoint, challenge=challenge.number)
            found.append(Duty(verb, challenge.label.say(current_language()), address, why, challenge.updated_at))
    return found
