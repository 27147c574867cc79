"""What bids hold of a person, for a copy of his data, and when he cannot delete his account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.bids.diary import DONE
from marketplace.bids.lifecycle import BID
from marketplace.bids.models import Bid, BidAct, Correction, Opener, Opening, Participation, SealedVersion
from marketplace.challenges.models import Challenge
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.web.plate import PersonalPart

NUMBER = Text("编号", "Number")
WHEN = Text("时间", "When")
WHAT = Text("办理", "What was done")


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What he did on bids, and where he opens or opened."""
    return (
        PersonalPart("bid_act", Text("揭榜申报的办理", "Acts on bids"),
                     {"number": NUMBER, "at": WHEN, "what": WHAT}, _acts(user_id)),
        PersonalPart("bid_version", Text("封存的申报", "Bids sealed"),
                     {"number": NUMBER, "at": WHEN}, _sealed(user_id)),
        PersonalPart("bid_participation", Text("联合体邀请与答复", "Invitations to consortiums and answers"),
                     {"number": NUMBER, "at": WHEN}, _answers(user_id)),
        PersonalPart("bid_correction", Text("材料补正", "Corrections of papers"),
                     {"number": NUMBER, "at": WHEN}, _corrections(user_id)),
        PersonalPart("bid_opener", Text("申报开启人", "Openings of bids"),
                     {"number": NUMBER, "at": WHEN}, _openings(user_id)),
    )  # fmt: skip


def _rows(select: sa.Select[str, datetime]) -> list[dict[str, Any]]:
    return [{"number": number, "at": at} for number, at in db.session.execute(select)]


def _acts(user_id: int) -> list[dict[str, Any]]:
    select = sa.select(Bid.number, BidAct.at, BidAct.action).join(Bid, Bid.id == BidAct.bid_id)
    found = db.session.execute(select.where(BidAct.actor_id == user_id).order_by(BidAct.id))
    named = {**{step.name: step.told for step in BID.steps}, **DONE}
    return [{"number": number, "at": at, "what": named[action]} for number, at, action in found]


def _sealed(user_id: int) -> list[dict[str, Any]]:
    select = sa.select(Bid.number, SealedVersion.sealed_at).join(Bid, Bid.id == SealedVersion.bid_id)
    return _rows(select.where(SealedVersion.sealed_by == user_id).order_by(SealedVersion.id))


def _answers(user_id: int) -> list[dict[str, Any]]:
    at = sa.func.coalesce(Participation.answered_at, Participation.asked_at)
    select = sa.select(Bid.number, sa.type_coerce(at, Participation.asked_at.type)).join(Participation.bid)
    his = (Participation.asked_by == user_id) | (Participation.answered_by == user_id)
    return _rows(select.where(his).order_by(Participation.id))


def _corrections(user_id: int) -> list[dict[str, Any]]:
    at = sa.type_coerce(sa.func.coalesce(Correction.given_at, Correction.asked_at), Correction.asked_at.type)
    select = sa.select(Bid.number, at).join(Bid, Bid.id == Correction.bid_id)
    his = (Correction.asked_by == user_id) | (Correction.given_by == user_id)
    return _rows(select.where(his).order_by(Correction.id))


def _openings(user_id: int) -> list[dict[str, Any]]:
    select = sa.select(Challenge.number, Opener.named_at).join(Challenge, Challenge.id == Opener.challenge_id)
    return _rows(select.where((Opener.user_id == user_id) | (Opener.named_by == user_id)).order_by(Opener.id))


def keeps(user_id: int) -> Sequence[Refused]:
    """Who holds a code of a challenge that is not opened yet is needed for its opening."""
    select = (
        sa.select(Challenge.number)
        .join(Opener, Opener.challenge_id == Challenge.id)
        .join(Opening, Opening.challenge_id == Challenge.id)
        .where(Opener.user_id == user_id, Opening.done_at.is_(None), Challenge.state.in_(("published", "closed")))
    )
    found = db.session.scalars(select.order_by(Challenge.id)).all()
    if not found:
        return ()
    return [
        Refused(
            Text("开启人办完开启才能注销账号", "An opener deletes the account after the opening"),
            Text("还没有开启：%(numbers)s", "Not opened yet: %(numbers)s") % {"numbers": ", ".join(found)},
            Text("请在开启以后办理", "Do so after the opening"),
        )
    ]
