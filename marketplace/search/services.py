"""The upkeep of the index: catch up with changes, build it anew, compare it with the database and mend it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from flask import current_app

from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.analyzer import shared_analyzer, shipped_words
from marketplace.foundation.index.interface import (
    IndexBusy,
    IndexDocument,
    IndexUnusable,
    Key,
    SearchEngine,
    SearchRequest,
)
from marketplace.foundation.leisure import at_leisure
from marketplace.search import spelling, suggesting
from marketplace.search.arrivals import arrive, arrive_missing
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.plate import sources

log = logging.getLogger(__name__)

BATCH = 200
FLOOD = 5_000
PORTION = 500


@dataclass(frozen=True, slots=True)
class Differences:
    """What the index lacks, has too much, and has of an older version."""

    missing: tuple[Key, ...]
    extra: tuple[Key, ...]
    stale: tuple[Key, ...]

    @property
    def clean(self) -> bool:
        return not (self.missing or self.extra or self.stale)

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.missing + self.extra + self.stale

    def lasting(self, later: Differences) -> Differences:
        """What a later look finds, too: what was just being written is no difference any more."""
        pairs = ((self.missing, later.missing), (self.extra, later.extra), (self.stale, later.stale))
        return Differences(*(tuple(filter(frozenset(now).__contains__, then)) for then, now in pairs))


def engine() -> SearchEngine:
    """The search engine of the running app."""
    found: SearchEngine = current_app.extensions["search_engine"]
    return found


def catch_up() -> bool:
    """Bring up to 200 noted changes into the index, of a flood 5,000; True when more are waiting.

    The notes are struck out only after the commit of the index: a crash in between repeats the work, no more.
    An index that cannot be used is built anew.
    """
    waiting = [(note.kind, note.doc_id, note.seq) for note in dirty.pending(FLOOD)]
    if not waiting:
        return False
    # Each commit is a segment that is joined to others later: few large ones of an import are copied less often.
    notes = waiting if len(waiting) == FLOOD else waiting[:BATCH]
    try:
        write([(kind, doc_id) for kind, doc_id, _seq in notes], notes)
    except IndexBusy:
        return False
    except IndexUnusable as error:
        log.warning("the search index cannot be used and is built anew: %s", error)
        rebuild()
    return len(notes) == FLOOD or len(waiting) > BATCH


def write(keys: Sequence[Key], notes: Sequence[tuple[str, int, int]] = ()) -> None:
    """Write the present rows of these objects into the index; what is not to be found is taken out.

    When that is committed, suggestions and arrivals follow in portions, so that nobody waits for the writer's place;
    the transaction of each strikes out its notes.
    """
    documents = {document.key: document for document in documents_of(keys)}
    engine().apply(list(documents.values()), [key for key in keys if key not in documents])
    noted = {(kind, doc_id): seq for kind, doc_id, seq in notes}
    for start in range(0, len(keys), PORTION):
        part = keys[start : start + PORTION]
        present = [documents[key] for key in part if key in documents]
        with transaction():
            suggesting.follow(present, [key for key in part if key not in documents])
            arrive(document.key for document in present)
            dirty.settle([(*key, noted[key]) for key in part if key in noted])


def documents_of(keys: Iterable[Key]) -> Iterator[IndexDocument]:
    """The documents of these objects as their rows are now."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, doc_id in keys:
        by_kind[kind].append(doc_id)
    known = sources()
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), PORTION):
            yield from known[kind].documents(ids[start : start + PORTION])


def rebuild() -> int:
    """Build the next generation from the database while the old one is being searched; returns its number.

    Suggestions follow in portions, so that nobody waits for the writer's place; what has not arrived yet does now.
    Changes that were noted before are in what is built: their notes are struck out. Who is killed before that leaves
    them, and they are written once more.
    """
    built: list[IndexDocument] = []
    noted = dirty.all_pending()  # before any row is read
    generation = engine().rebuild(_all_documents(built))
    _follow_all(built, noted)
    built.clear()  # a hundred thousand of them: what comes now has lists of its own
    renew_words(anew=True)
    return generation


