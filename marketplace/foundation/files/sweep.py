"""The sweep: removes bytes that no row names, as an upload leaves them whose transaction was rolled back."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.foundation.db import db
from marketplace.foundation.files.models import FileVariant, StoredFile
from marketplace.foundation.files.store import store

# Younger bytes may belong to an upload whose transaction is still open.
AGE = timedelta(days=1)
BATCH = 500


def orphans() -> list[str]:
    """SHA-256 of the blobs that no row names and that were put more than a day ago."""
    limit = clock.now() - AGE
    old = sorted(blob.sha256 for blob in store().blobs() if blob.put_at < limit)
    unnamed: list[str] = []
    for start in range(0, len(old), BATCH):
        part = old[start : start + BATCH]
        named = _named(part)
        unnamed.extend(sha256 for sha256 in part if sha256 not in named)
    return unnamed


def sweep_orphans() -> bool:
    """Remove them; a task of the leading worker. Always False: nothing is left to do at once.

    Bytes that are put again meanwhile are young again and stay.
    """
    limit = clock.now() - AGE
    for sha256 in orphans():
        store().discard(sha256, unless_put_since=limit)
    return False


def _named(part: list[str]) -> set[str]:
    files = db.session.scalars(sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(part)))
    variants = db.session.scalars(sa.select(FileVariant.sha256).where(FileVariant.sha256.in_(part)))
    return {*files, *variants}
