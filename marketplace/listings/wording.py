"""How values of a content are put into words, for differences, tables and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.core.text import Text

Show = Callable[[Any, str], str]


def as_text(value: Any, _language: str) -> str:
    """Text as it stands."""
    return str(value or "")


def as_codes(label: Callable[[str], Text]) -> Show:
    """A list of codes by their names."""

    def show(value: Any, language: str) -> str:
        return ("、" if language == "zh_CN" else ", ").join(label(code).say(language) for code in value or [])

    return show


def as_files(name: str) -> Show:
    """Files by what is said of them; one without words by its number."""

    def show(value: Any, _language: str) -> str:
        return "；".join(each.get(name) or f"#{each['file']}" for each in value or [])

    return show
