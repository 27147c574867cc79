"""Where the data files of this capability lie, and how one is read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from marketplace.core.text import Text

_DATA = files("marketplace.reference") / "data"


def read_json(name: str) -> dict[str, Any]:
    """The whole of one JSON data file."""
    content: dict[str, Any] = json.loads((_DATA / name).read_text(encoding="utf-8"))
    return content


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of one CSV data file, by column name."""
    lines = (_DATA / name).read_text(encoding="utf-8-sig").splitlines()
    return list(csv.DictReader(lines))


def label(row: Mapping[str, Any], prefix: str = "") -> Text:
    """The Chinese and English words of a row (``zh``/``en``, or ``note_zh``/``note_en`` with a prefix).

    Raises KeyError when one of the two is missing: a label in one language only is a mistake in the data.
    """
    return Text(row[f"{prefix}zh"], row[f"{prefix}en"])
