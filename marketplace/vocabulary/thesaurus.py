"""The table of synonyms as the search reads it: a word in whatever script, width or case, and what else to look for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from marketplace.foundation.index.analyzer import shared_analyzer

HAN = re.compile("[\u3400-\u9fff]")
HAN_WORD = re.compile("[\u3400-\u9fff]{2,}")


def squeezed(word: str) -> str:
    """What two writings of the same word have in common: Simplified, lower case, without blanks and joiners."""
    return re.sub(r"[\s_-]+", "", shared_analyzer().normalise(word))


class Thesaurus:
    """Groups of words by each of their words. Never changes; a new state of the table makes a new one."""

    def __init__(self, position: int, groups: Iterable[Sequence[str]]) -> None:
        self.position = position
        self._groups = {squeezed(word): tuple(group) for group in groups for word in group}

    def others(self, text: str) -> Sequence[str]:
        """The other wordings of a word or name; none when the table does not have it."""
        asked = squeezed(text)
        return [word for word in self._groups.get(asked, ()) if squeezed(word) != asked]

    def written(self, text: str) -> str:
        """The word as the table writes it (AGV for agv)."""
        asked = squeezed(text)
        return next((word for word in self._groups.get(asked, ()) if squeezed(word) == asked), text)

    def in_latin(self, text: str) -> str:
        """The first wording in Latin letters, for readers of no Chinese; the word as written where there is none."""
        written = self.written(text)
        return next((word for word in (written, *self.others(text)) if not HAN.search(word)), written)

    @property
    def wordings(self) -> dict[str, Sequence[str]]:
        """Every word of the table as it is written, with its other wordings."""
        return {word: self.others(word) for group in set(self._groups.values()) for word in group}

    @property
    def words(self) -> list[str]:
        """Words that the segmenter should know: those of Chinese characters alone."""
        return sorted({word for group in self._groups.values() for word in group if HAN_WORD.fullmatch(word)})
