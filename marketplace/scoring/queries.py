"""Selects of scoring, and what later stages ask: the ranking of a challenge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.foundation.db import db
from marketplace.scoring.models import Ranking


@dataclass(frozen=True, slots=True)
class RankedBid:
    """A bid in the valid ranking. ``total`` is exact, of 100; ``rank`` is None when it may not win.

    ``failed``: keys of the criteria that it did not reach, ``ranking.TOTAL`` for the pass mark. ``shared``: others have
    the same rank. ``code``: what the experts called it.
    """

    bid: Bid
    total: Fraction
    rank: int | None
    failed: tuple[str, ...]
    shared: bool
    code: str

    @property
    def qualified(self) -> bool:
        """Whether it may win."""
        return self.rank is not None


def valid_ranking(challenge: Challenge) -> Ranking | None:
    """The order that stands, if the panel has signed one."""
    of_it = (Ranking.challenge_id == challenge.id) & Ranking.annulled_at.is_(None)
    return db.session.scalar(sa.select(Ranking).where(of_it))


def ranking(challenge: Challenge) -> Sequence[RankedBid]:
    """The bids in their order, those that may not win at the end; nothing before the panel has signed.

    Disqualified bids (formality check) are none of them. Who may see this is the caller's question
    (``scoring.policy.sees_ranking``).
    """
    found = valid_ranking(challenge)
    if found is None:
        return []
    select = sa.select(Bid).where(Bid.challenge_id == challenge.id).options(joinedload(Bid.organization))
    by_number = {each.number: each for each in db.session.scalars(select)}
    return [
        RankedBid(
            by_number[row["bid"]], Fraction(row["total"]), row["rank"], tuple(row["failed"]), row["shared"], row["code"]
        )
        for row in found.rows
    ]
