"""A panel in words: seats, hits, draws that were repeated, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core.text import Text
from marketplace.experts.ties import TIES
from marketplace.foundation import ledger
from marketplace.organizations.queries import organizations_with
from marketplace.panels import drawing
from marketplace.panels.conflicts import RULES
from marketplace.panels.lifecycle import ASSIGNMENT, PANEL
from marketplace.panels.models import Assignment, Draw, Hit, Panel
from marketplace.panels.queries import chair_of
from marketplace.panels.subjects import SubjectKind
from marketplace.posts.queries import signatures

# How history names what no step of a life cycle did.
ACTS = {"draw": Text("抽取", "Drawn")}


def seats(panel: Panel) -> list[dict[str, Any]]:
    """The experts of a panel as rows, in the order of the draw."""
    chair = chair_of(panel)
    return [
        {
            "assignment": each, "mark": ASSIGNMENT.mark(each.state), "chair": each is chair,
            "hits": [hit_line(hit) for hit in each.hits], "remark": _remark(each),
        }
        for each in panel.assignments
    ]  # fmt: skip


def hit_line(hit: Hit) -> dict[str, Any]:
    """A hit in words: the rule, the party, by what tie, and whether it was waived."""
    tie = hit.tie
    said = [TIES[tie["kind"]]] if tie.get("kind") in TIES else []
    if hit.via is not None:
        said.append(hit.via.label)
    period = " – ".join(filter(None, (tie.get("since", ""), tie.get("until", "")))) if tie else ""
    percent = f"{tie['percent']} %" if tie.get("percent") else ""
    said += [Text(each, each) for each in (period, percent) if each]
    return {
        "rule": RULES[hit.rule], "party": hit.organization.label if hit.organization else None,
        "how": Text("，".join(each.zh for each in said), ", ".join(each.en for each in said)),
        "gone": hit.gone_at, "waiver": hit.waiver, "found": hit.found_at,
    }  # fmt: skip


def _remark(assignment: Assignment) -> str:
    """Why he stepped out, in his words."""
    if assignment.state != "recused":
        return ""
    entry = ledger.latest(assignment)
    return entry.reason if entry is not None else ""


def draw_line(draw: Draw) -> dict[str, Any]:
    """A draw in words, with what drawing once more from its record gives."""
    again = drawing.repeated(draw.record)
    return {
        "draw": draw, "pool": len(draw.record["pool"]), "seed": draw.record["seed"],
        "holds": list(again.taken) == draw.record["taken"] and drawing.digest_of(draw.record) == draw.digest,
    }  # fmt: skip


def history(panel: Panel, *, named: bool = True) -> list[dict[str, Any]]:
    """What happened to a panel and its experts, newest first; experts by their place."""
    found: list[tuple[ledger.LedgerEntry, Text | None]] = [(each, None) for each in ledger.history(panel)]
    for one in panel.assignments:
        found += [(each, one.code) for each in ledger.history(one) if each.action != "draw"]
    signed = signatures([entry for entry, _who in found], named=named)
    newest_first = sorted(found, key=lambda each: each[0].id, reverse=True)
    return [{"at": entry.at, "text": _told(entry, who), "who": signed.get(entry.id, "")} for entry, who in newest_first]


def _told(entry: ledger.LedgerEntry, who: Text | None) -> Text:
    cycle = PANEL if who is None else ASSIGNMENT
    step = cycle.by_name.get(entry.action)
    act = step.told if step else ACTS[entry.action]
    said = act if who is None else Text(f"{who.zh}：{act.zh}", f"{who.en}: {act.en}")
    return Text(f"{said.zh}（{entry.reason}）", f"{said.en} ({entry.reason})") if entry.reason else said


def counts(panels: Sequence[Panel]) -> Text:
    """How far the latest panel has come, in a few words; for panels on other pages."""
    if not panels:
        return Text("尚未抽取", "Not drawn yet")
    panel = panels[0]
    there = sum(each.state in ("accepted", "scored") for each in panel.assignments)
    return Text("%(there)d / %(seats)d 席到位", "%(there)d of %(seats)d seats taken") % {
        "there": there,
        "seats": panel.seats,
    }


def named_parties(kind: SubjectKind, subject: Any) -> list[tuple[Text, Text]]:
    """(what it is, its name) of every party, for an expert who may know them."""
    parts = kind.parties(subject)
    names = {each.id: each.label for each in organizations_with(sorted({key for key, _role in parts}))}
    return [(role, names[key]) for key, role in parts]
