"""The plate of the cultivation library: pages, what it adds to the page of a need, its part of the chain."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from marketplace.core.text import Text
from marketplace.cultivation import chained, notify, queries, showing, views
from marketplace.cultivation.evidence import FURTHER
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.foundation.letters import DECISIONS
from marketplace.web.plate import Capability, FooterLink, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Entries as the logs name them: by the number of their need."""
    return {each.id: Named(each.scenario.number, views.href(each)) for each in queries.entries_with(ids)}


def _init(app: Flask) -> None:
    acts = app.extensions.setdefault("listing_acts", {})
    acts.setdefault("scenario", []).append(showing.scenario_panel)


LIBRARY = Capability(
    name="cultivation",
    blueprints=lambda: (views.blueprint(), views.twins()),
    footer=(FooterLink(0, Text("场景培育库", "Cultivation library"), "cultivation.table", 30),),
    letters={f"library_entry.{step.name}": notify.moved for step in CULTIVATION.steps},
    letter_groups=(DECISIONS,),
    settings=(FURTHER,),
    records=(
        Recorded(
            "library_entry", CULTIVATION.label, acts=showing.ACTS, lifecycle=CULTIVATION, named=named,
            key_of=queries.key_of,
        ),
    ),
    chain=chained.CHAIN,
    init=_init,
)  # fmt: skip
