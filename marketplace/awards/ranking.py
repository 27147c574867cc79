"""Who may be put into a winner's place, and whose turn it is: the ranking of scoring, less who had a turn."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.awards.queries import awards_of
from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.scoring.queries import RankedBid, ranking

# Whoever had an award that ended so is not chosen again; one that an objection stopped may be.
OUT = ("struck", "declined", "lapsed", "undone", "terminated")


def place_of(challenge: Challenge, bid: Bid) -> RankedBid | None:
    """Where a bid stands."""
    return next((each for each in ranking(challenge) if each.bid.id == bid.id), None)


def candidates(challenge: Challenge) -> Sequence[RankedBid]:
    """Who may be put into an empty place, in the order of the ranking."""
    gone = {each.bid_id for each in awards_of(challenge) if each.live or each.state in OUT}
    return [each for each in ranking(challenge) if each.qualified and each.bid.id not in gone]


def most(challenge: Challenge) -> int:
    """How many winners there may be."""
    return challenge.most_winners if challenge.mode == "race" else 1


def empty_lots(challenge: Challenge) -> Sequence[int]:
    """The places nobody holds, counted from 1."""
    held = {each.lot for each in awards_of(challenge) if each.live}
    return [lot for lot in range(1, most(challenge) + 1) if lot not in held]


def next_ones(challenge: Challenge) -> Sequence[tuple[int, RankedBid]]:
    """(place of the challenge, bid) of who is announced next: the first candidates in the empty places."""
    return list(zip(empty_lots(challenge), candidates(challenge), strict=False))


def undecided(challenge: Challenge) -> Refused | None:
    """Nobody is picked from equal ranks for the last place: what the panel leaves equal, lots tell apart."""
    chosen, able = next_ones(challenge), candidates(challenge)
    if len(able) <= len(chosen) or not chosen:
        return None
    last, following = chosen[-1][1], able[len(chosen)]
    if last.rank != following.rank or last.lot != following.lot:
        return None
    return Refused(
        Text("名次相同而名额不够的，不能任选一家", "Nobody is picked from equal ranks for the last place"),
        Text("有 %(count)s 件申报同列第 %(rank)s 名", "%(count)s bids share rank %(rank)s")
        % {"count": sum(each.rank == last.rank for each in able), "rank": last.rank},
        Text("请在评审排序页面由两名经办人抽签", "Two officials draw lots on the page of the ranking"),
    )
