"""Challenge → document of the search index, or None when it was never published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import visible_to
from marketplace.challenges.queries import challenges_with
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexDocument
from marketplace.reference import catalogue, regions

KIND = "challenge"


def keys() -> Sequence[int]:
    """The keys of what was published."""
    return db.session.scalars(sa.select(Challenge.id).where(Challenge.published_at.is_not(None))).all()


def versions() -> Mapping[int, int]:
    """Key → version of what was published."""
    select = sa.select(Challenge.id, Challenge.version).where(Challenge.published_at.is_not(None))
    return {row.id: row.version for row in db.session.execute(select)}


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now."""
    for challenge in challenges_with(ids):
        if challenge.published_at is not None:
            yield IndexDocument(
                kind=KIND, doc_id=challenge.id, version=challenge.version, number=challenge.number,
                title=_joined(challenge.title, challenge.title_en), names=(challenge.title, challenge.title_en),
                body=_body(challenge), tags=_tags(challenge),
                facets={
                    "domain": (challenge.domain,) if challenge.domain else (),
                    "city": regions.places(challenge.region), "status": (challenge.shown_state,),
                },
                timestamp=int(challenge.published_at.timestamp()),
            )  # fmt: skip


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits and for highlighting."""
    return {
        each.id: _joined(each.title, each.title_en, _tags(each), _body(each))
        for each in challenges_with(ids)
        if each.published_at is not None
    }


def visible(actor: Actor) -> sa.Select[int]:
    """The keys that the actor finds: what was published."""
    return sa.select(Challenge.id).where(Challenge.published_at.is_not(None), visible_to(actor))


def _body(challenge: Challenge) -> str:
    content = challenge.content
    names = [word for row in content["indicators"] for word in (row["name"], row["name_en"])]
    return _joined(content["task"], content["task_en"], *names)


def _tags(challenge: Challenge) -> str:
    domain = catalogue.domain(challenge.domain).label if challenge.domain else Text("", "")
    owner = challenge.organization.label
    return _joined("揭榜挂帅", domain.zh, domain.en, owner.zh, owner.en)


def _joined(*words: str) -> str:
    return " ".join(dict.fromkeys(word for word in words if word))
