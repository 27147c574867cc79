"""Awards as pages show them: the ranking, payments beside their plan, history over everything that hangs on one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from markupsafe import Markup

from marketplace.awards import queries, wording
from marketplace.awards.accepting import Standing, standing_of
from marketplace.awards.carrying import paid
from marketplace.awards.lifecycle import (
    ACCEPTANCE,
    AWARD,
    CONTRACT,
    EXEMPTION,
    EXTENSION,
    MILESTONE,
    PAYMENT,
)
from marketplace.awards.models import Acceptance, Award
from marketplace.awards.services import needs_second
from marketplace.awards.wording import VOTES
from marketplace.bids.queries import known_bids
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle
from marketplace.core.reasons import in_words
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.posts.queries import signatures
from marketplace.scoring.queries import ranking
from marketplace.scoring.ranking import shown
from marketplace.web.plate import records

LIVES: dict[str, Lifecycle] = {
    "award": AWARD, "contract": CONTRACT, "milestone": MILESTONE, "extension": EXTENSION, "payment": PAYMENT,
    "acceptance": ACCEPTANCE, "termination": EXEMPTION,
}  # fmt: skip

UNDO = AWARD.by_name["undo"]


def results(challenge: Challenge, awards: Sequence[Award], next_ones: Collection[int] = ()) -> list[dict[str, Any]]:
    """Every bid with its rank and total, and what became of it: for everybody from the notice on.

    ``awards``: every award of the challenge. ``next_ones``: keys of the bids that stand as proposed already, as the
    notice that is prepared will say. Before that and before any award nobody is a reserve.
    """
    given = {each.bid_id: each for each in awards}
    waiting = 0
    found = []
    for place in ranking(challenge):
        award = given.get(place.bid.id)
        state = award.state if award else "proposed" if place.bid.id in next_ones else ""
        waits = not state and place.qualified and bool(given or next_ones)
        waiting += waits
        found.append(
            {"rank": place.rank, "bid": place.bid, "total": shown(place.total),
             "mark": AWARD.mark(state) if state else None, "reserve": waiting if waits else 0,
             "passed": place.qualified}
        )  # fmt: skip
    out = [each for each in known_bids(challenge) if each.state == "disqualified"]
    return found + [
        {"rank": None, "bid": each, "total": "", "mark": None, "reserve": 0, "passed": None} for each in out
    ]


def votes(standing: Standing) -> Text:
    """What a panel says, in numbers alone: "3 位专家：同意通过验收 2，退回整改 1"."""
    given = [(VOTES[key], standing.votes[key]) for key in VOTES if standing.votes[key]]
    zh = "，".join(f"{label.zh} {count}" for label, count in given)
    en = ", ".join(f"{label.en.lower()}: {count}" for label, count in given)
    seats = len(standing.opinions)
    return (
        Text("%(count)s 位专家", "%(count)s experts") % {"count": seats}
        if not given
        else Text(f"{seats} 位专家：{zh}", f"{seats} experts; {en}")
    )


def acceptance_of(award: Award) -> tuple[Acceptance, Text | None] | None:
    """The application that was accepted, and what its panel voted, for everybody; None before that."""
    if award.state not in ("fulfilled", "partly_fulfilled"):
        return None
    found = queries.acceptances_of(award)[0]
    standing = standing_of(found)
    return found, votes(standing) if standing is not None else None


def added_panels(award: Award, actor: Actor) -> list[Markup]:
    """What upper capabilities show on the page of an award (pilots: the way to begin one)."""
    panels = current_app.extensions.get("award_panels", ())
    return [drawn for panel in panels if (drawn := panel(award, actor)) is not None]


def ending(award: Award) -> Text:
    """Why it was given up, in the words of who did; what a rule did says the state alone."""
    return in_words(award.remark)


def not_undone_by(award: Award, actor: Actor) -> Refused | None:
    """What the page says to an official who would undo an award but must leave it to another."""
    return needs_second(award, actor) if award.state in UNDO.sources else None


def partners(award: Award) -> list[Text]:
    """The partners of the consortium."""
    parts = award.bid.participations
    return [each.organization.label for each in parts if each.role == "partner" and each.state == "live"]


def plan_of(award: Award) -> list[dict[str, Any]]:
    """Each payment of the plan: what it comes to by the contract, what was paid, when its milestone is due."""
    contract = award.contract
    amount = contract.amount if contract else Decimal(0)
    rows = []
    for place, row in enumerate(award.challenge.content["payments"], 1):
        rows.append(
            {
                "place": place, "name": Text(row["name"], row.get("name_en") or row["name"]), "share": row["share"],
                "planned": amount * Decimal(row["share"]) / 100, "paid": paid(award, place),
                "milestones": [each for each in award.milestones if each.payment == place],
            }
        )  # fmt: skip
    return rows


def files(kind: str, keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Key of an object → its files for the macro ``file_list``."""
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in keys}
    for each in queries.files_of(kind, keys):
        found[each.owner_id].append(
            {"href": url_for("files.show", file_id=each.id, name=each.name), "title": each.name,
             "kind": each.name.rpartition(".")[2].upper(), "size": f"{max(1, round(each.size / 1024))} KB"}
        )  # fmt: skip
    return found


