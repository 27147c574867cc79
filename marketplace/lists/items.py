"""What programs read of a public object: one JSON shape for the JSON twins and the API. Contact data is never in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.listings.kind import Kind
from marketplace.listings.models import Listing
from marketplace.lists.listing_columns import page_address
from marketplace.notices.models import Notice
from marketplace.organizations.marks import codes_of, valid_marks
from marketplace.organizations.models import Organization
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.sites.models import Site

Item = dict[str, Any]

NOT_LISTED = ("pictures", "files", "specs")
SUMMARIES = {"product": "summary", "scenario": "situation", "challenge": "task", "site": "building"}


def public_fields(kind: Kind) -> tuple[str, ...]:
    """The keys of the content that stand in an item as they are stored."""
    return tuple(each.key for each in kind.fields if not each.private and each.key not in NOT_LISTED)


def product_item(product: Product) -> Item:
    """A product; every spec with its unit and the evidence for it."""
    claims = product.content.get("specs", {})
    return {**_listing_item(PRODUCT, product), "specs": {key: _claim(key, claim) for key, claim in claims.items()}}


def scenario_item(scenario: Scenario) -> Item:
    """A scenario."""
    return _listing_item(SCENARIO, scenario)


def organization_item(organization: Organization) -> Item:
    """An organization; its parent is loaded with it."""
    texts = (
        "name", "name_en", "kind", "credit_code", "region", "place", "place_en", "about", "about_en", "website",
        "segments", "sources", "state", "compiled", "demo",
    )  # fmt: skip
    parent = organization.parent
    return {
        "number": organization.number, "url": page_address("organizations", organization.number),
        **{key: getattr(organization, key) for key in texts},
        "marks": codes_of(valid_marks(organization.marks)),
        "parent": reference(parent) if parent is not None and parent.state == "verified" else None,
        "updated": instant(organization.updated_at),
    }  # fmt: skip


def found_item(subject: Listing | Organization | Challenge | Notice | Site) -> Item:
    """A hit of the search, of whatever kind."""
    kind = subject.subject_type
    plural = f"{kind}s"
    return {
        "kind": kind, "number": subject.number, "title": subject.label.zh, "title_en": subject.label.en,
        "summary": _summary(subject), "url": page_address(plural, subject.number),
        "state": subject.state, "updated": instant(subject.updated_at),
    }  # fmt: skip


def _summary(subject: Listing | Organization | Challenge | Notice | Site) -> str:
    if isinstance(subject, Organization):
        return subject.about
    if isinstance(subject, Notice):
        return subject.summary.zh
    content = subject.filed["content"] if isinstance(subject, Site) else subject.content
    text: str = content.get(SUMMARIES[subject.subject_type], "")
    return text


def reference(organization: Organization) -> Item:
    """An organization in a few words."""
    return {
        "number": organization.number, "name": organization.name, "name_en": organization.name_en,
        "url": page_address("organizations", organization.number),
    }  # fmt: skip


def instant(moment: datetime | None) -> str | None:
    """An instant on a Beijing clock with its offset, to the second."""
    return clock.beijing(moment).isoformat(timespec="seconds") if moment else None


def _listing_item(kind: Kind, listing: Listing) -> Item:
    return {
        "number": listing.number, "url": page_address(kind.plural, listing.number),
        **{key: listing.content.get(key) for key in public_fields(kind)},
        "organization": reference(listing.organization), "state": listing.state, "edition": listing.edition,
        "compiled": listing.compiled, "demo": listing.demo, "published": instant(listing.published_at),
        "updated": instant(listing.updated_at),
    }  # fmt: skip


def _claim(key: str, claim: Mapping[str, Any]) -> Item:
    return {
        "value": claim.get("value"), "unit": catalogue.spec(key).unit, "evidence": claim.get("evidence") or "declared",
        "source": claim.get("source") or "", "note": claim.get("note") or "",
    }  # fmt: skip


ITEMS: Mapping[str, Callable[[Any], Item]] = {
    "products": product_item,
    "scenarios": scenario_item,
    "organizations": organization_item,
}
