"""Writes scipy_intervals.json: intervals of random data sets as SciPy gives them, for test_estimates to compare.

``python tests/pilots/compared_with_scipy.py`` in an environment with SciPy; it is no dependency of the project. Each
row holds what was measured, then the value and its 95 % interval:
  proportion        successes, trials          scipy.stats.binomtest(...).proportion_ci(method="wilson")
  mean              the values                 scipy.stats.t.interval around the mean, scipy.stats.sem
  rate              events, exposure           scipy.stats.chi2.ppf (Garwood)
  time_to_failure   hours run, failures        scipy.stats.chi2.ppf with 2 r and 2 r + 2 degrees of freedom
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

ROWS = 150
TABLE = Path(__file__).parent / "scipy_intervals.json"


def main() -> None:
    import numpy
    import scipy  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from scipy import stats  # type: ignore[import-not-found, import-untyped, unused-ignore]

    luck = random.Random(20261128)

    def proportion() -> list[Any]:
        trials = luck.choice((1, 2, 10, 100, 5000, 200_000))
        successes = luck.choice((0, trials, luck.randint(0, trials), luck.randint(0, trials)))
        low, high = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
        return [[successes, trials], 100 * successes / trials, 100 * low, 100 * high]

    def mean() -> list[Any]:
        centre, spread = luck.choice((0.0, 2.0, 1e4)), luck.choice((0.01, 1.0, 300.0))
        values = [round(luck.gauss(centre, spread), 4) for _one in range(luck.randint(2, 24))]
        low, high = stats.t.interval(0.95, len(values) - 1, loc=numpy.mean(values), scale=stats.sem(values))
        return [values, numpy.mean(values), low, high]

    def limits(events: int) -> tuple[float, float]:
        return (stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0), stats.chi2.ppf(0.975, 2 * events + 2) / 2

    def rate() -> list[Any]:
        events, exposure = luck.choice((0, 1, luck.randint(2, 30), luck.randint(31, 5000))), luck.uniform(0.5, 1e4)
        low, high = limits(events)
        return [[events, exposure], events / exposure, low / exposure, high / exposure]

    def time_to_failure() -> list[Any]:
        hours, failures = luck.uniform(1, 1e5), luck.choice((1, 2, luck.randint(3, 40), luck.randint(41, 2000)))
        low, high = limits(failures)
        return [[hours, failures], hours / failures, hours / high, hours / low]

    made = {
        each.__name__: [[row[0], *map(float, row[1:])] for row in (each() for _turn in range(ROWS))]
        for each in (proportion, mean, rate, time_to_failure)
    }
    lines = ",\n".join(f' "{kind}": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "]" for kind, rows in made.items())
    TABLE.write_text(f'{{"scipy": "{scipy.__version__}",\n{lines}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
