"""What a notice says: the kinds there are, and the shape of its sections.

A section is {"heading", "heading_en", "text", "text_en", "head", "head_en", "rows", "rows_en"}: a heading, paragraphs
separated by blank lines, and a table (``head``: its columns, ``rows``: cells as text); the table may be left out.
Notices frozen before there was "rows_en" show their rows to all readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core.text import Text

KINDS = {
    "award": Text("揭榜公示", "Award of a challenge"),
    "no_award": Text("流榜公示", "Failed challenge"),
    "withdrawal": Text("撤榜公示", "Withdrawal of a challenge"),
    "site": Text("示范应用公示", "Demonstration site"),
}


def section(
    heading: Text, text: Text = Text("", ""), head: Sequence[Text] = (), rows: Sequence[Sequence[str | Text]] = ()
) -> dict[str, Any]:
    """One section in both languages; a cell that is a plain text reads the same in both."""
    return {
        "heading": heading.zh, "heading_en": heading.en, "text": text.zh, "text_en": text.en,
        "head": [each.zh for each in head], "head_en": [each.en for each in head],
        "rows": [[each.zh if isinstance(each, Text) else each for each in row] for row in rows],
        "rows_en": [[each.en if isinstance(each, Text) else each for each in row] for row in rows],
    }  # fmt: skip


def in_words(found: dict[str, Any], language: str) -> dict[str, Any]:
    """A section as a page draws it; what has no English reads as it is."""
    english = language == "en"

    def said(key: str) -> Any:
        return (english and found.get(f"{key}_en")) or found.get(key)

    paragraphs = [each for each in str(said("text") or "").split("\n\n") if each]
    return {"heading": said("heading"), "paragraphs": paragraphs, "head": said("head"), "rows": said("rows")}
