"""Selects of scoring, and what later stages ask: the ranking of a challenge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.bids.lifecycle import KNOWN
from marketplace.bids.models import Bid
from marketplace.bids.queries import WHOLE
from marketplace.challenges.models import Challenge
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment
from marketplace.panels.policy import JUDGES
from marketplace.scoring.models import BidCode, Change, Ranking, Sheet, TieDraw, TieVote


@dataclass(frozen=True, slots=True)
class RankedBid:
    """A bid in the valid ranking. ``total`` is exact, of 100; ``rank`` is None when it may not win.

    ``failed``: keys of the criteria that it did not reach, ``ranking.TOTAL`` for the pass mark. ``shared``: others have
    the same rank. ``code``: what the experts called it. ``lot``: its place among those that share its rank, where lots
    were drawn; 0 where not.
    """

    bid: Bid
    total: Fraction
    rank: int | None
    failed: tuple[str, ...]
    shared: bool
    code: str
    lot: int = 0

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
    lots = {bid: lot for each in draws_of(found) for lot, bid in enumerate(each.outcome, 1)}
    places = [
        RankedBid(
            by_number[row["bid"]], Fraction(row["total"]), row["rank"], tuple(row["failed"]), row["shared"],
            row["code"], lots.get(row["bid"], 0),
        )
        for row in found.rows
    ]  # fmt: skip
    return sorted(places, key=lambda each: (each.rank is None, each.rank or 0, each.lot))


def draws_of(ranking: Ranking) -> Sequence[TieDraw]:
    """The draws among its equal ranks, the best rank first."""
    select = sa.select(TieDraw).where(TieDraw.ranking_id == ranking.id).order_by(TieDraw.rank)
    return db.session.scalars(select.options(joinedload(TieDraw.challenge), joinedload(TieDraw.ranking))).all()


def draw_of(challenge: Challenge, rank: int) -> TieDraw:
    """The draw of a rank of the ranking in force.

    Raises:
        NotFound: there is none.
    """
    found = valid_ranking(challenge)
    drawn = next((each for each in draws_of(found) if each.rank == rank), None) if found is not None else None
    if drawn is None:
        raise NotFound
    return drawn


def points_of(challenge: Challenge, bid: Bid) -> dict[str, Fraction]:
    """Key of a criterion → what the panel gave a bid, exactly, by the valid ranking; nothing without one.

    Gates are not among them. For a bidder's own feedback: single experts' scores are nobody's but the panel's,
    the owner's and the officials'.
    """
    found = valid_ranking(challenge)
    told = json.loads(found.text)["bids"] if found is not None else []
    own = next((each for each in told if each["bid"] == bid.number), None)
    return {key: Fraction(value) for key, value in own["points"].items()} if own is not None else {}


# ---- while it is scored ----


def bids_of(challenge: Challenge) -> Sequence[Bid]:
    """The bids of a challenge that were opened, whatever became of them."""
    known = Bid.state.in_(KNOWN)
    return db.session.scalars(sa.select(Bid).where(Bid.challenge_id == challenge.id, known).order_by(Bid.number)).all()


def codes_of(challenge: Challenge) -> Sequence[BidCode]:
    """What the experts call the bids, in the order of the codes: shorter ones first, then by letter."""
    select = sa.select(BidCode).where(BidCode.challenge_id == challenge.id).options(joinedload(BidCode.bid))
    return sorted(db.session.scalars(select), key=lambda each: (len(each.code), each.code))


def bid_called(challenge: Challenge, code: str) -> BidCode:
    """The bid with a code.

    Raises:
        NotFound: there is none.
    """
    called = (BidCode.challenge_id == challenge.id) & (BidCode.code == code)
    found = db.session.scalar(sa.select(BidCode).where(called).options(joinedload(BidCode.bid).options(*WHOLE)))
    if found is None:
        raise NotFound
    return found


def sheets_of(challenge: Challenge) -> Sequence[Sheet]:
    """Every sheet of a challenge."""
    select = sa.select(Sheet).where(Sheet.challenge_id == challenge.id).options(joinedload(Sheet.assignment))
    return db.session.scalars(select.order_by(Sheet.id)).all()


def locked_sheets(challenge: Challenge) -> list[Sheet]:
    """Those that count, in the order of the experts: of who is on the panel."""
    locked = [each for each in sheets_of(challenge) if each.state == "locked" and each.assignment.state in JUDGES]
    return sorted(locked, key=lambda each: each.assignment.place)


def sheet_of(bid: Bid, one: Assignment) -> Sheet | None:
    """One expert's sheet of one bid."""
    own = (Sheet.bid_id == bid.id) & (Sheet.assignment_id == one.id)
    return db.session.scalar(sa.select(Sheet).where(own))


def changes_of(challenge: Challenge) -> Sequence[Change]:
    """What the chair changed and what still counts, oldest first: the last one of a mark is the one in force."""
    of_it = (Change.challenge_id == challenge.id) & Change.dropped_at.is_(None)
    return db.session.scalars(sa.select(Change).where(of_it).order_by(Change.id)).all()


def votes_of(challenge: Challenge) -> Sequence[TieVote]:
    """The recorded votes on ties."""
    return db.session.scalars(sa.select(TieVote).where(TieVote.challenge_id == challenge.id).order_by(TieVote.id)).all()


def rankings_of(challenge: Challenge) -> Sequence[Ranking]:
    """Every order that was ever signed, the newest first."""
    select = sa.select(Ranking).where(Ranking.challenge_id == challenge.id)
    return db.session.scalars(select.order_by(Ranking.number.desc())).all()


def own_total(challenge: Challenge, bid: Bid | None) -> RankedBid | None:
    """A bidder's own place in the ranking; the policy has said that he may know it."""
    return next((each for each in ranking(challenge) if bid is not None and each.bid.id == bid.id), None)


_WRITTEN: dict[str, type[Sheet | Change | TieVote | TieDraw | Ranking]] = {
    "sheet": Sheet, "score_change": Change, "tie_vote": TieVote, "tie_draw": TieDraw, "ranking": Ranking,
}  # fmt: skip


def challenge_numbers(subject_type: str, ids: Sequence[int]) -> dict[int, str]:
    """Key of a sheet, change, vote, draw or ranking → the number of its challenge."""
    model = _WRITTEN[subject_type]
    rows = db.session.execute(
        sa.select(model.id, Challenge.number)
        .join(Challenge, Challenge.id == model.challenge_id)
        .where(model.id.in_(ids))
    )
    return dict(rows.all())
