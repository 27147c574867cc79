"""Whether a page speaks one language: what people wrote stays as it is, every other word is the reader's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask

HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
PIECES = re.compile(r"[\s,，;；·:：。“”\"()（）/、\u3000]+")
# What is the same in both languages: names of people, of files, of the site, and what a language calls itself.
OWN_NAMES = ("机遇", "中文", "English")


@dataclass(frozen=True)
class Content:
    """Every text that people wrote, which stays in the language in which they wrote it."""

    text: str

    def holds(self, words: str) -> bool:
        """Whether somebody wrote these words."""
        return words in self.text or words in OWN_NAMES


@cache
def _written_columns() -> tuple[Any, ...]:
    from marketplace.foundation.db import db

    kinds = (sa.String, sa.Text, sa.JSON)
    tables = [table for name, table in db.metadata.tables.items() if not name.startswith(("outbox", "dirty"))]
    return tuple(column for table in tables for column in table.columns if isinstance(column.type, kinds))


def written(app: Flask) -> Content:
    """What stands in the database."""
    from marketplace.cli.seeding_bids import PAPERS
    from marketplace.foundation.db import db
    from marketplace.sample.demo_bids import demo_bid

    with app.app_context():
        values = [value for column in _written_columns() for value in db.session.scalars(sa.select(column).distinct())]
    # What bids say stands there encrypted.
    return Content("\n".join(_flat([*values, demo_bid(["-"]), *PAPERS.values()])))


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _flat(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)


def foreign_words(words: list[list[str]], content: Content) -> Iterator[str]:
    """Words of the interface in another language than the element says that holds them."""
    for language, text in words:
        plain = " ".join(text.split())
        if language == "en" and HAN.search(plain):
            strange = [one for one in PIECES.split(plain) if HAN.search(one) and not content.holds(one)]
            if strange and not content.holds(plain):
                yield f"not English: {plain[:80]}"
        elif language.startswith("zh") and _is_english(plain) and not content.holds(plain):
            yield f"not Chinese: {plain[:80]}"


def _is_english(words: str) -> bool:
    """A phrase of English; addresses are no language."""
    return not HAN.search(words) and bool(SENTENCE.search(words)) and "http" not in words and "@" not in words
