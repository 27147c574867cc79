"""Places in the frame of the shipped drawing of Anhui, and what its map shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.core.text import Text
from marketplace.reference import regions
from marketplace.sites.models import Site

# The drawing is equirectangular: fitted by least squares through the 16 city seats of its own source (Apache ECharts
# 4.9.0), whose coordinates are known in degrees; the largest error is 0.6 of the drawing's 534 × 692 units.
_EAST = (110.20452, -12656.92578)
_NORTH = (-130.00970, 4508.65339)
# Where Anhui lies, in degrees; what lies outside is a slip of the pen.
WEST, EAST, SOUTH, NORTH = 114.8, 119.7, 29.3, 34.7


@dataclass(frozen=True, slots=True)
class Mark:
    """One site on the map; ``x`` and ``y`` in the view box of the drawing."""

    title: Text
    number: str
    kind: str
    x: float
    y: float


def point(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees east and north as a point of the view box."""
    return round(_EAST[0] * longitude + _EAST[1], 1), round(_NORTH[0] * latitude + _NORTH[1], 1)


def within(longitude: float, latitude: float) -> bool:
    """Whether a place can lie in Anhui."""
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH


def marks(sites: Iterable[Site]) -> list[Mark]:
    """The sites that have coordinates."""
    return [
        Mark(each.label, each.number, each.kind, *point(each.longitude, each.latitude))
        for each in sites
        if each.longitude is not None and each.latitude is not None
    ]


def tiles(counts: Mapping[str, int], href: Callable[[str], str]) -> Sequence[Sequence[Mapping[str, Any] | None]]:
    """The cities as rows of tiles: {name, count, href}, or none where no city lies."""
    columns, rows = regions.drawing().grid
    grid: list[list[Mapping[str, Any] | None]] = [[None] * columns for _row in range(rows)]
    for code, (column, row) in regions.tiles().items():
        grid[row][column] = {"name": regions.name(code), "count": counts.get(code, 0), "href": href(code)}
    return grid
