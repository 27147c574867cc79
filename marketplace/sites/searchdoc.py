"""Site → document of the search index; what is not in force has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexDocument
from marketplace.reference import regions
from marketplace.sites import queries, wording
from marketplace.sites.content import KINDS
from marketplace.sites.models import Site
from marketplace.sites.policy import in_force, is_in_force

KIND = "site"


def keys() -> Sequence[int]:
    """The keys of what is in force."""
    return db.session.scalars(sa.select(Site.id).where(in_force())).all()


def versions() -> Mapping[int, int]:
    """Key → version of what is in force."""
    return {row.id: row.version for row in db.session.execute(sa.select(Site.id, Site.version).where(in_force()))}


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now."""
    for site in queries.sites_with(ids):
        if is_in_force(site) and site.designated_on is not None:
            yield IndexDocument(
                kind=KIND, doc_id=site.id, version=site.version, number=site.number,
                title=_joined(site.title, site.title_en), names=(site.title, site.title_en),
                body=_body(site), tags=_tags(site),
                facets={
                    "domain": (site.domain,) if site.domain else (), "city": regions.places(site.region),
                    "status": (site.state,),
                },
                timestamp=int(clock.end_of_day(site.designated_on).timestamp()),
            )  # fmt: skip


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits and for highlighting."""
    return {
        each.id: _joined(each.title, each.title_en, _tags(each), _body(each))
        for each in queries.sites_with(ids)
        if is_in_force(each)
    }


def visible(_actor: Actor) -> sa.Select[int]:
    """The keys that are found: what is in force, by whoever asks."""
    return sa.select(Site.id).where(in_force())


def _body(site: Site) -> str:
    content = site.filed["content"]
    return _joined(*(content[key] for key in ("building", "building_en", "effects", "effects_en", "copying")))


def _tags(site: Site) -> str:
    domain, kind, owner = wording.domain(site) or Text("", ""), KINDS[site.kind], site.organization.label
    return _joined("示范应用", kind.zh, kind.en, domain.zh, domain.en, owner.zh, owner.en, site.plate or "")


def _joined(*words: str) -> str:
    return " ".join(dict.fromkeys(word for word in words if word))
