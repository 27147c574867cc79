"""Intervals against published values, their coverage by simulation, and the three judgements."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from marketplace.pilots.estimates import CONFIDENCE, Estimate, Sums, beyond, estimate, judge, wilson
from marketplace.pilots.quantiles import beta_below, chi_square, gamma_below, student

# Printed tables: NIST/SEMATECH e-Handbook of Statistical Methods 1.3.6.7.2 (t) and 1.3.6.7.4 (chi-square).
STUDENT = {(0.975, 1): 12.706, (0.975, 2): 4.303, (0.975, 5): 2.571, (0.975, 30): 2.042, (0.975, 100): 1.984,
           (0.995, 4): 4.604, (0.9, 10): 1.372}  # fmt: skip
CHI_SQUARE = {(0.975, 1): 5.024, (0.975, 2): 7.378, (0.025, 2): 0.051, (0.975, 10): 20.483, (0.025, 10): 3.247,
              (0.975, 100): 129.561, (0.025, 100): 74.222, (0.95, 30): 43.773}  # fmt: skip


@pytest.mark.parametrize("asked", STUDENT)
def test_student_against_the_printed_table(asked: tuple[float, int]) -> None:
    assert student(*asked) == pytest.approx(STUDENT[asked], abs=6e-4)


@pytest.mark.parametrize("asked", CHI_SQUARE)
def test_chi_square_against_the_printed_table(asked: tuple[float, int]) -> None:
    assert chi_square(*asked) == pytest.approx(CHI_SQUARE[asked], abs=6e-4)


def test_quantiles_invert_their_distribution_over_a_wide_range() -> None:
    luck = random.Random(1)
    for _turn in range(300):
        p, freedom = luck.uniform(0.001, 0.999), math.exp(luck.uniform(math.log(0.5), math.log(1e5)))
        assert gamma_below(freedom / 2, chi_square(p, freedom) / 2) == pytest.approx(p, abs=1e-8)
        upper, whole = luck.uniform(0.55, 0.999), luck.randint(1, 10_000)
        t = student(upper, whole)
        assert 1 - beta_below(whole / 2, 0.5, whole / (whole + t * t)) / 2 == pytest.approx(upper, abs=1e-9)


def test_wilson_as_newcombe_printed_it() -> None:
    # Newcombe 1998, table I, method 3.
    for (successes, trials), interval in {
        (81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718),
    }.items():  # fmt: skip
        assert wilson(successes, trials) == pytest.approx(interval, abs=5e-5)
    assert wilson(29, 29)[1] == 1


def test_poisson_and_time_to_failure_as_in_textbooks() -> None:
    # Garwood's limits as printed by Ulm, American Journal of Epidemiology 131 (1990): 10 events, 4.80 to 18.39.
    found = estimate("rate", Sums(count=5, base=100.0, value=10))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.0480, 0.1839), abs=6e-5)
    none = estimate("rate", Sums(count=3, base=50.0, value=0))
    assert none is not None
    assert (none.low, none.high) == pytest.approx((0, 3.689 / 50), abs=1e-4)
    # A test ended by time, 10,000 hours with 2 failures: NIST e-Handbook 8.4.5.1, factors 0.2768 and 8.2573 at 95 %.
    mtbf = estimate("time_to_failure", Sums(count=4, base=2, value=10_000))
    assert mtbf is not None
    assert (mtbf.value, mtbf.low, mtbf.high) == pytest.approx((5000, 1384.1, 41_286.6), rel=5e-4)
    unbroken = estimate("time_to_failure", Sums(count=1, base=0, value=1000))
    assert unbroken is not None
    assert unbroken.low == pytest.approx(1000 / 3.6889, rel=1e-4)
    assert unbroken.high == math.inf


def test_mean_from_sums_is_the_mean_of_the_values() -> None:
    # Student's own sleep data (1908, drug 2 minus drug 1): mean 1.58, interval 0.70 to 2.46.
    values, origin = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4], 100.0
    shifted = [each - origin for each in values]
    sums = Sums(10, 10, sum(shifted), sum(each * each for each in shifted), origin)
    found = estimate("mean", sums)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1.58, 0.7001, 2.4599), abs=1e-4)
    assert estimate("mean", Sums(1, 1, 0.5, 0.25, 1.0)) == Estimate(1.5, None, None, 1)


def sums_of(kind: str, measured: list[float]) -> Sums:
    """What these measurements add up to, as the tallies would have it."""
    if kind == "mean":
        origin = round(measured[0])
        shifted = [each - origin for each in measured]
        return Sums(len(measured), len(measured), sum(shifted), sum(each * each for each in shifted), origin)
    first, second = measured
    return Sums(1, second, first)


def test_intervals_of_random_data_sets_are_those_of_scipy() -> None:
    """600 data sets; scipy_intervals.json is written by compared_with_scipy.py, which names the functions."""
    table = json.loads((Path(__file__).parent / "scipy_intervals.json").read_text(encoding="utf-8"))
    kinds: tuple[Any, ...] = ("proportion", "mean", "rate", "time_to_failure")
    for kind in kinds:
        assert len(table[kind]) == 150
        for measured, value, low, high in table[kind]:
            found = estimate(kind, sums_of(kind, measured))
            assert found is not None
            near = pytest.approx((value, low, high), rel=1e-7, abs=1e-7)
            assert (found.value, found.low, found.high) == near, (kind, measured)


def test_nothing_measured_has_no_estimate() -> None:
    for kind in ("proportion", "mean", "rate", "time_to_failure"):
        assert estimate(kind, Sums()) is None  # type: ignore[arg-type]


def test_intervals_cover_as_often_as_they_say() -> None:
    """1,000 simulated pilots each; the exact ones never less than said, Wilson's on average."""
    luck, runs = random.Random(20260302), 1000
    share = sum(low <= 0.9 <= high for low, high in (
        wilson(sum(luck.random() < 0.9 for _one in range(120)), 120) for _run in range(runs)
    )) / runs  # fmt: skip
    assert share == pytest.approx(CONFIDENCE, abs=0.025)
    covered = {"mean": 0, "rate": 0, "time_to_failure": 0}
    for _run in range(runs):
        values = [luck.gauss(2, 0.3) for _one in range(12)]
        mean = estimate("mean", Sums(12, 12, sum(values), sum(each * each for each in values)))
        events = sum(luck.random() < 0.004 for _hour in range(1000))
        rate = estimate("rate", Sums(1, 1000, events))
        time = estimate("time_to_failure", Sums(1, events, 1000))
        truths = {"mean": (mean, 2.0), "rate": (rate, 0.004), "time_to_failure": (time, 250.0)}
        for kind, (found, truth) in truths.items():
            assert found is not None
            covered[kind] += (found.low or 0) <= truth <= (found.high or 0)
    assert covered["mean"] / runs == pytest.approx(CONFIDENCE, abs=0.025)
    assert min(covered["rate"], covered["time_to_failure"]) / runs > CONFIDENCE - 0.015


def test_three_judgements() -> None:
    def found(low: float, high: float, sample: float = 400) -> Estimate:
        return Estimate((low + high) / 2, low, high, sample)

    assert judge(found(96, 98), 95, "up", 300, days_done=True) == "met"
    assert judge(found(96, 98), 95, "up", 300, days_done=False) == "not_shown"
    assert judge(found(96, 98, 299), 95, "up", 300, days_done=True) == "not_shown"
    assert judge(found(94, 98), 95, "up", 300, days_done=True) == "not_shown"
    assert judge(found(90, 94, 10), 95, "up", 300, days_done=False) == "not_met"
    assert judge(found(1, 2), 2, "down", 300, days_done=True) == "met"
    assert judge(found(2.1, 3), 2, "down", 300, days_done=True) == "not_met"
    assert judge(None, 2, "down", 300, days_done=True) == "not_shown"
    assert beyond(79, 80, "up")
    assert not beyond(80, 80, "down")
