"""The embedded search engine: Whoosh's files and commits, our evaluation."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import whoosh

from marketplace.foundation.index.analyzer import Analyzer, analyzer_of, dictionary
from marketplace.foundation.index.evaluator import Evaluator
from marketplace.foundation.index.generations import LAYOUT, Generations, Manifest, file_hash
from marketplace.foundation.index.interface import (
    IndexDocument,
    IndexStatus,
    IndexUnusable,
    Key,
    SearchAnswer,
    SearchRequest,
    Synonyms,
    Texts,
    Words,
)
from marketplace.foundation.index.merge import Change
from marketplace.foundation.index.questions import Answerer
from marketplace.foundation.index.snapshot import Snap
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.weighed import PostingCache
from marketplace.foundation.index.writer import write_commit, write_segments

POLL_SECONDS = 0.2  # how long a reader may miss a commit of another process
READ_TRIES = 10
MANY_SEGMENTS = 40
DELETED_SHARE = 0.3

_State = tuple[int, int, Snap, Analyzer]  # generation, commit, snapshot, what its texts were cut with


class WhooshEngine:
    """One index directory. May be shared by threads; every process opens its own.

    ``root`` belongs to the index alone. Nothing is opened before the first use, so that a broken index shows as
    IndexUnusable where the caller can rebuild it. ``words`` are asked for what the dictionary should hold beyond the
    shipped words; a generation keeps those of its build, so that its texts and questions are always cut alike.
    """

    def __init__(self, root: Path, words: Words = tuple) -> None:
        self._generations = Generations(root)
        self._words = words
        self._cache = PostingCache()
        self._state: _State | None = None
        self._checked = 0.0
        self._lock = threading.Lock()

    # -- reading ------------------------------------------------------------------------------------------------

    def search(self, request: SearchRequest, texts: Texts, synonyms: Synonyms | None = None) -> SearchAnswer:
        """Answer a question; see SearchEngine. ``texts`` is called for at most a few hundred documents."""
        # Who asks strictly counts on what was committed before he asked.
        _, _, snap, analyzer = self._read(newest=request.strict)
        return Answerer(Evaluator(snap), analyzer, texts).answer(request, synonyms)

    def words(self) -> Mapping[str, int]:
        return _words_of(self._snap(newest=True))

    def versions(self) -> Mapping[Key, int]:
        return self._snap(newest=True).versions()

    def position(self) -> tuple[int, int]:
        return self._read()[:2]

    def status(self) -> IndexStatus:
        generation, number, snap, analyzer = self._read(newest=True)
        manifest = self._generations.manifest(generation)
        total = sum(view.segment.size for view in snap.views)
        current = analyzer.words == dictionary(self._words())
        deleted = total - snap.documents
        crowded = len(snap.views) > MANY_SEGMENTS or deleted > total * DELETED_SHARE
        return IndexStatus(
            generation=generation,
            commit=number,
            documents=snap.documents,
            deleted=deleted,
            segments=len(snap.views),
            size=sum(path.stat().st_size for path in self._generations.folder(generation).glob("*.seg")),
            built_at=manifest.built_at,
            dictionary_current=current,
            rebuild_advised=crowded or not current,
        )

    def check_files(self) -> list[str]:
        """Compare every file that is read with the hash from when it was written. Reads the whole index."""
        try:
            generation = self._generations.current()
            manifest = self._generations.manifest(generation)
            storage = IndexStorage(self._generations.folder(generation))
            toc = storage.contents()
        except IndexUnusable as error:
            return [str(error)]
        problems = []
        for path in (storage.segment_path(record) for record in toc.segments):
            try:
                whole = manifest.files.get(path.name) == file_hash(path)
            except OSError as error:
                problems.append(f"{path.name}: {error.strerror}")
            else:
                problems.extend([] if whole else [f"{path.name}: differs from what was written"])
        return problems

    def _snap(self, newest: bool = False) -> Snap:
        return self._read(newest)[2]

    def _read(self, newest: bool = False) -> _State:
        """The state to read from; looks for a newer commit at most every POLL_SECONDS unless ``newest``."""
        state = self._state
        if state and not newest and time.monotonic() - self._checked < POLL_SECONDS:
            return state
        with self._lock:
            state = self._state
            if state is None or newest or time.monotonic() - self._checked >= POLL_SECONDS:
                state = self._state = self._open(state)
                self._checked = time.monotonic()
            return state

    def _open(self, known: _State | None) -> _State:
        """Open the newest commit. A commit may remove files between our looks at them: then look again."""
        tries = READ_TRIES
        while True:
            generation = self._generations.current()
            storage = IndexStorage(self._generations.folder(generation))
            number = storage.newest()
            if known and known[:2] == (generation, number):
                return known
            try:
                toc = storage.contents()
                previous, analyzer = known[2:] if known and known[0] == generation else (None, None)
                if analyzer is None:
                    analyzer = _analyzer_of(self._generations.manifest(generation))
                return generation, toc.generation, Snap(storage, toc.segments, self._cache, previous), analyzer
            except IndexUnusable:
                tries -= 1
                moved = self._generations.current() != generation or storage.newest() != number
                if not (tries and moved):
                    raise

    # -- writing ------------------------------------------------------------------------------------------------

    def apply(self, upserts: Iterable[IndexDocument], deletes: Iterable[Key]) -> None:
        """Commit replaced, new and deleted documents at once; of the same key the last upsert counts.

        Raises ValueError when a key is both to be written and to be deleted, IndexBusy, IndexUnusable.
        """
        documents = {document.key: document for document in upserts}
        gone = set(deletes)
        if both := gone & documents.keys():
            raise ValueError(f"both written and deleted: {sorted(both)}")
        if not documents and not gone:
            return
        with self._generations.lock():
            with self._change() as (change, manifest):
                change.apply(manifest, analyzer_of(tuple(manifest.words)), documents, gone)
            joined = True
            while joined:
                with self._change() as (change, manifest):
                    joined = change.join(manifest)
            self._generations.remove_retired()

    @contextmanager
    def _change(self) -> Iterator[tuple[Change, Manifest]]:
        generation, _, snap, _ = self._read(newest=True)
        storage = IndexStorage(self._generations.folder(generation))
        toc = storage.contents()
        yield Change(storage, snap, toc.segments, toc.generation), self._generations.manifest(generation)

    def rebuild(self, documents: Iterable[IndexDocument]) -> int:
        """Build the next generation from all documents and swap it in. Holds the write lock meanwhile.

        Takes about a minute for 100,000 documents; readers stay on the old generation until the swap.
        """
        with self._generations.lock():
            generation = self._generations.create()
            folder = self._generations.folder(generation)
            storage = IndexStorage(folder)
            analyzer = analyzer_of(dictionary(self._words()))
            records = write_segments(storage, documents, analyzer)
            Manifest(
                layout=LAYOUT,
                analyzer=analyzer.identity,
                words=list(analyzer.words),
                whoosh=whoosh.versionstring(),
                documents=sum(record.doc_count() for record in records),
                built_at=int(time.time()),
                files={path.name: file_hash(path) for path in (storage.segment_path(record) for record in records)},
            ).write(folder)
            write_commit(storage, records, 0)
            self._generations.publish(generation)
            self._generations.remove_retired()
        self._read(newest=True)
        return generation


def _words_of(snap: Snap) -> Mapping[str, int]:
    """Of a word in several fields the largest number counts; deleted documents are still among them."""
    found: Counter[str] = Counter()
    for view in snap.views:
        largest: dict[str, int] = {}
        for token, documents in view.segment.words():
            largest[token] = max(documents, largest.get(token, 0))
        found.update(largest)
    return found


def _analyzer_of(manifest: Manifest) -> Analyzer:
    """What the texts of a generation were cut with.

    Raises:
        IndexUnusable: they were cut by other rules than those of this program.
    """
    analyzer = analyzer_of(tuple(manifest.words))
    if manifest.analyzer != analyzer.identity:
        raise IndexUnusable(f"built with {manifest.analyzer}, not {analyzer.identity}")
    return analyzer
