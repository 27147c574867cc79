"""Geometry of the plots. Pure: numbers in, plain data out; the macro ``band_plot`` draws.

x is in per cent of the plot's width and y in pixels, so that a plot fits any screen without a viewBox: the text keeps
its size and no style attribute is needed (strict content security policy).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from marketplace.core.text import Text
from marketplace.pilots.judging import Judged

HEIGHT, TOP, BOTTOM = 190, 14, 26
FLOOR = HEIGHT - BOTTOM
LABEL_GAP = 15
# A place is labelled on the axis when so many labels fit on a telephone.
MOST_LABELS = 5
# How much of a limit far away still counts for the scale: limits beyond stay outside and are named in words.
REACH = 3.0


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values inside [low, high]."""
    raw = (high - low) / count
    size = 10 ** math.floor(math.log10(raw))
    step = min((factor * size for factor in (1, 2, 2.5, 5, 10)), key=lambda each: abs(each - raw))
    start = math.ceil(low / step - 1e-9)
    return [float(f"{place * step:.9g}") for place in range(start, math.floor(high / step + 1e-9) + 1)]


def spread(labels: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Labels moved apart so that none covers another, from above to below."""
    out: list[tuple[float, str]] = []
    for y, kind in sorted(labels):
        out.append((max(y, out[-1][0] + LABEL_GAP) if out else y, kind))
    return out


def scale(values: Sequence[float], limits: Sequence[float | None], kind: str) -> tuple[float, float]:
    """The ends of the axis: everything measured, and the limits as far as they are near."""
    known = [each for each in values if math.isfinite(each)]
    near = [each for each in limits if each is not None]
    if known:
        span = max(max(known) - min(known), abs(max(known)) * 0.02, 1e-9)
        centre = (max(known) + min(known)) / 2
        near = [each for each in near if abs(each - centre) <= REACH * span + 0.25 * abs(centre)]
    low, high = min([*known, *near], default=0.0), max([*known, *near], default=1.0)
    margin = (high - low) * 0.08 or max(abs(high) * 0.1, 1.0)
    low, high = low - margin, high + margin
    if min([0.0, *known, *near]) >= 0:
        low = max(0.0, low)
    return (low, min(high, 100.0)) if kind == "proportion" and low < 100 else (low, high)


def band_plot(result: Judged, incidents: Sequence[Any] = ()) -> dict[str, Any]:
    """Periods with their intervals against target, stop limit and baseline; all together at the right."""
    target = result.target
    shown = [each.found for each in result.periods if each.found] + ([result.found] if result.found else [])
    values = [number for found in shown for number in (found.value, found.low, found.high) if number is not None]
    low, high = scale(values, (target.goal, target.stop, target.baseline), target.kind)

    def y(value: float) -> float:
        return round(TOP + (high - min(max(value, low), high)) / (high - low) * (FLOOR - TOP), 1)

    count = len(result.periods) + 1.6
    every = -(-len(result.periods) // MOST_LABELS) or 1
    points = [
        _point(each.found, y, (place + 0.5) / count, each.label if place % every == 0 else None)
        for place, each in enumerate(result.periods)
        if each.found
    ]
    limits = {"target": target.goal, "stop": target.stop, "base": target.baseline}
    outside = [name for name, value in limits.items() if value is not None and not low <= value <= high]
    lines = {name: None if value is None or name in outside else y(value) for name, value in limits.items()}
    return {
        "height": HEIGHT, "top": TOP, "floor": FLOOR, "points": points, "joins": list(pairwise(points)),
        "whole": _point(result.found, y, (len(result.periods) + 0.85) / count, None) if result.found else None,
        "cut": round((len(result.periods) + 0.1) / count * 100, 2),
        "ticks": [(y(each), f"{each:g}") for each in ticks(low, high)],
        "labels": spread([(place + 4, name) for name, place in lines.items() if place is not None]),
        "outside": outside, "zone": _zone(target, lines["stop"]), "incidents": _marks(result, incidents, count),
        **lines,
    }  # fmt: skip


def _point(found: Any, y: Any, x: float, label: Text | None) -> dict[str, Any]:
    sure = found.low is not None and found.high is not None
    return {
        "x": round(x * 100, 2), "y": y(found.value), "label": label,
        "low": y(found.low) if sure else None, "high": y(found.high) if sure else None,
    }  # fmt: skip


def _zone(target: Any, stop: float | None) -> dict[str, float] | None:
    """Where the stop limit is passed: below it when more is better, else above."""
    if stop is None:
        return None
    return {"y": stop, "h": FLOOR - stop} if target.direction == "up" else {"y": TOP, "h": stop - TOP}


def _marks(result: Judged, incidents: Sequence[Any], count: float) -> list[float]:
    """Where on the axis something happened, in per cent."""
    if not result.periods:
        return []
    first, last = result.periods[0].first, result.periods[-1].last
    days = (last - first).days + 1
    length = (result.periods[0].last - first).days + 1
    found = {(each - first).days / length for each in incidents if 0 <= (each - first).days < days}
    return [round((place + 0.5 / length) / count * 100, 2) for place in sorted(found)]
