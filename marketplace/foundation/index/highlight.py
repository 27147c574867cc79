"""Marks the words of a question in a text; returns plain fragments, so that escaping stays with the template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

WINDOW = 120  # characters
_LATIN = "a-z\u00df-\u024f\u0370-\u052f"


@dataclass(frozen=True, slots=True)
class Fragment:
    text: str
    marked: bool


def highlight(text: str, terms: Iterable[str], fold: Callable[[str], str], window: int = WINDOW) -> list[Fragment]:
    """The ``window`` characters around the first cluster of terms, as fragments that join to a part of ``text``.

    ``window`` 0 keeps the whole text. ``fold`` is the normalisation the terms went through. An ellipsis stands for
    what was cut off.
    """
    folded, origins = _fold(text, fold)
    spans = _spans(folded, terms)
    if not window or len(text) <= window:
        return _fragments(text, [(origins[a], origins[b - 1] + 1) for a, b in spans], 0, len(text))
    placed = [(origins[a], origins[b - 1] + 1) for a, b in spans]
    start = _window_start(placed, window, len(text))
    end = min(len(text), start + window)
    fragments = _fragments(text, placed, start, end)
    if start:
        fragments.insert(0, Fragment("…", False))
    if end < len(text):
        fragments.append(Fragment("…", False))
    return fragments


def _fold(text: str, fold: Callable[[str], str]) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in ``text`` it comes from."""
    whole = fold(text)
    if len(whole) == len(text):
        return whole, list(range(len(text)))
    parts = [fold(char) for char in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _spans(folded: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    patterns = [_pattern(term) for term in sorted(set(terms), key=len, reverse=True) if term]
    if not patterns:
        return []
    return [match.span() for match in re.finditer("|".join(patterns), folded) if match.end() > match.start()]


def _pattern(term: str) -> str:
    """A model number is marked however it is joined: ``m10ia`` in ``m-10ia``; a Latin word only as a whole."""
    if not re.match(f"[0-9{_LATIN}]", term):
        return re.escape(term)
    body = "[-_ ]?".join(map(re.escape, term)) if re.search("[0-9]", term) else re.escape(term)
    before = "0-9" if term[0].isdigit() else _LATIN
    after = "0-9" if term[-1].isdigit() else _LATIN
    return f"(?<![{before}]){body}(?![{after}])"


def _window_start(spans: list[tuple[int, int]], window: int, length: int) -> int:
    """A little before the place from which most marks fit into the window; the earliest such place."""
    if not spans:
        return 0
    lead = window // 6
    room = window - lead

    def marks(start: int) -> int:
        return sum(start <= a and b <= start + room for a, b in spans)

    first = max((start for start, _ in spans), key=lambda start: (marks(start), -start))
    return max(0, min(first - lead, length - window))


def _fragments(text: str, spans: list[tuple[int, int]], start: int, end: int) -> list[Fragment]:
    fragments = []
    position = start
    for a, b in spans:
        if a < position or b > end:
            continue
        if a > position:
            fragments.append(Fragment(text[position:a], False))
        fragments.append(Fragment(text[a:b], True))
        position = b
    if position < end:
        fragments.append(Fragment(text[position:end], False))
    return fragments
