"""Organization → document of the search index, or None when it is not public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.text import Text
from marketplace.foundation.index.interface import IndexDocument
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.organizations.policy import PUBLIC_STATES, visible_to
from marketplace.organizations.queries import organizations_by_id
from marketplace.reference import catalogue, regions

KIND = "organization"


def document(organization: Organization) -> IndexDocument | None:
    """What can be found of an organization: its public fields; contact data is not among them."""
    if organization.state not in PUBLIC_STATES:
        return None
    return IndexDocument(
        kind=KIND,
        doc_id=organization.id,
        version=organization.version,
        number=organization.number,
        title=_joined(organization.name, organization.name_en),
        body=_joined(organization.about, organization.about_en),
        tags=_tags(organization),
        facets={
            "city": regions.places(organization.region),
            "segment": tuple(organization.segments),
            "status": (organization.state,),
        },
        timestamp=int((organization.verified_at or organization.created_at).timestamp()),
        names=(organization.name, organization.name_en),
    )


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now; what is not public has none."""
    for organization in organizations_by_id(ids, SYSTEM):
        found = document(organization)
        if found is not None:
            yield found


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits and for highlighting."""
    return {each.doc_id: _joined(each.title, each.tags, each.body) for each in documents(ids)}


def visible(actor: Actor) -> sa.Select[int]:
    """The keys that the actor may see."""
    return sa.select(Organization.id).where(visible_to(actor))


def _tags(organization: Organization) -> str:
    labels = [catalogue.segment(each).label for each in organization.segments]
    labels.append(OrganizationKind(organization.kind).label)
    if organization.region:
        labels.append(regions.full_name(organization.region))
    labels.append(Text(organization.place, organization.place_en))
    return _joined(organization.credit_code, *(word for label in labels for word in (label.zh, label.en)))


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
