"""What the evaluation needs of an engine's state: documents by number, as sets of numbers, with their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from marketplace.foundation.index.interface import Condition
from marketplace.foundation.index.weighed import Postings


class Segment(Protocol):
    """Documents numbered from 0 to ``size``; a set of them is an integer with a bit for each."""

    @property
    def size(self) -> int: ...
    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def doc_ids(self) -> Sequence[int]: ...
    @property
    def timestamps(self) -> Sequence[int]: ...
    @property
    def evidence(self) -> Sequence[int]: ...
    @property
    def facets(self) -> Mapping[str, Mapping[str, int]]: ...
    @property
    def newest(self) -> Sequence[int]: ...

    def exact(self, field: str, value: str) -> Sequence[int]:
        """Document numbers with this value in an unscored field."""

    def judged(self, condition: Condition) -> tuple[int, int]:
        """The documents that meet the condition, and those that fail it."""


class View(Protocol):
    """A segment together with its live documents."""

    @property
    def segment(self) -> Segment: ...
    @property
    def live(self) -> int: ...


class Snapshot(Protocol):
    """A state of an index that does not change."""

    @property
    def views(self) -> Sequence[View]: ...
    @property
    def facet_values(self) -> Mapping[str, Sequence[str]]: ...

    def token_bits(self, place: int, token: str) -> int:
        """The documents of a view that have the token, deleted ones included."""

    def postings(self, place: int, token: str) -> Postings:
        """The same with the token's weight in each."""

    def document_frequency(self, token: str) -> int:
        """Live documents with the token."""

    def idf(self, frequency: int) -> float:
        """The weight of a token with this frequency."""
