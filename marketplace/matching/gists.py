"""What products said when they were judged, kept small, so that a changed need is read with few of them only.

Cutting the words of a product takes most of the time of judging it, and most products have nothing in common with one
need. It is a cache: what is not in it is read and cut.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from marketplace.matching.scoring import Gist, Offer

MOST = 20_000  # products; half a kilobyte each
MOST_TOKENS = 500_000  # different ones; when they are more, everything is let go


class Kept(NamedTuple):
    """``tokens``: by their numbers."""

    version: int
    category: str
    domains: frozenset[str]
    tokens: array[int]


class Gists:
    """The gists of products, by key and version."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._numbers: dict[str, int] = {}
        self._tokens: list[str] = []
        self._kept: dict[int, Kept] = {}

    def keep(self, offer: Offer, version: int) -> None:
        """Remember what an offer says, as of a version of its product; once there are enough, of no further ones."""
        if offer.id not in self._kept and len(self._kept) >= MOST:
            return
        if len(self._tokens) > MOST_TOKENS:
            self._forget()
        numbers = array("I", [self._number(token) for token in offer.tokens])
        self._kept[offer.id] = Kept(version, offer.category, offer.domains, numbers)

    def _number(self, token: str) -> int:
        number = self._numbers.setdefault(token, len(self._tokens))
        if number == len(self._tokens):
            self._tokens.append(token)
        return number

    def retain(self, keys: Iterable[int]) -> None:
        """Let go of all other products: they make room."""
        for key in self._kept.keys() - set(keys):
            del self._kept[key]

    def get(self, key: int, version: int) -> Gist | None:
        """What the product says in this version, or None where that is not remembered."""
        found = self._kept.get(key)
        if found is None or found.version != version:
            return None
        tokens = frozenset(map(self._tokens.__getitem__, found.tokens))
        return Gist(key, found.category, found.domains, tokens)
