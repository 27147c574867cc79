"""The library on the chain of a need: its tiers on the timeline, and its copies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import LibraryEntry, ScenarioCopy
from marketplace.cultivation.showing import place_named, why
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.queries import was_public_to
from marketplace.web.chain import ChainLink, ChainPart, ChainRow, Entries, Event, chain_row

COPIED = Text("复制到%(place)s", "Copied to %(place)s")


def rows(needs: Sequence[int], actor: Actor, _told: bool) -> list[sa.Select[Any]]:
    """Tiers of the needs that the actor may see, and the copies that he may see; these have their place as title."""
    tiers = chain_row(
        "library_entry", key=LibraryEntry.id, need=LibraryEntry.scenario_id, number=Scenario.number,
        state=LibraryEntry.tier, since=LibraryEntry.moved_at,
    ).join(Scenario, Scenario.id == LibraryEntry.scenario_id)  # fmt: skip
    words = (sa.func.coalesce(Scenario.content[key].as_string(), "") for key in ("place", "place_en"))
    copies = chain_row(
        "scenario_copy", key=Scenario.id, need=ScenarioCopy.origin_id, number=Scenario.number, title=next(words),
        title_en=next(words), state=Scenario.state, since=ScenarioCopy.at, detail=Scenario.site_region,
    ).join(Scenario, Scenario.id == ScenarioCopy.scenario_id)  # fmt: skip
    return [
        tiers.where(LibraryEntry.scenario_id.in_(needs), was_public_to(actor)),
        copies.where(ScenarioCopy.origin_id.in_(needs), visible_to(actor, Scenario)),
    ]


def links(found: Sequence[ChainRow], entries: Entries) -> Iterator[ChainLink]:
    """With the steps of the library; that a copy was made is an entry of where it came from."""
    copied: dict[int, Sequence[LedgerEntry]] = {}
    for row in (each for each in found if each.subject == "library_entry"):
        acts = entries.get(("library_entry", row.key), ())
        copied[row.need] = [each for each in acts if each.action == "copy"]
        yield ChainLink(
            stage="need", kind=CULTIVATION.label, need=row.need, number=row.number,
            href=url_for("cultivation.show", number=row.number) if row.state != "none" else "",
            title=Text("场景培育库", "Cultivation library"), mark=CULTIVATION.mark(row.state), progress="done",
            since=row.since,
            events=[Event(each, CULTIVATION.by_name[each.action].told, why(each)) for each in acts
                    if each.action != "copy"],
            stage_name=Text("培育", "Library"), aside=True,
        )  # fmt: skip
    for row in (each for each in found if each.subject == "scenario_copy"):
        yield _copy(row, copied.get(row.need, ()))


def _copy(row: ChainRow, acts: Sequence[LedgerEntry]) -> ChainLink:
    where = place_named(row.detail, row.title, row.title_en)
    return ChainLink(
        stage="copy", kind=Text("复制", "Copy"), need=row.need, number=row.number,
        href=url_for("scenarios.show", number=row.number), title=where,
        mark=SCENARIO.lifecycle.mark(row.state), progress="done" if row.state in PUBLIC_STATES else "now",
        since=row.since,
        events=[Event(each, COPIED % {"place": where}) for each in acts if each.data.get("scenario") == row.number],
    )  # fmt: skip


CHAIN = ChainPart({"library_entry": ("copy", *CULTIVATION.by_name)}, rows, links)
