"""Notice → document of the search index: every notice is public from the instant in which it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexDocument
from marketplace.notices.content import KINDS
from marketplace.notices.models import Notice
from marketplace.notices.queries import notices_with
from marketplace.reference import regions

KIND = "notice"


def keys() -> Sequence[int]:
    """The keys of all notices."""
    return db.session.scalars(sa.select(Notice.id)).all()


def versions() -> Mapping[int, int]:
    """Key → version."""
    return {row.id: row.version for row in db.session.execute(sa.select(Notice.id, Notice.version))}


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now."""
    for notice in notices_with(ids):
        yield IndexDocument(
            kind=KIND, doc_id=notice.id, version=notice.version, number=notice.number,
            title=_joined(notice.title, notice.title_en), names=(notice.title, notice.title_en),
                body=_body(notice), tags=_tags(notice),
            facets={"city": regions.places(notice.region), "status": (notice.state,)},
            timestamp=int(notice.opened_at.timestamp()),
        )  # fmt: skip


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits and for highlighting."""
    return {each.id: _joined(each.title, each.title_en, _tags(each), _body(each)) for each in notices_with(ids)}


def visible(_actor: Actor) -> sa.Select[int]:
    """The keys that the actor finds: all."""
    return sa.select(Notice.id)


def _body(notice: Notice) -> str:
    return _joined(
        *(str(each.get(key) or "") for each in notice.content["sections"] for key in ("text", "text_en")),
    )


def _tags(notice: Notice) -> str:
    kind, issuer = KINDS[notice.kind], notice.issued_by
    return _joined("公告公示", kind.zh, kind.en, notice.about_number, issuer.zh, issuer.en)


def _joined(*words: str) -> str:
    return " ".join(dict.fromkeys(word for word in words if word))
