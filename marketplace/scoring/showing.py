"""Scoring in words: where a challenge stands, what an expert has still to do, the tables of consensus and ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.bids import content
from marketplace.bids.models import Bid
from marketplace.bids.unsealing import content_of
from marketplace.challenges.models import Challenge
from marketplace.core.text import Text
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import clean_members
from marketplace.scoring import blinding, marks, queries, ranking
from marketplace.scoring.consensus import Standing
from marketplace.scoring.marks import ANSWERS
from marketplace.scoring.models import Sheet
from marketplace.scoring.ranking import TOTAL, Criterion

PASS_MARK = Text("总分", "Total")


def bid_name(code: str) -> Text:
    """What everybody calls a bid while it is judged."""
    return Text("申报 %(code)s", "Bid %(code)s") % {"code": code}


def own_bids(challenge: Challenge, one: Assignment) -> list[dict[str, Any]]:
    """The bids before an expert, each with how far his own sheet is."""
    criteria = marks.criteria_of(challenge)
    sheets = {each.bid_id: each for each in queries.sheets_of(challenge) if each.assignment_id == one.id}
    return [
        {"code": each.code, "name": bid_name(each.code), **_progress(criteria, sheets.get(each.bid_id))}
        for each in queries.codes_of(challenge)
    ]


def _progress(criteria: Sequence[Criterion], sheet: Sheet | None) -> dict[str, Any]:
    total, given = marks.total_of(criteria, sheet.marks if sheet is not None else {})
    return {
        "state": sheet.state if sheet is not None else "none", "total": f"{total:f}", "given": given,
        "all": len(criteria),
    }  # fmt: skip


def progress(challenge: Challenge, panel: Panel) -> list[dict[str, Any]]:
    """Expert after expert, how many sheets are locked: no score is in it."""
    sheets, count = queries.sheets_of(challenge), len(queries.codes_of(challenge))
    return [
        {
            "who": each.code, "all": count,
            "locked": sum(one.state == "locked" and one.assignment_id == each.id for one in sheets),
        }
        for each in clean_members(panel)
    ]  # fmt: skip


# ---- a bid before an expert ----


def names_of(bid: Bid) -> list[str]:
    """What would tell who bids: names, codes and sites of every organization in it."""
    found: list[str] = []
    for each in bid.participations:
        one = each.organization
        found += [one.name, one.name_en, one.credit_code, one.website, one.contact_name]
    return [each for each in found if each]


def bid_content(bid: Bid, *, blind: bool) -> dict[str, Any]:
    """The bid as the expert reads it: pairs of label and words, promises, and the files by name."""
    written = content_of(bid)[0]
    read = blinding.content_of(written, names_of(bid)) if blind else written
    return {
        "pairs": content.pairs(read), "indicators": read.get("indicators") or {},
        "files": [name for name, _entry in blinding.files_of(written, blind=blind)],
    }  # fmt: skip


# ---- consensus and ranking ----


def mark_words(criterion: Criterion, mark: str) -> Text | str:
    """One mark as it is read."""
    return ANSWERS[mark] if criterion.kind == "gate" else mark


def table(now: Standing) -> list[dict[str, Any]]:
    """Bid after bid: every expert's mark and reason a criterion, the panel's, and what the chair changed."""
    changes = {(each.bid_id, each.criterion): each for each in now.changes}
    rows = []
    for called, one in zip(now.codes, now.judged, strict=True):
        own = [each for each in now.sheets if each.bid_id == called.bid_id]
        lines = [
            {
                "criterion": each,
                "given": [
                    {
                        "who": sheet.assignment.code, "mark": mark_words(each, sheet.marks[each.key]["mark"]),
                        "note": sheet.marks[each.key]["note"],
                    }
                    for sheet in own
                ],
                "agreed": _agreed(each, one), "change": changes.get((called.bid_id, each.key)),
            }
            for each in now.criteria
        ]  # fmt: skip
        rows.append(
            {"code": called.code, "name": bid_name(called.code), "lines": lines, "total": ranking.shown(one.total)}
        )
    return rows


def _agreed(criterion: Criterion, one: ranking.Judged) -> Text | str:
    if criterion.kind == "gate":
        return ANSWERS[marks.YES if one.gates[criterion.key] else marks.NO]
    return ranking.shown(one.points[criterion.key])


def failed_words(challenge: Challenge, failed: Sequence[str]) -> list[Text]:
    """What a bid did not reach, in words."""
    names: Mapping[str, Text] = {TOTAL: PASS_MARK, **{each.key: each.name for each in marks.criteria_of(challenge)}}
    return [names[key] for key in failed]


def placed_rows(challenge: Challenge, now: Standing) -> list[dict[str, Any]]:
    """The order as it would be signed now, for the page of the consensus."""
    return [
        {
            "name": bid_name(each.bid), "total": ranking.shown(each.total), "exact": ranking.exact(each.total),
            "rank": each.rank, "shared": each.shared, "lot": 0, "failed": failed_words(challenge, each.failed),
        }
        for each in now.placed
    ]  # fmt: skip
