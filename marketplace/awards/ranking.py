"""The ranking that awards rest on: who registers it, who may still be chosen, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.awards.models import Award
from marketplace.awards.queries import awards_of
from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge

# Whoever had an award that ended so is not chosen again; one that an objection stopped may be.
OUT = ("struck", "declined", "lapsed", "undone", "terminated")


@dataclass(frozen=True, slots=True)
class Place:
    """A bid in the ranking. ``criteria``: key of a criterion → its exact points; ``passed``: no minimum was missed."""

    bid: Bid
    total: Decimal
    rank: int
    passed: bool = True
    criteria: Mapping[str, Decimal] = field(default_factory=dict)


Source = Callable[[Challenge], Sequence[Place]]
_sources: dict[str, Source] = {}


def rank_by(source: Source) -> None:
    """Have the rankings come from ``source``: the places of a challenge, the first one first; none before it ranks."""
    _sources["ranking"] = source


def places(challenge: Challenge) -> Sequence[Place]:
    """The ranking; empty while there is none."""
    source = _sources.get("ranking")
    return source(challenge) if source else ()


def place_of(challenge: Challenge, bid_id: int) -> Place | None:
    """Where a bid stands."""
    return next((each for each in places(challenge) if each.bid.id == bid_id), None)


def candidates(challenge: Challenge) -> Sequence[Place]:
    """Who may be put into an empty place, in the order of the ranking."""
    given = awards_of(challenge)
    gone = {each.bid_id for each in given if each.live or each.state in OUT}
    return [each for each in places(challenge) if each.passed and each.bid.id not in gone]


def most(challenge: Challenge) -> int:
    """How many winners there may be."""
    return challenge.most_winners if challenge.mode == "race" else 1


def empty_lots(challenge: Challenge) -> Sequence[int]:
    """The places nobody holds, counted from 1."""
    held = {each.lot for each in awards_of(challenge) if each.live}
    return [lot for lot in range(1, most(challenge) + 1) if lot not in held]


def next_ones(challenge: Challenge) -> Sequence[tuple[int, Place]]:
    """(place of the challenge, bid) of who is announced next: the first candidates in the empty places."""
    return list(zip(empty_lots(challenge), candidates(challenge), strict=False))


def standing(award: Award) -> Place | None:
    """The place in the ranking that an award rests on."""
    return place_of(award.challenge, award.bid_id)
