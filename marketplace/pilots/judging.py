"""From the day tallies of a pilot to what its page says: each target's estimate, judgement, periods and gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.core.lifecycle import State
from marketplace.core.text import Text
from marketplace.pilots.estimates import Estimate, Sums, Verdict, beyond, estimate, judge
from marketplace.pilots.models import Tally, Target

# Periods of a plot: days up to two weeks, weeks up to half a year, then months of 30 days.
DAY, WEEK, MONTH = 1, 7, 30
MARKS: Mapping[Verdict, State] = {
    "met": State(Text("达标", "Met"), "pine", "check-circle"),
    "not_met": State(Text("未达目标", "Not met"), "ochre", "x-circle"),
    "not_shown": State(Text("样本不足", "Not shown yet"), "", "hourglass-split"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """What was measured in some days; ``found`` is None where nothing was."""

    first: date
    last: date
    label: Text
    count: int
    found: Estimate | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One target as it stands: confirmed readings of days that count, and nothing else."""

    target: Target
    verdict: Verdict
    found: Estimate | None
    count: int
    pending: int
    disputed: int
    days: int
    periods: Sequence[Period]

    @property
    def mark(self) -> State:
        return MARKS[self.verdict]


def sums(target: Target, tallies: Iterable[Tally]) -> Sums:
    """Day tallies of one target added up."""
    found = Sums(origin=target.goal if target.kind == "mean" else 0.0)
    for each in tallies:
        found += Sums(each.count, each.base, each.value, each.square)
    return found


def of_kind(target: Target, found: Sums) -> Estimate | None:
    """The estimate of a target."""
    kind: Any = target.kind
    return estimate(kind, found)


def judged(
    targets: Sequence[Target], tallies: Iterable[Tally], excluded: Collection[date], min_days: int,
    first: date | None, last: date | None,
) -> list[Judged]:  # fmt: skip
    """Every target of a pilot. ``first``, ``last``: the days that the run has had so far."""
    by_target: dict[int, list[Tally]] = {}
    for tally in tallies:
        by_target.setdefault(tally.target_id, []).append(tally)
    ran = 0
    if first and last and last >= first:
        ran = (last - first).days + 1 - sum(first <= day <= last for day in excluded)
    return [_one(each, by_target.get(each.id, []), excluded, ran, ran >= min_days, first, last) for each in targets]


def _one(
    target: Target, tallies: Sequence[Tally], excluded: Collection[date], ran: int, days_done: bool,
    first: date | None, last: date | None,
) -> Judged:  # fmt: skip
    counted = [each for each in tallies if each.standing == "confirmed" and each.day not in excluded]
    found = of_kind(target, sums(target, counted))
    direction: Any = target.direction
    verdict = judge(found, target.goal, direction, target.least, days_done)
    waiting = {name: sum(each.count for each in tallies if each.standing == name) for name in ("pending", "disputed")}
    return Judged(
        target, verdict, found, sum(each.count for each in counted), waiting["pending"], waiting["disputed"], ran,
        list(periods(target, counted, first, last)),
    )  # fmt: skip


def periods(target: Target, counted: Sequence[Tally], first: date | None, last: date | None) -> Iterable[Period]:
    """The run in equal pieces, so many that a plot shows all of them."""
    if not first or not last or last < first:
        return
    days = (last - first).days + 1
    length = DAY if days <= 14 else WEEK if days <= 26 * 7 else MONTH
    pieces: dict[int, list[Tally]] = {}
    for each in counted:
        pieces.setdefault((each.day - first).days // length, []).append(each)
    for place in range(-(-days // length)):
        start = first + timedelta(days=place * length)
        mine = pieces.get(place, [])
        yield Period(
            start, min(last, start + timedelta(days=length - 1)), _label(place, length, start),
            sum(each.count for each in mine), of_kind(target, sums(target, mine)),
        )  # fmt: skip


def _label(place: int, length: int, start: date) -> Text:
    if length == DAY:
        return Text(f"{start:%m-%d}", f"{start:%m-%d}")
    words = Text("%(n)s 周", "wk %(n)s") if length == WEEK else Text("%(n)s 月", "mo %(n)s")
    return words % {"n": place + 1}


def gaps(tallies: Iterable[Tally], excluded: Collection[date], first: date | None, last: date | None) -> list[date]:
    """Days of the run without any reading, excluded ones aside."""
    if not first or not last:
        return []
    measured = {each.day for each in tallies if each.standing != "replaced"}
    every = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return [day for day in every if day not in measured and day not in excluded]


def past_limit(target: Target, tallies: Iterable[Tally]) -> Estimate | None:
    """What one day's readings say, when it lies beyond the stop limit. Waiting ones count too: safety does not wait.

    The value of the day decides, not its interval: a stop limit errs on the side of stopping.
    """
    if target.stop is None:
        return None
    live = [each for each in tallies if each.standing in ("pending", "confirmed")]
    found = of_kind(target, sums(target, live))
    direction: Any = target.direction
    # Hours without a failure say nothing about the mean time to one.
    if found is None or (target.kind == "time_to_failure" and sums(target, live).base == 0):
        return None
    return found if beyond(found.value, target.stop, direction) else None


def conclusion(results: Sequence[Judged]) -> Text:
    """All targets in one sentence."""
    met = sum(each.verdict == "met" for each in results)
    missed = sum(each.verdict == "not_met" for each in results)
    return Text(
        "%(all)s 项指标：%(met)s 项达标，%(missed)s 项未达目标，%(open)s 项样本不足以判定。",
        "Of %(all)s targets %(met)s met, %(missed)s not met, %(open)s not shown by the sample.",
    ) % {"all": len(results), "met": met, "missed": missed, "open": len(results) - met - missed}
