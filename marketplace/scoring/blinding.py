"""What an expert reads of a bid under blind review: no names, no file names, no papers that name the bidder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.bids.content import FILE_KINDS, NAMING
from marketplace.core.text import Text

HIDDEN = "〔已隐去〕"
# Who they are; what they did and how they share the work is judged with the names taken out.
LEFT_OUT = ("leader",)
SHORTEST_NAME = 2


def content_of(written: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The fields of a bid without ``names`` and without who leads the project.

    ``names``: of the organizations, their codes and sites, and of people, as far as they are known.
    """
    leader = re.split(r"[，,、\s（(]", str(written.get("leader", "")))[0]
    known = sorted({each for each in (*names, leader) if len(each) >= SHORTEST_NAME}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known)), re.IGNORECASE) if known else None
    kept = {key: value for key, value in written.items() if key not in LEFT_OUT}
    return {**_hidden(kept, pattern), "files": written.get("files") or []}


def _hidden(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(value, str):
        return pattern.sub(HIDDEN, value) if pattern else value
    if isinstance(value, dict):
        return {key: _hidden(each, pattern) for key, each in value.items()}
    if isinstance(value, list):
        return [_hidden(each, pattern) for each in value]
    return value


def files_of(written: Mapping[str, Any], *, blind: bool) -> list[tuple[Text, dict[str, Any]]]:
    """(what an expert calls it, its entry) of the files he reads, in their order."""
    entries = [each for each in written.get("files") or [] if not (blind and each["kind"] in NAMING)]
    if not blind:
        return [(Text(each["name"], each["name"]), each) for each in entries]
    named = []
    for number, each in enumerate(entries, 1):
        kind = FILE_KINDS[each["kind"]]
        named.append((Text(f"{kind.zh} {number}", f"{kind.en} {number}"), each))
    return named
