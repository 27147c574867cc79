"""The library in words: lists, files, history, and what it adds to the page of a need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, get_template_attribute, url_for
from markupsafe import Markup

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text, enumerated
from marketplace.cultivation import evidence, queries
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import RESOURCES, LibraryEntry
from marketplace.cultivation.policy import places
from marketplace.foundation import ledger
from marketplace.pilots.report import VERDICTS
from marketplace.posts.queries import signatures
from marketplace.reference import catalogue, regions
from marketplace.scenarios.models import Scenario

ACTS: Mapping[str, Text] = {
    "add_resource": Text("列入数据集或设施", "Data set or facility listed"),
    "remove_resource": Text("移除数据集或设施", "Data set or facility taken off the list"),
    "copy": Text("复制到别处", "Copied for another place"),
}
CELLS: Mapping[str, Text] = {
    "number": Text("编号", "Number"), "title": Text("名称", "Title"), "tier": Text("梯度", "Tier"),
    "since": Text("自", "Since"), "domain": Text("领域", "Domain"), "place": Text("地点", "Place"),
    "owner": Text("需求单位", "Owner"),
}  # fmt: skip


def place(need: Scenario) -> Text:
    """Where it is: the region, else what its owner wrote."""
    return place_named(need.site_region, need.content.get("place") or "", need.content.get("place_en") or "")


def place_named(region: str, words: str, words_en: str) -> Text:
    """The same for who knows these alone."""
    return regions.full_name(region) if region else Text(words, words_en or words)


def domain(need: Scenario) -> Text:
    """The name of its domain; empty for none."""
    return catalogue.domain(need.domain).label if need.domain else Text("", "")


def cells(entry: LibraryEntry, language: str) -> tuple[str, ...]:
    """One row of the list's files."""
    need = entry.scenario
    return (
        need.number, need.label.say(language), CULTIVATION.mark(entry.tier).label.say(language),
        clock.beijing(entry.moved_at).date().isoformat(), domain(need).say(language), place(need).say(language),
        need.organization.label.say(language),
    )  # fmt: skip


def item(entry: LibraryEntry) -> dict[str, Any]:
    """An entry for programs."""
    config: Config = current_app.extensions["config"]
    need, where = entry.scenario, place(entry.scenario)
    return {
        "number": need.number, "url": f"{config.base_url.rstrip('/')}{url_for('cultivation.show', number=need.number)}",
        "title": need.title, "title_en": need.title_en, "tier": entry.tier, "since": entry.moved_at.isoformat(),
        "domain": need.domain, "region": need.site_region, "place": where.zh, "place_en": where.en,
        "organization": need.organization.number, "demo": need.demo,
    }  # fmt: skip


def history(entry: LibraryEntry) -> list[dict[str, Any]]:
    """What became of it, for the macro ``log``, the newest first; everybody reads the same, without names.

    Copies are left out: whether a draft exists is for its owner to know.
    """
    entries = [each for each in ledger.history(entry) if each.action != "copy"]
    signed = signatures(entries, named=False)
    owner = entry.scenario.organization
    names = {owner.id: owner.label}
    return [
        {"at": each.at, "text": _told(each), "who": signed.get(each.id) or names.get(each.organization_id or 0)}
        for each in reversed(entries)
    ]


def _told(entry: ledger.LedgerEntry) -> Text:
    step = CULTIVATION.by_name.get(entry.action)
    if step is None:
        kind = RESOURCES[entry.data["kind"]]
        words = Text("%(act)s：%(kind)s %(name)s", "%(act)s: %(kind)s %(name)s")
        return words % {"act": ACTS[entry.action], "kind": kind, "name": entry.data["name"]}
    return Text("%(step)s：%(why)s", "%(step)s: %(why)s") % {"step": step.told, "why": why(entry)}


def why(entry: ledger.LedgerEntry) -> Text:
    """The reason of a step, and what the need rested on when it was taken."""
    proofs, reason = entry.data.get("evidence") or [], Text(entry.reason, entry.reason)
    if not proofs:
        return reason
    words = Text("%(reason)s（依据：%(proofs)s）", "%(reason)s (evidence: %(proofs)s)")
    return words % {"reason": reason, "proofs": enumerated(proofs)}


# ---- on the page of a need ----


def scenario_panel(need: Any, actor: Actor) -> Markup | str:
    """Its tier, what it was copied from with the lessons learned there, and the way into the library."""
    entry, origin = queries.standing_of(need.id, actor)
    tier = entry.tier if entry else "none"
    placing = bool(need.edition) and places(actor, need)
    if tier == "none" and origin is None and not placing:
        return ""
    draw = get_template_attribute("cultivation/panels.html", "library_panel")
    lessons = evidence.lessons_of(origin.id) if origin else []
    return Markup(draw(need, CULTIVATION.mark(tier), tier, origin, lessons, VERDICTS, placing))
