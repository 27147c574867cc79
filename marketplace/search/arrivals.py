"""The order in which objects came into the search or changed there: what saved searches are counted by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from marketplace.foundation.db import db, only_row
from marketplace.foundation.index.interface import Key
from marketplace.search.models import Arrival, Arrivals

PORTION = 500


def arrive(keys: Iterable[Key]) -> None:
    """Give these objects the next places, in the running transaction; others that do the same wait until its end."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return
    head = only_row(Arrivals, {"id": 1}, {"last": 0})
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    for start in range(0, len(wanted), PORTION):
        portion = wanted[start : start + PORTION]
        rows = [{"kind": kind, "doc_id": doc_id, "seq": head.last + n} for n, (kind, doc_id) in enumerate(portion, 1)]
        statement = insert(Arrival).values(rows)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["kind", "doc_id"], set_={"seq": statement.excluded.seq})
        )
        head.last += len(portion)
    db.session.flush()


def arrive_missing(keys: Iterable[Key]) -> None:
    """Give a place to those that have none yet: what a build of the index brought in without a note."""
    known = {(kind, doc_id) for kind, doc_id in db.session.execute(sa.select(Arrival.kind, Arrival.doc_id))}
    arrive(key for key in keys if key not in known)


def last_arrival() -> int:
    """The last place given."""
    return db.session.scalar(sa.select(Arrivals.last)) or 0


def arrived(after: int, until: int) -> Sequence[Key]:
    """What arrived at the places ``after`` < place ≤ ``until``, in order."""
    select = sa.select(Arrival.kind, Arrival.doc_id).where(Arrival.seq > after, Arrival.seq <= until)
    return [(kind, doc_id) for kind, doc_id in db.session.execute(select.order_by(Arrival.seq))]
