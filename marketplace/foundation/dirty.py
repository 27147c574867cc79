"""What the search index still has to catch up with, noted in the transaction of the change."""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.db import Base, db


class SearchDirty(Base):
    """One object whose index entry is no longer that of its row. ``seq`` changes with every change."""

    __tablename__ = "search_dirty"

    kind: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    doc_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger, index=True)


def note(kind: str, doc_id: int) -> None:
    """Say that the object changed (or is gone); the indexer reads its present row."""
    note_all(kind, [doc_id])


def note_all(kind: str, doc_ids: Sequence[int]) -> None:
    """The same for many objects in one statement."""
    if not doc_ids:
        return
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
    seq = time.time_ns()
    greatest = sa.func.max if db.engine.dialect.name == "sqlite" else sa.func.greatest
    rows = [{"kind": kind, "doc_id": doc_id, "seq": seq} for doc_id in doc_ids]
    for start in range(0, len(rows), 1000):
        statement = insert(SearchDirty).values(rows[start : start + 1000])
        # Later than the note before in any case, also when the machine's clock stands or was put back.
        later = greatest(statement.excluded.seq, SearchDirty.seq + 1)
        db.session.execute(statement.on_conflict_do_update(index_elements=["kind", "doc_id"], set_={"seq": later}))


def pending(limit: int) -> Sequence[SearchDirty]:
    """The notes that wait longest."""
    return db.session.scalars(sa.select(SearchDirty).order_by(SearchDirty.seq).limit(limit)).all()


def all_pending() -> dict[tuple[str, int], int]:
    """(kind, id) → seq of every note."""
    found = db.session.execute(sa.select(SearchDirty.kind, SearchDirty.doc_id, SearchDirty.seq))
    return {(kind, doc_id): seq for kind, doc_id, seq in found}


_SETTLE = sa.delete(SearchDirty.__table__).where(  # type: ignore[arg-type]  # mapped classes have a Table
    SearchDirty.kind == sa.bindparam("of_kind"),
    SearchDirty.doc_id == sa.bindparam("of_id"),
    SearchDirty.seq == sa.bindparam("of_seq"),
)


def settle(notes: Sequence[tuple[str, int, int]]) -> None:
    """Strike out (kind, id, seq) notes; one that changed again since it was read stays."""
    if notes:
        rows = [{"of_kind": kind, "of_id": doc_id, "of_seq": seq} for kind, doc_id, seq in notes]
        db.session.connection().execute(_SETTLE, rows)


def age() -> float:
    """Seconds that the oldest note has been waiting; 0 when there is none."""
    oldest = db.session.scalar(sa.select(sa.func.min(SearchDirty.seq)))
    return 0.0 if oldest is None else max(0.0, (time.time_ns() - oldest) / 1e9)
