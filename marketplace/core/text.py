"""A label carried in both languages by data that lies below the web floor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from marketplace.core.clock import beijing


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and English.

    ``%`` fills placeholders in both languages at once, so that a message with a value stays one object.
    """

    zh: str
    en: str

    def say(self, language: str) -> str:
        """Return the words in ``language`` ("zh_CN" or "en"; anything else reads as Chinese)."""
        return self.en if language.startswith("en") else self.zh

    def __mod__(self, values: dict[str, object]) -> Text:
        """Fill ``%(name)s`` placeholders; a value that is itself a Text is said in each language."""
        return Text(self.zh % _said(values, "zh_CN"), self.en % _said(values, "en"))


def enumerated(each: Iterable[Text | str]) -> Text:
    """Several things one after another, in both languages; a str reads the same in both."""
    found = [one if isinstance(one, Text) else Text(one, one) for one in each]
    return Text("、".join(one.zh for one in found), ", ".join(one.en for one in found))


def within_marks(words: str) -> str:
    """Words that will stand in quotation marks: their own are single ones there."""
    return re.sub('[“"]([^“”"]*)[”"]', r"‘\1’", words)


def day_text(value: date | datetime) -> Text:
    """A day: 2026-10-09, in English 9 October 2026. An (aware) instant is taken on its Beijing day."""
    plain = beijing(value).date() if isinstance(value, datetime) else value
    return Text(plain.isoformat(), format_date(plain, "d MMMM y", "en"))


def one_line(text: str) -> str:
    """Text of one line: every run of blanks and line ends is one space."""
    return " ".join(text.split())


def _said(values: dict[str, object], language: str) -> dict[str, object]:
    return {key: value.say(language) if isinstance(value, Text) else value for key, value in values.items()}