def _all_documents(built: list[IndexDocument]) -> Iterator[IndexDocument]:
    """Every document; of each, ``built`` gets what suggestions are made of."""
    nothing: dict[str, Any] = {}
    for source in sources().values():
        keys = iter(source.keys())
        while ids := list(islice(keys, PORTION)):
            for document in source.documents(ids):
                title = "" if document.names else document.title
                built.append(
                    replace(document, number="", title=title, body="", tags="", facets=nothing, claims=nothing)
                )
                yield document
            db.session.expunge_all()


def _follow_all(built: Sequence[IndexDocument], noted: dict[Key, int]) -> None:
    for start in range(0, len(built), PORTION):
        portion = built[start : start + PORTION]
        changed = [document.key for document in portion if document.key in noted]
        with transaction():
            suggesting.follow(portion, ())
            arrive(changed)
            dirty.settle([(*key, noted.pop(key)) for key in changed])
    keys = {document.key for document in built}
    with transaction():
        suggesting.follow((), suggesting.known_objects() - keys)
        arrive_missing(keys)
        dirty.settle([(*key, seq) for key, seq in noted.items()])  # of what is not to be found any more


def renew_words(*, anew: bool = False) -> None:
    """Bring the words that are suggested and corrected to up to date with the texts that can be found now."""
    found = engine().words()
    counts = engine().search(SearchRequest(limit=1), texts).facets
    wordings = thesaurus().wordings
    suggested = suggesting.rows_of_words(found, counts, dict.fromkeys(shipped_words(), ()) | wordings)
    with transaction():
        suggesting.renew_words(suggested)
    # Words of the trade that no text has are searched for as others that some have.
    trade = {shared_analyzer().normalise(word): most for word, most in suggesting.leading(found, wordings).items()}
    spelling.renew(trade | dict(found), anew=anew)


def compare() -> Differences:
    """Compare the versions in the index, and the objects that are suggested, with those of the database."""
    indexed = dict(engine().versions())
    stored = {
        (source.kind, doc_id): version for source in sources().values() for doc_id, version in source.versions().items()
    }
    suggested = suggesting.known_objects()
    return Differences(
        missing=tuple(sorted(key for key in stored if key not in indexed or key not in suggested)),
        extra=tuple(sorted({key for key in indexed if key not in stored} | (suggested - stored.keys()))),
        stale=tuple(sorted(key for key, version in stored.items() if indexed.get(key, version) != version)),
    )


def mend(found: Differences) -> None:
    """Note every difference, so that the indexer writes those objects again."""
    with transaction():
        for kind, doc_id in found.keys:
            dirty.note(kind, doc_id)


def check_nightly() -> bool:
    """The worker's own comparison; what differs is noted and mended, and what was cut with old words built anew.

    It goes on beside the writing of changes, and slowly, because people wait for those: what changed meanwhile is at
    most written once more.
    """
    try:
        if engine().status().rebuild_advised:
            rebuild()
            return False
        with at_leisure():
            found = compare()
            renew_words()
            if not found.clean:
                found = found.lasting(compare())
    except (IndexBusy, IndexUnusable):
        return False  # somebody builds it anew, or ``ensure`` will at once
    if not found.clean:
        log.warning("search index: %s missing, %s extra, %s stale; being mended",
                    len(found.missing), len(found.extra), len(found.stale))  # fmt: skip
        mend(found)
    return False


def built() -> bool:
    """Whether there is an index that can be used."""
    try:
        engine().status()
    except IndexUnusable:
        return False
    return True


def ensure() -> bool:
    """Build the index when there is none that can be used: at the start, and whenever it was damaged since."""
    try:
        engine().status()
    except IndexUnusable as error:
        log.warning("the search index cannot be used and is built anew: %s", error)
        rebuild()
    return False


def texts(keys: Sequence[Key]) -> dict[Key, str]:
    """The raw texts that the reranking reads."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, doc_id in keys:
        by_kind[kind].append(doc_id)
    known = sources()
    found: dict[Key, str] = {}
    for kind, ids in by_kind.items():
        if kind in known:
            found.update({(kind, doc_id): text for doc_id, text in known[kind].texts(ids).items()})
    return found
