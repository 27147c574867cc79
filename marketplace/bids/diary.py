"""What happens to a bid while nobody may learn of it: written down here, brought into history by the opening."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.bids.lifecycle import BID, PARTICIPATION
from marketplace.bids.models import Bid, BidAct
from marketplace.core.actor import Actor
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization


def diary(bid: Bid, actor: Actor, other: Organization | None = None) -> Callable[[Step, str, str], None]:
    """How a step is written down before history may have it; ``other``: the organization whose part it is about."""

    def keep(step: Step, before: str, reason: str) -> None:
        theirs = None if actor.is_system else bid.organization_id
        if other is not None and actor.belongs_to(other.id):
            theirs = other.id
        data = {"organization": other.number} if other else None
        note(bid, step.name, actor, theirs, before, step.target, reason, data)

    return keep


def note(
    bid: Bid, action: str, actor: Actor, organization_id: int | None = None, before: str = "", after: str = "",
    reason: str = "", data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write an act down where nobody but the bidder reads it."""
    db.session.add(
        BidAct(
            bid_id=bid.id,
            actor_id=actor.user_id,
            organization_id=organization_id,
            action=action,
            before=before,
            after=after,
            reason=reason,
            data=dict(data or {}),
        )
    )
    db.session.flush()


# How history names what no step of the life cycle did.
DONE = {
    "begin": Text("开始填写", "Begun"),
    "ask": Text("邀请参加单位", "Partner asked"),
    **{step.name: step.told for step in PARTICIPATION.steps},
    "read": Text("查阅申报内容", "Content read"),
    "read_file": Text("下载申报文件", "File downloaded"),
}


def history_lines(bid: Bid, *, named: bool) -> list[dict[str, Any]]:
    """What happened, newest first, for who sees the bid: from here before the opening, from history afterwards.

    ``named``: also which organization was asked or answered, which concerns its bidders alone.
    """
    known = {each.organization.number: each.organization.label for each in bid.participations} if named else {}
    told = ledger.history(bid) or db.session.scalars(sa.select(BidAct).where(BidAct.bid_id == bid.id)).all()
    lines: list[dict[str, Any]] = []
    for each in told:
        step = BID.by_name.get(each.action)
        at = datetime.fromisoformat(each.data["at"]) if "at" in each.data else each.at
        act = step.told if step else DONE[each.action]
        text = Text(f"{act.zh}：{each.reason}", f"{act.en}: {each.reason}") if each.reason else act
        lines.append({"at": at, "text": text, "who": known.get(each.data.get("organization", ""), "")})
    return sorted(lines, key=lambda line: line["at"])[::-1]
