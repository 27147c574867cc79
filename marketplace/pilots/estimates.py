"""From counts and sums to an estimate with its 95 % interval and a judgement. Pure: numbers in, numbers out.

Methods and sources:
  proportion        Wilson's score interval (Wilson 1927; Newcombe, Statistics in Medicine 17, 1998, method 3)
  mean              Student's t (Student 1908)
  rate              exact Poisson by chi-square (Garwood 1936)
  time_to_failure   chi-square of a test ended by time (Epstein 1960; IEC 60605-4:2001)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from marketplace.pilots.quantiles import chi_square, normal, student

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2

Kind = Literal["proportion", "mean", "rate", "time_to_failure"]
Direction = Literal["up", "down"]
Verdict = Literal["met", "not_met", "not_shown"]


@dataclass(frozen=True, slots=True)
class Sums:
    """What readings add up to. ``value`` and ``square`` are sums of differences from ``origin`` and of their squares.

    proportion: value = successes, base = trials. mean: value = sum, base is not used. rate: value = events, base =
    exposure in units. time_to_failure: value = running time, base = failures. Only a mean has another origin than 0:
    squares of small differences lose no digits.
    """

    count: int = 0
    base: float = 0.0
    value: float = 0.0
    square: float = 0.0
    origin: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.count + other.count, self.base + other.base, self.value + other.value, self.square + other.square,
            self.origin or other.origin,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval; ``high`` is infinite where nothing failed yet, both are None where no interval exists.

    ``sample``: what a minimum sample is compared with: trials, readings, exposure, or running time.
    """

    value: float
    low: float | None
    high: float | None
    sample: float


def estimate(kind: Kind, sums: Sums) -> Estimate | None:
    """The estimate of a kind of target; None without any reading, or without anything to divide by.

    Proportions are in per cent.
    """
    if sums.count == 0:
        return None
    if kind == "proportion":
        return _proportion(sums) if sums.base > 0 else None
    if kind == "mean":
        return _mean(sums)
    if kind == "rate":
        return _rate(sums) if sums.base > 0 else None
    return _time_to_failure(sums) if sums.value > 0 else None


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion, between 0 and 1."""
    z = normal(1 - _TAIL)
    p, spread = successes / trials, z * z / trials
    centre, half = p + spread / 2, z * math.sqrt(p * (1 - p) / trials + spread / (4 * trials))
    # At the ends rounding must not cut off the estimate itself.
    low = 0.0 if successes <= 0 else max(0.0, (centre - half) / (1 + spread))
    high = 1.0 if successes >= trials else min(1.0, (centre + half) / (1 + spread))
    return low, high


def _proportion(sums: Sums) -> Estimate:
    low, high = wilson(sums.value, sums.base)
    return Estimate(100 * sums.value / sums.base, 100 * low, 100 * high, sums.base)


def _mean(sums: Sums) -> Estimate:
    n = sums.count
    shift = sums.value / n
    value = sums.origin + shift
    if n < 2:
        return Estimate(value, None, None, n)
    variance = max(0.0, sums.square - n * shift * shift) / (n - 1)
    half = student(1 - _TAIL, n - 1) * math.sqrt(variance / n)
    return Estimate(value, value - half, value + half, n)


def _rate(sums: Sums) -> Estimate:
    events = sums.value
    low = chi_square(_TAIL, 2 * events) / 2 if events > 0 else 0.0
    high = chi_square(1 - _TAIL, 2 * events + 2) / 2
    return Estimate(events / sums.base, low / sums.base, high / sums.base, sums.base)


def _time_to_failure(sums: Sums) -> Estimate:
    time, failures = sums.value, sums.base
    low = 2 * time / chi_square(1 - _TAIL, 2 * failures + 2)
    high = 2 * time / chi_square(_TAIL, 2 * failures) if failures > 0 else math.inf
    # Without a failure the time run so far is all that is known: the mean is at least about that.
    return Estimate(time / failures if failures > 0 else time, low, high, time)


def judge(found: Estimate | None, target: float, direction: Direction, least: float, days_done: bool) -> Verdict:
    """Met, not met, or not shown yet.

    Met: the sample and the days suffice and the whole interval lies on the good side of the target. Not met: the whole
    interval lies on the bad side, however large the sample. Everything else is not shown yet.
    """
    if found is None or found.low is None or found.high is None:
        return "not_shown"
    good = found.low >= target if direction == "up" else found.high <= target
    bad = found.high < target if direction == "up" else found.low > target
    if bad:
        return "not_met"
    return "met" if good and days_done and found.sample >= least else "not_shown"


def beyond(value: float, limit: float, direction: Direction) -> bool:
    """Whether a value lies on the far side of a stop limit."""
    return value < limit if direction == "up" else value > limit
