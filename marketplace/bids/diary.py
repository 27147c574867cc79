"""What happens to a bid while nobody may learn of it: written down here, brought into history by the opening."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marketplace.bids.models import Bid, BidAct
from marketplace.core.actor import Actor
from marketplace.core.lifecycle import Step
from marketplace.foundation.db import db


def diary(bid: Bid, actor: Actor) -> Callable[[Step, str, str], None]:
    """How a step is written down before history may have it."""

    def keep(step: Step, before: str, reason: str) -> None:
        note(bid, step.name, actor, None if actor.is_system else bid.organization_id, before, step.target, reason)

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
            organization_id=organization_id or bid.organization_id,
            action=action,
            before=before,
            after=after,
            reason=reason,
            data=dict(data or {}),
        )  # fmt: skip
    )
    db.session.flush()
