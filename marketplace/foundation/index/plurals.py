"""English words in the singular and the plural: a question means both."""

from __future__ import annotations

import re

WORD = re.compile("[a-z]{3,24}")
HISSING = ("s", "x", "z", "ch", "sh")  # what takes es
NOT_PLURAL = ("ss", "us", "is")


def singular(word: str) -> str:
    """``battery`` of batteries; a word that is no plural stays as it is."""
    if not WORD.fullmatch(word) or len(word) < 4 or not word.endswith("s") or word.endswith(NOT_PLURAL):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith("es") and word[:-2].endswith(("ss", *HISSING[1:])) else word[:-1]


def forms(word: str) -> list[str]:
    """Singular and plural of a normalised Latin word; of anything else only itself."""
    if not WORD.fullmatch(word):
        return [word]
    one = singular(word)
    if one.endswith("y") and one[-2] not in "aeiou":
        many = one[:-1] + "ies"
    else:
        many = one + ("es" if one.endswith(HISSING) else "s")
    return list(dict.fromkeys([word, one, many]))
