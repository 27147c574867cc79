"""Pinyin without tones and initials of Chinese words, as people type them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

# Read wrongly by the library's own table: the county of Hefei is Changfeng.
NAMES = {"长丰": [["cháng"], ["fēng"]]}


@cache
def _reader() -> Callable[..., list[str]]:
    """The library, loaded when it is first needed: 20 MB and 0.1 s."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(NAMES)
    reader: Callable[..., list[str]] = lazy_pinyin
    return reader


def syllables(text: str) -> list[str]:
    """The syllable of each character in its context (长 of 长丰 is chang); Latin letters stay as they are."""
    return [syllable.lower() for syllable in _reader()(text, errors=list)]


def pinyin(text: str) -> str:
    """``xunjian`` of 巡检."""
    return "".join(syllables(text))


def initials(text: str) -> str:
    """``xj`` of 巡检."""
    return "".join(syllable[0] for syllable in syllables(text))
