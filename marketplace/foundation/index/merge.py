"""Applies changes to a generation in the manner of a log: a small segment a commit, joined to larger ones in tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketplace.foundation.index.analyzer import Analyzer
from marketplace.foundation.index.generations import Manifest
from marketplace.foundation.index.interface import IndexDocument, Key
from marketplace.foundation.index.snapshot import Snap, View
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.writer import SegmentBuilder, write_commit, write_segments

TIER = 8  # segments of one size class that are joined into one of the next
LARGEST_JOIN = 20_000  # documents; larger segments wait for the next rebuild, which is faster


class Change:
    """The work on one generation while the write lock is held: ``snap`` must be its newest commit."""

    def __init__(self, storage: IndexStorage, snap: Snap, records: Sequence[Any], number: int) -> None:
        self.storage = storage
        self.snap = snap
        self.records = list(records)  # Whoosh's own records, read for this change only: deletions go into them
        self.number = number

    def apply(
        self, manifest: Manifest, analyzer: Analyzer, upserts: Mapping[Key, IndexDocument], deletes: Iterable[Key]
    ) -> None:
        """Commit: what is replaced or deleted is marked so, what is new becomes a segment."""
        records = {record.segment_id(): record for record in self.records}
        for key in {*upserts, *deletes}:
            for view, number in self.snap.find(key):
                records[view.segment.name].delete_document(number)
        added = write_segments(self.storage, upserts.values(), analyzer)
        self._commit(manifest, [record for record in self.records if record.doc_count()] + added, added)

    def join(self, manifest: Manifest) -> bool:
        """Join one full tier of small segments, if there is one; says whether it did."""
        chosen = _full_tier([(record, record.doc_count()) for record in self.records])
        if not chosen:
            return False
        views: dict[str, View] = {view.segment.name: view for view in self.snap.views}
        builder = SegmentBuilder(self.storage)
        for record in chosen:
            view = views[record.segment_id()]
            view.segment.copy_into(builder, view.live)
        added = [builder.finish()]
        names = {record.segment_id() for record in chosen}
        self._commit(manifest, [record for record in self.records if record.segment_id() not in names] + added, added)
        return True

    def _commit(self, manifest: Manifest, records: list[Any], added: list[Any]) -> None:
        """The manifest first: a crash in between leaves hashes of files that nobody reads, never files without."""
        paths = [self.storage.segment_path(record) for record in added]
        live = {self.storage.segment_path(record).name for record in [*self.records, *records]}
        manifest.with_files(paths, live).write(self.storage.path)
        write_commit(self.storage, records, self.number + 1)


def _full_tier(sizes: list[tuple[Any, int]]) -> list[Any]:
    tiers: dict[int, list[Any]] = {}
    for record, documents in sizes:
        tier, limit = 0, TIER
        while documents > limit:
            tier, limit = tier + 1, limit * TIER
        if documents <= LARGEST_JOIN:
            tiers.setdefault(tier, []).append(record)
    for _, records in sorted(tiers.items()):
        if len(records) >= TIER:
            return records
    return []
