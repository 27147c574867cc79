"""How values of a content are put into words, for pages, differences, tables and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from marketplace.core.text import Text

Show = Callable[[Any, str], str]


def both(content: Mapping[str, Any], key: str) -> Text:
    """A text of the content in both languages; without English the Chinese stands in both."""
    chinese = content.get(key) or ""
    return Text(chinese, content.get(f"{key}_en") or chinese)


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a text, which an empty line parts."""
    return [part.strip() for part in re.split(r"\n\s*\n", text or "") if part.strip()]


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
