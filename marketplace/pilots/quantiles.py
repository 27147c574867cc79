"""Quantiles of the chi-square and Student distributions: what interval estimates need, in pure Python.

The incomplete gamma and beta functions follow Press, Teukolsky, Vetterling, Flannery, Numerical Recipes, 3rd edition
(2007), 6.2 and 6.4: series and continued fraction, inverted by Halley's method. Ten digits or better.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_ENOUGH = 1e-15
_TINY = 1e-300
_STEPS = 200_000
_NORMAL = NormalDist()


def normal(p: float) -> float:
    """The ``p``-quantile of the standard normal distribution."""
    return _NORMAL.inv_cdf(p)


@lru_cache(maxsize=4096)
def chi_square(p: float, freedom: float) -> float:
    """The ``p``-quantile (0 < p < 1) of the chi-square distribution with ``freedom`` (> 0) degrees of freedom."""
    return 2 * _inverse_gamma(p, freedom / 2)


@lru_cache(maxsize=4096)
def student(p: float, freedom: int) -> float:
    """The ``p``-quantile (0.5 ≤ p < 1) of Student's distribution with ``freedom`` (≥ 1) degrees of freedom."""
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p)))
    z = normal(p)
    t = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)  # Cornish and Fisher
    scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    for _step in range(24):
        above = beta_below(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
        density = math.exp(scale - (freedom + 1) / 2 * math.log1p(t * t / freedom))
        step = (above - (1 - p)) / density
        t += step
        if abs(step) < 1e-11 * max(1.0, t):
            break
    return t


def gamma_below(a: float, x: float) -> float:
    """The regularized lower incomplete gamma function P(a, x)."""
    if x <= 0:
        return 0.0
    return _gamma_series(a, x) if x < a + 1 else 1 - _gamma_fraction(a, x)


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    n = a
    for _step in range(_STEPS):
        n += 1
        term *= x / n
        total += term
        if term < total * _ENOUGH:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a))


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    found = d
    for i in range(1, _STEPS):
        factor = -i * (i - a)
        b += 2
        d = 1 / _away(factor * d + b)
        c = _away(b + factor / c)
        step = d * c
        found *= step
        if abs(step - 1) < _ENOUGH * 10:
            break
    return found * math.exp(a * math.log(x) - x - math.lgamma(a))


def _away(value: float) -> float:
    """The value, kept from being nothing (Lentz)."""
    return value if abs(value) > _TINY else _TINY


def _inverse_gamma(p: float, a: float) -> float:
    """The x with P(a, x) = p."""
    if a > 1:
        cube = 1 - 1 / (9 * a) + normal(p) / (3 * math.sqrt(a))  # Wilson and Hilferty 1931
        x = max(1e-3, a * cube**3)
    else:
        edge = 1 - a * (0.253 + a * 0.12)
        x = (p / edge) ** (1 / a) if p < edge else 1 - math.log(1 - (p - edge) / (1 - edge))
    for _step in range(24):
        if x <= 0:
            return 0.0
        density = math.exp((a - 1) * math.log(x) - x - math.lgamma(a))
        if density == 0:
            break
        step = (gamma_below(a, x) - p) / density
        step /= 1 - 0.5 * min(1.0, step * ((a - 1) / x - 1))
        x, before = (x - step if x > step else x / 2), x
        if abs(x - before) < 1e-12 * x:
            break
    return x


def beta_below(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for factor in (even, odd):
            d = 1 / _away(1 + factor * d)
            c = _away(1 + factor / c)
            found *= d * c
        if abs(d * c - 1) < _ENOUGH * 10:
            break
    return found
