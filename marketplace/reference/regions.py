"""Regions of Anhui by GB/T 2260 code: the province, 16 cities, 104 counties, and 15 development zones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from marketplace.core.text import Text
from marketplace.reference.catalogue import fold
from marketplace.reference.files import read_csv, read_json

Level = Literal["province", "city", "county"]

PROVINCE = "340000"
_LEVELS: dict[str, Level] = {each: each for each in get_args(Level)}


@dataclass(frozen=True, slots=True)
class Region:
    """A place with a GB/T 2260 code.

    ``kind`` is the Chinese word of the register (省, 地级市, 区, 县, 县级市, 开发区); ``slug`` is set for the
    province and the cities only; ``sort`` is the order among its siblings.
    """

    code: str
    label: Text
    level: Level
    parent: str
    kind: str
    slug: str
    sort: int


@dataclass(frozen=True, slots=True)
class CityShape:
    """How one city is drawn: ``tile`` (column, row) shows no boundary; ``outline`` is an SVG path.

    ``label`` and ``seat`` are points in the drawing's view box.
    """

    code: str
    name: Text
    tile: tuple[int, int]
    label: tuple[int, int]
    seat: tuple[int, int]
    outline: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The schematic of the 16 cities with its source and licence.

    An outline may be shown publicly only with a map approval number (审图号); the tiles need none.
    """

    view_box: str
    grid: tuple[int, int]
    source: str
    licence: str
    note: str
    cities: tuple[CityShape, ...]
    outline: str


def province() -> Region:
    """Anhui."""
    return region(PROVINCE)


@cache
def cities() -> tuple[Region, ...]:
    """The 16 cities in the usual order (Hefei first)."""
    return tuple(sorted((each for each in _all() if each.level == "city"), key=lambda each: each.sort))


@cache
def counties(city: str, zones: bool = False) -> tuple[Region, ...]:
    """The county-level units of a city by its code; with ``zones`` the statistical development zones too."""
    found = (each for each in _all() if each.parent == city and (zones or each.kind != "开发区"))
    return tuple(sorted(found, key=lambda each: each.sort))


def region(code: str) -> Region:
    """The region with this code; raises KeyError."""
    return _by_code()[code]


def known(code: str) -> bool:
    """Whether the code is a region of Anhui."""
    return code in _by_code()


def name(code: str) -> Text:
    """The name of a region in both languages; an empty or foreign code reads 省外 / Outside Anhui."""
    found = _by_code().get(code)
    return found.label if found else Text("省外", "Outside Anhui")


def full_name(code: str) -> Text:
    """City and county together, as an address is read: 合肥市庐阳区 / Luyang District, Hefei."""
    found = _by_code().get(code)
    if found is None or found.level != "county":
        return name(code)
    city = region(found.parent).label
    return Text(city.zh + found.label.zh, f"{found.label.en}, {city.en}")


def city_of(code: str) -> str:
    """The code of the city that a region is or lies in; "" for the province and for foreign or empty codes."""
    found = _by_code().get(code)
    if found is None or found.level == "province":
        return ""
    return found.code if found.level == "city" else found.parent


def find(text: str) -> Region | None:
    """The region meant by a code, a Chinese name (with or without 市), an English name or a slug; or None.

    A short name means the city before a county that is called the same (黄山).
    """
    return _names().get(fold(text))


@cache
def drawing() -> Drawing:
    """The tiles and outlines of the cities."""
    content = read_json("anhui-cities.json")
    shapes = tuple(
        CityShape(
            each["code"],
            Text(each["zh"], each["en"]),
            _pair(each["tile"]),
            _pair(each["label"]),
            _pair(each["seat"]),
            each["d"],
        )
        for each in content["cities"]
    )
    return Drawing(
        view_box=content["viewBox"],
        grid=_pair(content["grid"]),
        source=content["source"],
        licence=content["licence"],
        note=content["note"],
        cities=shapes,
        outline=content["outline"],
    )


def tiles() -> dict[str, tuple[int, int]]:
    """Column and row of each city's tile, by code."""
    return {each.code: each.tile for each in drawing().cities}


def _pair(values: list[int]) -> tuple[int, int]:
    first, second = values
    return first, second


@cache
def _all() -> tuple[Region, ...]:
    english = read_json("regions_en.json")["names"]
    return tuple(_region(row, english[row["code"]]) for row in read_csv("regions.csv"))


def _region(row: dict[str, str], english: str) -> Region:
    return Region(
        code=row["code"],
        label=Text(row["name"], english),
        level=_LEVELS[row["level"]],
        parent=row["parent_code"],
        kind=row["kind"],
        slug=row["slug"],
        sort=int(row["sort"]),
    )


@cache
def _by_code() -> dict[str, Region]:
    return {each.code: each for each in _all()}


@cache
def _names() -> dict[str, Region]:
    names: dict[str, Region] = {}
    # The province and the cities come first, so that a name shared with a county means the city.
    for each in sorted(_all(), key=lambda region: list(_LEVELS).index(region.level)):
        zh = each.label.zh
        for word in (each.code, zh, zh.removesuffix(each.kind), each.label.en, each.slug, zh.removesuffix("市")):
            if len(word) > 1:
                names.setdefault(fold(word), each)
    return names


OUTSIDE = "outside"
"""The facet value of what lies outside Anhui."""


def places(code: str) -> tuple[str, ...]:
    """Under which values of the facet "city" something at ``code`` is counted: its city and the province above it.

    What belongs to the province itself is counted there alone, what lies elsewhere as outside.
    """
    if not known(code):
        return (OUTSIDE,)
    city = city_of(code)
    return (city, PROVINCE) if city else (PROVINCE,)
