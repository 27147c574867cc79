"""The plate of products: pages, and products in the search. Files, mails and expiry come from listings."""

from __future__ import annotations

from flask import Flask

from marketplace.core.text import Text
from marketplace.listings.capability import recorded
from marketplace.products import queries, searchdoc, views
from marketplace.products.kind import PRODUCT
from marketplace.web.plate import Capability, FooterLink, SearchSource

SOURCE = SearchSource(
    kind=searchdoc.KIND,
    label=Text("产品供给", "Products"),
    keys=queries.public_ids,
    documents=searchdoc.documents,
    versions=queries.public_versions,
    visible=searchdoc.visible,
    cards=views.cards,
    texts=searchdoc.texts,
    order=20,
)


def _init(app: Flask) -> None:
    app.extensions.setdefault("organization_panels", []).append(views.evidence_panel)


PRODUCTS = Capability(
    name="products",
    blueprints=lambda: (views.products,),
    footer=(FooterLink(1, Text("登记产品供给", "List a product"), "products.new", 26),),
    sources=(SOURCE,),
    init=_init,
    records=(recorded(PRODUCT),),
)
