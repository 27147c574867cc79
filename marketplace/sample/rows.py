"""Reads the CSV files of the data folder into plain dictionaries, by their first column where asked."""

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """All rows of `data/<name>` in file order; every cell a string, empty where the file is empty."""
    text = (files("marketplace.sample") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def rows_by(name: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a file by a column that is unique in it; raises ValueError when it is not."""
    found = rows(name)
    by_key = {row[key]: row for row in found}
    if len(by_key) != len(found):
        raise ValueError(f"{name}: {key} is not unique")
    return by_key
