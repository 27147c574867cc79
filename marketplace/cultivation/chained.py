"""The library on the chain of a need: its tiers on the timeline, and its copies elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.cultivation import queries
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import ScenarioCopy
from marketplace.cultivation.showing import place, why
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.policy import PUBLIC_STATES
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.queries import scenarios_by_id
from marketplace.web.chain import ChainLink, Event, entries_of

COPIED = Text("复制到%(place)s", "Copied to %(place)s")


def links(needs: Sequence[int], actor: Actor, told: bool) -> Iterator[ChainLink]:
    """Tiers of the needs that the actor may see, and the copies that he may see."""
    copies = queries.copies_from(needs, actor)
    if not told:
        yield from (_copy(each, ()) for each in copies)
        return
    seen = {each.id: each for each in scenarios_by_id(needs, actor)}
    entries = queries.entries_about(list(seen))
    acts = entries_of("library_entry", [each.id for each in entries.values()], ("copy", *CULTIVATION.by_name))
    for key, entry in entries.items():
        moves = [each for each in acts.get(entry.id, ()) if each.action != "copy"]
        number = seen[key].number
        yield ChainLink(
            stage="need", kind=CULTIVATION.label, need=key, number=number,
            href=url_for("cultivation.show", number=number) if entry.tier != "none" else "",
            title=Text("场景培育库", "Cultivation library"), mark=CULTIVATION.mark(entry.tier), progress="done",
            since=entry.moved_at,
            events=[Event(each, CULTIVATION.by_name[each.action].told, why(each)) for each in moves],
            stage_name=Text("培育", "Library"), aside=True,
        )  # fmt: skip
    for copied in copies:
        yield _copy(copied, acts.get(entries[copied.origin_id].id, ()) if copied.origin_id in entries else ())


def _copy(copied: ScenarioCopy, acts: Sequence[LedgerEntry]) -> ChainLink:
    need, where = copied.scenario, place(copied.scenario)
    return ChainLink(
        stage="copy", kind=Text("复制", "Copy"), need=copied.origin_id, number=need.number,
        href=url_for("scenarios.show", number=need.number), title=where,
        mark=SCENARIO.lifecycle.mark(need.state), progress="done" if need.state in PUBLIC_STATES else "now",
        since=copied.at,
        events=[
            Event(each, COPIED % {"place": where}) for each in acts
            if each.action == "copy" and each.data.get("scenario") == need.number
        ],
    )  # fmt: skip
