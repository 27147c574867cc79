"""A chain in words: the strip on pages of objects, the record of uses of a product, a chain for files and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, get_template_attribute, url_for
from markupsafe import Markup

from marketplace.chains import joining
from marketplace.chains.joining import Chain, Line, Step
from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.pilots import panels, queries
from marketplace.pilots.models import Pilot
from marketplace.web.chain import ChainLink

# More objects than this in one stage: the chain's own page has them.
MOST_IN_STAGE = 3
BLOCKS = {"done": "on", "now": "now", "stop": "stop", None: ""}


def strip(need: int, actor: Actor) -> Markup | str:
    """The chain of a need as five stages; "" while nothing follows, or the actor may see none of it."""
    part = joining.own_part([need], actor)[need]
    if not part.links or not part.goes_on:
        return ""
    href = url_for("chains.show", number=part.number)
    draw = get_template_attribute("chains/strip.html", "strip")
    return Markup(draw(part.number, stages(joining.steps(part.links), href), href))


def stages(steps: Sequence[Step], href: str) -> list[dict[str, Any]]:
    """For the macro ``chain``; ``href``: where the rest is, when a stage holds more than it shows."""
    return [
        {"name": each.name, "state": each.words, "kind": each.progress or "next", "items": _items(each, href)}
        for each in steps
    ]


def _items(step: Step, href: str) -> list[tuple[Text, str, str]]:
    if step.closed:
        return [(Text("只有双方看得到", "For its two sides alone"), "", "")]
    # What came to something first, then what goes on, then what stopped; the newest before the others.
    newest = list(reversed(step.links))
    first = [each for progress in BLOCKS for each in newest if each.progress == progress]
    items = [(_called(each, alone=len(first) == 1), each.href, _day(each)) for each in first[:MOST_IN_STAGE]]
    rest = len(first) - MOST_IN_STAGE
    if rest > 0:
        items.append((Text("另有 %(count)d 项", "%(count)d more") % {"count": rest}, href, ""))
    return items


def _called(link: ChainLink, *, alone: bool) -> Text:
    """What a link is called in its stage: by number, with its state beside others; a copy by its place."""
    if not link.number:
        return link.title
    known = {"number": link.number, "title": link.title, "state": link.mark.label}
    if link.stage == "copy":
        return Text("%(title)s %(number)s", "%(title)s %(number)s") % known
    return Text(link.number, link.number) if alone else Text("%(number)s %(state)s", "%(number)s %(state)s") % known


def _day(link: ChainLink) -> str:
    """The day of the last act, else of the beginning: without the year while it is this one."""
    moments = [each for each in (link.last, link.since) if each is not None]
    if not moments:
        return ""
    day = clock.beijing(max(moments)).date()
    return f"{day:%m-%d}" if day.year == clock.today().year else day.isoformat()


def blocks(steps: Sequence[Step]) -> tuple[list[str], Text]:
    """Five small blocks for the macro ``minichain``, and the same in words."""
    said = [(each.name, each.words) for each in steps if each.links]
    return [BLOCKS[each.progress] for each in steps], Text(
        "；".join(f"{name.zh}{words.zh}" for name, words in said),
        "; ".join(f"{name.en}: {words.en}" for name, words in said),
    )


def product_panel(product: Any, actor: Actor) -> Markup:
    """The pilots of a product, and where it was used: the chains in which it was tried."""
    found = queries.of_product(product.id, actor)
    return Markup(panels.of_product(product, found, actor)) + _uses(found, actor)


def _uses(found: Sequence[Pilot], actor: Actor) -> Markup | str:
    needs = sorted({each.scenario_id for each in found if each.scenario_id and each.frozen_at})
    if not needs:
        return ""
    parts = joining.own_part(needs, actor)
    rows = [
        (link, parts[need].number, *blocks(joining.steps(parts[need].links)))
        for need in reversed(needs)
        for link in parts[need].links
        if link.stage == "need" and not link.aside
    ]
    return Markup(get_template_attribute("chains/strip.html", "uses")(rows)) if rows else ""


# ---- for files and programs ----

HEADER: Mapping[str, Text] = {
    "at": Text("时间", "Time"), "stage": Text("阶段", "Stage"), "object": Text("编号", "Number"),
    "title": Text("对象", "Object"), "what": Text("事项", "What happened"), "reason": Text("理由", "Reason"),
    "who": Text("谁", "Who"), "entry": Text("历史条目", "Entry of history"), "sha256": Text("凭证 SHA-256", "SHA-256"),
}  # fmt: skip


def cells(line: Line, language: str) -> tuple[str, ...]:
    """A line of the timeline as a row of a table."""
    link, event = line.link, line.event
    return (
        clock.beijing(line.at).isoformat(timespec="seconds"), joining.STAGES[link.stage].say(language), link.number,
        link.title.say(language), event.what.say(language), event.reason.say(language) if event.reason else "",
        line.who.say(language), str(event.entry.id), event.entry.hash,
    )  # fmt: skip


def item(chain: Chain) -> dict[str, Any]:
    """A chain for programs. ``history``: how long history was when this was made, and the hash of its last entry."""
    config: Config = current_app.extensions["config"]
    base, end = config.base_url.rstrip("/"), ledger.end()
    needs = [each for each in chain.links if each.stage == "need" and not each.aside]
    numbers = {each.need: each.number for each in needs}
    return {
        "number": chain.number, "url": f"{base}{url_for('chains.show', number=chain.number)}",
        "needs": [
            {**_object(each, base), "copied_from": numbers.get(chain.origins.get(each.need, 0))} for each in needs
        ],
        "objects": [
            {**_object(each, base), "stage": each.stage, "need": numbers.get(each.need)}
            for each in chain.links if each not in needs
        ],
        "events": [_event(each) for each in joining.timeline(chain.links)],
        "history": {"entries": end.entries, "last": end.last},
    }  # fmt: skip


def _object(link: ChainLink, base: str) -> dict[str, Any]:
    return {
        "number": link.number, "url": base + link.href if link.href else None, "title": link.title.zh,
        "title_en": link.title.en, "state": link.mark.label.zh, "state_en": link.mark.label.en,
        "progress": link.progress, "since": link.since.isoformat() if link.since else None,
    }  # fmt: skip


def _event(line: Line) -> dict[str, Any]:
    event = line.event
    why = event.reason or Text("", "")
    return {
        "at": line.at.isoformat(timespec="microseconds"), "stage": line.link.stage, "object": line.link.number,
        "what": event.what.zh, "what_en": event.what.en, "reason": why.zh, "reason_en": why.en, "who": line.who.zh,
        "who_en": line.who.en, "entry": event.entry.id, "sha256": event.entry.hash,
    }  # fmt: skip