def history(award: Award) -> list[dict[str, Any]]:
    """What was done on the award and on everything that hangs on it, newest first, for the macro ``log``."""
    entries = entries_of(subjects(award))
    signed = signatures(entries, named=False)
    names = {each.id: each.label for each in award.milestones}
    return [{"at": each.at, "text": _said(each, names), "who": signed.get(each.id) or _side(award, each)}
            for each in reversed(entries)]  # fmt: skip


def _said(entry: LedgerEntry, milestones: Mapping[int, Text]) -> Text:
    life = LIVES[entry.subject_type]
    step = life.by_name.get(entry.action)
    act = step.told if step else wording.ACTS[entry.subject_type][entry.action]
    named = milestones.get(entry.subject_id) if entry.subject_type == "milestone" else None
    what = named or life.label
    text = act if entry.subject_type == "award" else Text(f"{what.zh}：{act.zh}", f"{what.en}: {act.en}")
    return _because(text, entry)


def _because(text: Text, entry: LedgerEntry) -> Text:
    if not entry.reason:
        return text
    return Text("%(act)s。%(reason)s", "%(act)s. %(reason)s") % {"act": text, "reason": in_words(entry.reason)}


def told(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Entries about objects of every kind, oldest first, in words; for the macro ``log``, newest first."""
    known = records()
    acts = {kind: record.every_act() for kind, record in known.items()}
    signed = signatures(entries, named=False)
    found = []
    for each in reversed(entries):
        what, act = known[each.subject_type].label, acts[each.subject_type][each.action]
        text = Text(f"{what.zh}：{act.zh}", f"{what.en}: {act.en}")
        found.append({"at": each.at, "text": _because(text, each), "who": signed.get(each.id, "")})
    return found


def _side(award: Award, entry: LedgerEntry) -> Text:
    if entry.actor_kind == "system":
        return Text("系统", "System")
    sides = {award.organization_id: award.organization, award.challenge.organization_id: award.challenge.organization}
    side = sides.get(entry.organization_id or 0)
    return side.label if side else Text("", "")


def subjects(award: Award) -> dict[str, list[int]]:
    """Kind of object → the keys of those that hang on an award, itself included."""
    milestones = [each.id for each in award.milestones]
    termination = queries.termination_of(award)
    return {
        "award": [award.id],
        "contract": [award.contract.id] if award.contract else [],
        "milestone": milestones,
        "extension": [each.id for one in award.milestones for each in queries.extensions_of(one)],
        "payment": [each.id for each in queries.payments_of(award)],
        "acceptance": [each.id for each in queries.acceptances_of(award)],
        "termination": [termination.id] if termination else [],
    }


def entries_of(found: dict[str, list[int]]) -> list[LedgerEntry]:
    """The history of many objects, in the order of the chain."""
    parts = [
        (LedgerEntry.subject_type == kind) & LedgerEntry.subject_id.in_(keys) for kind, keys in found.items() if keys
    ]
    return list(db.session.scalars(sa.select(LedgerEntry).where(sa.or_(*parts)).order_by(LedgerEntry.id)))
