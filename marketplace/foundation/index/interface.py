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
"""Other wordings of one normalised word, or of several that follow each other, without the word itself."""

Words = Callable[[], Iterable[str]]
"""Words that the dictionary of a new build should hold beyond those shipped."""

Verdict = Literal["met", "not_met", "unknown"]
Sort = Literal["relevance", "newest", "evidence"]


class IndexUnusable(Exception):
    """A file of the index is missing, damaged or of another analyzer: rebuild it from the database."""


class IndexBusy(Exception):
    """Another writer holds the lock of this index directory."""


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One searchable object. ``timestamp`` is in epoch seconds; ``facets`` may carry several values each.

    The facet ``kind`` is always ``(kind,)`` and need not be given. ``number`` is the public object number, or "".
    ``claims``: what is claimed, by name, each value as one text that a condition can judge. ``evidence``: how well
    the claims are supported, greater is better; only its order counts. ``names``: what people may begin to type, where
    the title joins several names (in two languages, of a model).
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
    claims: Mapping[str, str] = field(default_factory=dict)
    evidence: int = 0
    names: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return (self.kind, self.doc_id)


@dataclass(frozen=True, slots=True)
class Condition:
    """What the claim ``name`` must meet. ``judge`` says so of one claimed value; no claim is unknown.

    Conditions with the same ``label`` are the same condition: what was judged is remembered by it.
    """

    name: str
    label: str
    judge: Callable[[str], Verdict]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question. ``filters`` is keyed by facet: values of one facet are alternatives, facets add up.

    A facet without values filters nothing; a key that is not a facet raises ValueError. All ``conditions`` must be
    met; with ``unknown``, those documents are asked for instead of which no condition is known to fail and at least
    one is not known to be met. ``only``: nothing but these documents. ``strict``: every word must match, however few
    documents that leaves. ``related``: how many further documents to name that have some of the words, when those that
    match are fewer than a page. ``spoken``: the text as its letters are read, where they are no words themselves; by
    it the best hits are compared with the question.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20
    conditions: tuple[Condition, ...] = ()
    unknown: bool = False
    only: frozenset[Key] | None = None
    strict: bool = False
    related: int = 0
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    doc_id: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """A page of hits and the counts around it.

    ``facets`` counts every value that a document of the index has, zero included; the filter of a facet is left out
    when its own values are counted. ``approximate`` says that less than all that was asked for had to match.
    ``terms`` are what to highlight. ``widened``: words of the question with the other wordings that were searched for
    too. ``unknown``: how many more there are of which it is not known whether they meet the conditions. ``related``
    have some of the words only and are not among the total. ``wordless``: the text holds nothing that can be searched
    for, so that it left nothing out. ``unread``: a phrase was looked for in the best of what has its words only.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    approximate: bool
    terms: tuple[str, ...]
    widened: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown: int = 0
    related: tuple[Hit, ...] = ()
    wordless: bool = False
    unread: bool = False


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

    def words(self) -> Mapping[str, int]:
        """Every word of the texts with the number of documents that have it, more or less: for corrections."""
