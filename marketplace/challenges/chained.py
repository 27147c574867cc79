"""Challenges on the chain of the need that they were posted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import sqlalchemy as sa
from flask import url_for

from marketplace.challenges.lifecycle import CHALLENGE, SHOWN
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import visible_to
from marketplace.challenges.showing import ENDED
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, chain_row, steps_told

# What goes before publication is between the owner and the officials.
TOLD = tuple(
    step.name for step in CHALLENGE.steps if step.name not in ("submit", "recall", "approve", "return", "drop")
)
CAME_TO_SOMETHING = ("confirmed", "executing", "accepted", "partly_accepted")


def rows(needs: Sequence[int], actor: Actor, _told: bool) -> list[sa.Select[Any]]:
    """Challenges that were posted."""
    found = chain_row(
        "challenge", key=Challenge.id, need=Challenge.scenario_id, number=Challenge.number, title=Challenge.title,
        title_en=Challenge.title_en, state=cast(Any, Challenge.shown_state), since=Challenge.published_at, last_of=TOLD,
    )  # fmt: skip
    return [found.where(Challenge.published_at.is_not(None), Challenge.scenario_id.in_(needs), visible_to(actor))]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """With what became of them."""
    for row in found:
        done = row.state in CAME_TO_SOMETHING
        yield ChainLink(
            stage="talk", kind=CHALLENGE.label, need=row.need, number=row.number,
            href=url_for("challenges.show", number=row.number), title=row.label, mark=SHOWN[row.state],
            progress="done" if done else "stop" if row.state in ENDED else "now", since=row.since,
            events=steps_told(CHALLENGE, entries.get(("challenge", row.key), ()), reasons=True), last=row.last,
            stage_name=Text("揭榜", "Challenge"),
        )  # fmt: skip


CHAIN = ChainPart({"challenge": TOLD}, rows, links)
