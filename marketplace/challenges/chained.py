"""Challenges on the chain of the need that they were posted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import url_for

from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import visible_to
from marketplace.challenges.showing import ENDED
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.web.chain import Acts, ChainLink, entries_of, steps_told

# What goes before publication is between the owner and the officials.
TOLD = tuple(
    step.name for step in CHALLENGE.steps if step.name not in ("submit", "recall", "approve", "return", "drop")
)
CAME_TO_SOMETHING = ("confirmed", "executing", "accepted", "partly_accepted")


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """Challenges that were posted, and what became of them."""
    posted = Challenge.published_at.is_not(None) & Challenge.scenario_id.in_(needs)
    found = db.session.scalars(sa.select(Challenge).where(posted, visible_to(actor)).order_by(Challenge.id)).all()
    entries = entries_of("challenge", [each.id for each in found], TOLD) if told else {}
    for each in found:
        done = each.state in CAME_TO_SOMETHING
        yield ChainLink(
            stage="talk", kind=CHALLENGE.label, need=each.scenario_id or 0, number=each.number,
            href=url_for("challenges.show", number=each.number), title=each.label, mark=CHALLENGE.mark(each.state),
            progress="done" if done else "stop" if each.state in ENDED else "now", since=each.published_at,
            events=steps_told(CHALLENGE, entries.get(each.id, ()), reasons=True),
            acts=Acts("challenge", each.id, TOLD), stage_name=Text("揭榜", "Challenge"),
        )  # fmt: skip
