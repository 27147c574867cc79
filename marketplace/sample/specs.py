"""Specs of a compiled product row: its columns and its `other_specs` cell, in the units of the catalogue."""

import math
import re
from decimal import Decimal
from typing import Any

from marketplace.sample.catalogue import COLUMNS, LIDAR, LOAD_BASIS, NAVIGATION, OTHER, OTHER_NOTES, UNPLACED

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*[-~]\s*({_NUMBER})")
_SINGLE = re.compile(rf"({_NUMBER})(\+?)")
_RATIO = re.compile(rf"({_NUMBER}):1")
_OTHER = re.compile(r"(?P<name>.+?)(?P<sign>[=≥≤<>])(?P<value>\S+)(?: (?P<unit>\S+))?")
_SIGNS = {"≥": ">=", ">": ">=", "≤": "<=", "<": "<="}
# Words of a source note that say which spec it is about; a note with none of them is about the row as a whole.
_NOTE_WORDS = {
    "体重": "weight",
    "30千克": "weight",
    "身高": "height",
    "自由度": "dof",
    "轴数": "dof",
    "IP67": "ip_rating",
}
# Notes about the whole source, which concern every value taken from it.
_NOTES_ON_ALL = ("社区维护", "手册第16页")


def number(text: str, factor: Decimal = Decimal(1), sign: str = "=") -> dict[str, str]:
    """A spec value of a number kind from "5", "23-43", "-20~55", "28+" or "9:1".

    `factor` turns it into the spec's unit; `sign` is the sign between name and value, one of = ≥ ≤ < >.
    Raises ValueError when the text is no number.
    """
    if found := _RANGE.fullmatch(text):
        return {"from": _decimal(found[1], factor), "to": _decimal(found[2], factor)}
    if found := _RATIO.fullmatch(text):
        return {"from": _decimal(found[1], factor)}
    found = _SINGLE.fullmatch(text)
    if not found:
        raise ValueError(f"not a number or range: {text!r}")
    value = {"from": _decimal(found[1], factor)}
    approx = ">=" if found[2] else _SIGNS.get(sign, "")
    return value | ({"approx": approx} if approx else {})


def specs(row: dict[str, str]) -> dict[str, dict[str, Any]]:
    """All specs a row states, each documented by the row's source; raises ValueError for an entry nobody mapped."""
    found: dict[str, dict[str, Any]] = {}
    for column, key in COLUMNS.items():
        if row[column]:
            found[key] = _spec(row, key, number(row[column]))
    if row["ip_rating"]:
        found["ip_rating"] = _spec(row, "ip_rating", {"choice": row["ip_rating"]})
    if row["ex_mark"]:
        found["ex_mark"] = _spec(row, "ex_mark", {"text": row["ex_mark"]})
    wording = f"源表导航栏写作“{row['navigation']}”"
    if row["navigation"] in LIDAR:
        found["sensors"] = _spec(row, "sensors", {"choices": ["lidar"]}, wording)
    elif codes := NAVIGATION.get(row["navigation"], ()):
        found["navigation"] = _spec(row, "navigation", {"choices": list(codes)}, wording)
    for entry in other_entries(row):
        _add_other(row, entry, found)
    return found


def other_entries(row: dict[str, str]) -> list[str]:
    """The entries of the other_specs cell, such as "电池=972 Wh"."""
    return [entry for entry in row["other_specs"].split("; ") if entry]


def unplaced(row: dict[str, str]) -> list[str]:
    """Statements of the row that no spec can hold, in the row's words, for its source note."""
    left = [entry.replace("=", "：", 1) for entry in other_entries(row) if _parts(entry)[::3] in UNPLACED]
    if row["navigation"] and row["navigation"] not in LIDAR and not NAVIGATION[row["navigation"]]:
        left.append(f"导航方式：{row['navigation']}")
    return left


def _add_other(row: dict[str, str], entry: str, found: dict[str, dict[str, Any]]) -> None:
    name, sign, value, unit = _parts(entry)
    if (name, unit) in UNPLACED:
        return
    if name == "负载口径":
        found["payload_basis"] = _spec(row, "payload_basis", {"choice": LOAD_BASIS[value]})
    elif (name, unit) == ("坡度", "%"):
        degrees = f"{math.degrees(math.atan(float(value) / 100)):.1f}"
        found["slope"] = _spec(row, "slope", {"from": degrees, "approx": "~"}, f"源表为{value}%，换算为度")
    elif (name, unit) in OTHER:
        key, factor = OTHER[name, unit]
        found[key] = _spec(row, key, number(value, factor, sign), OTHER_NOTES.get(name, ""))
    else:
        raise ValueError(f"{row['product_id']}: no spec for {entry!r}")


def _parts(entry: str) -> tuple[str, str, str, str]:
    """Name, sign, value and unit ("" for none) of one other_specs entry."""
    found = _OTHER.fullmatch(entry)
    if not found:
        raise ValueError(f"not name, sign and value: {entry!r}")
    return found["name"], found["sign"], found["value"], found["unit"] or ""


def _spec(row: dict[str, str], key: str, value: dict[str, Any], note: str = "") -> dict[str, Any]:
    notes = [part for part in (note, _note_on(key, row["source_note"])) if part]
    return {
        "value": value,
        "evidence": "documented" if row["source"] else "declared",
        "source": row["source"],
        "file": None,
        "note": "；".join(notes),
    }


def _note_on(key: str, note: str) -> str:
    """The row's source note where it concerns this spec, else nothing."""
    about = {spec for word, spec in _NOTE_WORDS.items() if word in note}
    return note if key in about or any(words in note for words in _NOTES_ON_ALL) else ""


def _decimal(text: str, factor: Decimal) -> str:
    """Plain decimal text in the spec's unit, without exponent and trailing zeros, as stored values are."""
    return f"{(Decimal(text) * factor).normalize():f}"
