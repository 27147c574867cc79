"""The upkeep of the index: catch up with changes, build it anew, compare it with the database and mend it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from flask import current_app

from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.interface import IndexBusy, IndexDocument, IndexUnusable, Key, SearchEngine
from marketplace.web.plate import sources

log = logging.getLogger(__name__)

BATCH = 200
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


def engine() -> SearchEngine:
    """The search engine of the running app."""
    found: SearchEngine = current_app.extensions["search_engine"]
    return found


def catch_up() -> bool:
    """Bring up to 200 noted changes into the index; True when more are waiting.

    The notes are struck out only after the commit of the index: a crash in between repeats the work, no more.
    An index that cannot be used is built anew.
    """
    notes = [(note.kind, note.doc_id, note.seq) for note in dirty.pending(BATCH)]
    if not notes:
        return False
    try:
        write([(kind, doc_id) for kind, doc_id, _seq in notes])
    except IndexBusy:
        return False
    except IndexUnusable as error:
        log.warning("the search index cannot be used and is built anew: %s", error)
        rebuild()
    with transaction():
        dirty.settle(notes)
    return len(notes) == BATCH


def write(keys: Sequence[Key]) -> None:
    """Write the present rows of these objects into the index; what is not to be found is taken out."""
    documents = list(documents_of(keys))
    present = {document.key for document in documents}
    engine().apply(documents, [key for key in keys if key not in present])


def documents_of(keys: Iterable[Key]) -> Iterator[IndexDocument]:
    """The documents of these objects as their rows are now."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, doc_id in keys:
        by_kind[kind].append(doc_id)
    known = sources()
    for kind, ids in by_kind.items():
        yield from known[kind].documents(ids)


def rebuild() -> int:
    """Build the next generation from the database while the old one is being searched; returns its number."""
    return engine().rebuild(_all_documents())


def _all_documents() -> Iterator[IndexDocument]:
    for source in sources().values():
        keys = iter(source.keys())
        while ids := list(islice(keys, PORTION)):
            yield from source.documents(ids)
            db.session.expunge_all()


def compare() -> Differences:
    """Compare the versions in the index with those of the database."""
    indexed = dict(engine().versions())
    stored = {
        (source.kind, doc_id): version for source in sources().values() for doc_id, version in source.versions().items()
    }
    return Differences(
        missing=tuple(sorted(key for key in stored if key not in indexed)),
        extra=tuple(sorted(key for key in indexed if key not in stored)),
        stale=tuple(sorted(key for key, version in stored.items() if indexed.get(key, version) != version)),
    )


def mend(found: Differences) -> None:
    """Note every difference, so that the indexer writes those objects again."""
    with transaction():
        for kind, doc_id in found.keys:
            dirty.note(kind, doc_id)


def check_nightly() -> bool:
    """The worker's own comparison; what differs is noted and mended, and what was cut with old words built anew."""
    try:
        if engine().status().rebuild_advised:
            rebuild()
            return False
        found = compare()
    except IndexUnusable:
        rebuild()
        return False
    if not found.clean:
        log.warning("search index: %s missing, %s extra, %s stale; being mended",
                    len(found.missing), len(found.extra), len(found.stale))  # fmt: skip
        mend(found)
    return False


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
