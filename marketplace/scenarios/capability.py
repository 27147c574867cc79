"""The plate of scenarios: pages, and scenarios in the search. Files, mails and expiry come from listings."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.listings.capability import recorded
from marketplace.scenarios import chained, queries, searchdoc, views
from marketplace.scenarios.kind import SCENARIO
from marketplace.web.plate import Capability, FooterLink, SearchSource

SOURCE = SearchSource(
    kind=searchdoc.KIND,
    label=Text("场景需求", "Needs"),
    keys=queries.public_ids,
    documents=searchdoc.documents,
    versions=queries.public_versions,
    visible=searchdoc.visible,
    cards=views.cards,
    texts=searchdoc.texts,
    order=10,
)

SCENARIOS = Capability(
    name="scenarios",
    chain=chained.CHAIN,
    blueprints=lambda: (views.scenarios,),
    footer=(FooterLink(1, Text("发布场景需求", "Post a need"), "scenarios.new", 25),),
    sources=(SOURCE,),
    records=(recorded(SCENARIO),),
)
