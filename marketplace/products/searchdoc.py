"""Product → document of the search index, or None when it is not public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.foundation.index.interface import IndexDocument
from marketplace.listings.kind import Content
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.listings.queries import public_contents
from marketplace.products.content import in_order
from marketplace.products.models import Product
from marketplace.products.queries import products_by_id
from marketplace.reference import catalogue, regions, values

KIND = "product"
# Words of a claim longer than this are prose, not something a person searches for.
LONGEST_WORDS = 80


def document(product: Product) -> IndexDocument | None:
    """What can be found of a product: its public content; contact data and evidence are not among it."""
    if product.state not in PUBLIC_STATES:
        return None
    content = product.content
    category = catalogue.category(content["category"])
    return IndexDocument(
        kind=KIND,
        doc_id=product.id,
        version=product.version,
        number=product.number,
        title=_title(content),
        body=_body(content),
        tags=_tags(content, product.organization.name, product.organization.name_en),
        facets={
            "domain": tuple(content["domains"]),
            "category": (category.code,),
            "city": regions.places(product.region),
            "segment": (category.segment,),
            "status": (product.state,),
        },
        timestamp=int((product.published_at or product.created_at).timestamp()),
        claims=_claims(content["specs"]),
        evidence=_evidence(content["specs"]),
        names=(content["title"], content["title_en"], content["model"]),
    )


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now; what is not public has none. One statement."""
    for product in products_by_id(ids, SYSTEM):
        found = document(product)
        if found is not None:
            yield found


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits."""
    return {
        doc_id: _joined(_title(content), _tags(content, *owner), _body(content))
        for doc_id, content, *owner in public_contents(Product, ids)
    }


def visible(actor: Actor) -> sa.Select[int]:
    """The keys that the actor may see."""
    return sa.select(Product.id).where(visible_to(actor, Product))


def _title(content: Content) -> str:
    return _joined(content["title"], content["title_en"], content["model"])


def _body(content: Content) -> str:
    return _joined(*(content[key] for key in ("summary", "summary_en", "description", "description_en", "cases")))


def _tags(content: Content, *owner: str) -> str:
    return _joined(*_labels(content), *owner, *_spec_words(content["specs"]))


def _labels(content: Content) -> Iterator[str]:
    category = catalogue.category(content["category"])
    labels = [category.label, catalogue.robot_class(category.robot_class).label]
    labels.append(catalogue.segment(category.segment).label)
    labels.extend(catalogue.domain(code).label for code in content["domains"])
    labels.extend(catalogue.mark(code).label for code in content["marks"])
    for label in labels:
        yield from (label.zh, label.en)


def _spec_words(claims: Mapping[str, Any]) -> Iterator[str]:
    """The words of claims: choices in both languages, ratings and marks; numbers are compared, not searched for."""
    for key in in_order(claims):
        spec, value = catalogue.spec(key), claims[key]["value"]
        if spec.kind in ("choice", "choices"):
            yield from (values.show(spec, value, language) for language in ("zh_CN", "en"))
        elif spec.kind in ("ip", "text"):
            words = values.show(spec, value, "zh_CN")
            yield words if len(words) <= LONGEST_WORDS else ""


def _claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """What conditions on specs are judged by. Of a text only that there is one: its words are no measure."""
    known = {key: claim["value"] for key, claim in claims.items() if claim["value"] is not None}
    return {key: values.encoded({"text": "1"} if "text" in value else value) for key, value in known.items()}


def _evidence(claims: Mapping[str, Any]) -> int:
    """A number that orders products by how many claims are proven, then tested, then documented."""
    levels = Counter(claim.get("evidence") or "declared" for claim in claims.values())
    return sum(min(levels[level], 999) * 1000**place for place, level in enumerate(("documented", "tested", "proven")))


def _joined(*words: str) -> str:
    return " ".join(dict.fromkeys(word for word in words if word))
