"""A label carried in both languages by data that lies below the web floor."""

from __future__ import annotations

from dataclasses import dataclass


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


def one_line(text: str) -> str:
    """Text of one line: every run of blanks and line ends is one space."""
    return " ".join(text.split())


def _said(values: dict[str, object], language: str) -> dict[str, object]:
    return {key: value.say(language) if isinstance(value, Text) else value for key, value in values.items()}
