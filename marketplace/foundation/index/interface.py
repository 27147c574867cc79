"""What every search engine of the marketplace offers, and the shapes that go in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

FACETS = ("kind", "domain", "category", "city", "segment", "status")

Key = tuple[str, int]
"""(kind, doc_id): the identity of a document across kinds."""

Texts = Callable[[Sequence[Key]], Mapping[Key, str]]
"""Fetches the raw text (title, tags and body) of documents; a key that is missing counts as an empty text."""

Synonyms = Callable[[str], Sequence[str]]
"""Other wordings of one normalised word or query, without the word itself."""


class IndexUnusable(Exception):
    """A file of the index is missing, damaged or of another analyzer: rebuild it from the database."""


class IndexBusy(Exception):
    """Another writer holds the lock of this index directory."""


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One searchable object. ``timestamp`` is in epoch seconds; ``facets`` may carry several values each.

    The facet ``kind`` is always ``(kind,)`` and need not be given. ``number`` is the public object number, or "".
    """

    kind: str
    doc_id: int
    version: int
    number: str
    title: str
    body: str
    tags: str
    facets: Mapping[str, tuple[str, ...]]
    timestamp: int

    @property
    def key(self) -> Key:
        return (self.kind, self.doc_id)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question. ``filters`` is keyed by facet: values of one facet are alternatives, facets add up.

    A facet without values filters nothing; a key that is not a facet raises ValueError.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Literal["relevance", "newest"] = "relevance"
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    doc_id: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """A page of hits and the counts around it.

    ``facets`` counts every value that a document of the index has, zero included; the filter of a facet is left out
    when its own values are counted. ``approximate`` says that fewer words than asked for had to match, or that a
    phrase could not be verified in every candidate. ``terms`` are what to highlight.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    approximate: bool
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """State of the index on disk. ``size`` is in bytes; ``built_at`` in epoch seconds.

    ``dictionary_current`` is False when the words of the analyzer changed since the build. ``rebuild_advised`` is True
    when that is so, or when deletions and small segments have piled up.
    """

    generation: int
    commit: int
    documents: int
    deleted: int
    segments: int
    size: int
    built_at: int
    dictionary_current: bool
    rebuild_advised: bool


class SearchEngine(Protocol):
    """A search engine over :class:`IndexDocument`. All methods but ``check_files`` raise :class:`IndexUnusable`."""

    def search(self, request: SearchRequest, texts: Texts, synonyms: Synonyms | None = None) -> SearchAnswer: ...

    def apply(self, upserts: Iterable[IndexDocument], deletes: Iterable[Key]) -> None:
        """Replace and remove documents in one commit. Raises IndexBusy when another writer is at work."""

    def versions(self) -> Mapping[Key, int]:
        """The version of every live document, for the comparison with the database."""

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Build the next generation and swap it in; returns its number. The caller replays what changed meanwhile."""

    def check_files(self) -> list[str]:
        """Name every damaged or missing file; an empty list means that all is well."""

    def status(self) -> IndexStatus: ...

    def position(self) -> tuple[int, int]:
        """Generation and commit that a question asked now would read."""
