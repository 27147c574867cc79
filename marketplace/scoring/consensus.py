"""Consensus: what the panel says as a whole, changes by the chair, votes on ties, and the signed ranking."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.bids.models import Bid
from marketplace.bids.unsealing import content_of
from marketplace.challenges.content import BLANK
from marketplace.challenges.lifecycle import CHALLENGE, SHOWN
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.panels import checking
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import clean_members, panel_of
from marketplace.scoring import marks, queries, ranking
from marketplace.scoring.models import BidCode, Change, Ranking, Sheet, TieVote
from marketplace.scoring.policy import chairs, member
from marketplace.scoring.ranking import Criterion, Judged, Placed
from marketplace.scoring.services import all_in


@dataclass(frozen=True)
class Standing:
    """All that the panel says of the bids of a challenge at one moment. Bids go by their codes."""

    criteria: Sequence[Criterion]
    codes: Sequence[BidCode]
    members: Sequence[Assignment]
    sheets: Sequence[Sheet]
    changes: Sequence[Change]
    judged: Sequence[Judged]
    ties: Sequence[tuple[str, ...]]
    votes: Mapping[str, Mapping[int, str]]
    placed: Sequence[Placed]
    tie_rule: str

    @property
    def waiting_votes(self) -> list[tuple[tuple[str, ...], list[Assignment]]]:
        """(tied bids, members who have not voted among them), where the challenge lets the panel decide."""
        if self.tie_rule != "vote":
            return []
        found = [
            (group, [one for one in self.members if one.id not in self.votes[_among(group)]]) for group in self.ties
        ]
        return [(group, left) for group, left in found if left]


def _among(group: Sequence[str]) -> str:
    return "-".join(group)


def standing_of(challenge: Challenge) -> Standing:
    """What the panel says now; asked when all sheets are in."""
    criteria, codes = marks.criteria_of(challenge), queries.codes_of(challenge)
    sheets, changes = queries.locked_sheets(challenge), queries.changes_of(challenge)
    panel = panel_of(challenge)
    members = clean_members(panel) if panel is not None else []
    mark, rule = marks.pass_mark_of(challenge), {**BLANK, **challenge.content}["tie_rule"]
    prices = {each.bid_id: _price(each.bid) if rule == "price" else "" for each in codes}
    judged = [marks.judged(each.bid, each.code, criteria, sheets, changes, prices[each.bid_id]) for each in codes]
    ties = ranking.tied(judged, criteria, mark)
    votes = _votes(challenge, codes, members, ties)
    counted = Counter(code for given in votes.values() for code in given.values())
    placed = ranking.place(judged, criteria, mark, rule, counted)
    return Standing(criteria, codes, members, sheets, changes, judged, ties, votes, placed, rule)


def _price(bid: Bid) -> str:
    return str(content_of(bid)[0].get("price") or "")


def _votes(
    challenge: Challenge, codes: Sequence[BidCode], members: Sequence[Assignment], ties: Sequence[tuple[str, ...]]
) -> dict[str, dict[int, str]]:
    """Tied group → member → the code he voted for; votes of who is off the panel are not counted."""
    named, judging = {each.bid_id: each.code for each in codes}, {each.id for each in members}
    found: dict[str, dict[int, str]] = {_among(group): {} for group in ties}
    for vote in queries.votes_of(challenge):
        if vote.among in found and vote.assignment_id in judging:
            found[vote.among][vote.assignment_id] = named[vote.bid_id]
    return found


# ---- commands ----


def _panel_in_consensus(challenge: Challenge) -> Panel:
    """The panel, taken for this transaction, while it talks.

    Raises:
        Refused: it does not, or not yet.
    """
    panel = panel_of(challenge)
    if panel is None:
        raise NotFound
    lock(panel)
    db.session.refresh(challenge)
    if challenge.state == "consensus":
        return panel
    raise Refused(
        Text("合议期间才能调整、表决和签署", "Marks are changed, voted on and signed in consensus"),
        Text("现在是“%(state)s”", "It is now “%(state)s”") % {"state": SHOWN[challenge.shown_state].label},
        Text("请刷新页面", "Look at the page again"),
    )


def change(challenge: Challenge, code: str, key: str, mark: str, reason: str, actor: Actor) -> None:
    """The chair sets a mark of the whole panel, with a reason; the experts' own marks stay as they are.

    Raises:
        NotFound: no chair, or no such bid. Refused: not in consensus. Invalid: no such mark, or no reason.
    """
    _panel_in_consensus(challenge)
    if not chairs(actor, challenge):
        raise NotFound
    called = queries.bid_called(challenge, code)
    criterion = next((each for each in marks.criteria_of(challenge) if each.key == key), None)
    if criterion is None:
        raise Invalid([FieldError("criterion", Text("请选择评审项", "Choose a criterion"))])
    try:
        read = marks.read_mark(criterion, mark, "mark")
    except FieldError as error:
        raise Invalid([error]) from error
    if not read:
        raise Invalid([FieldError("mark", Text("请写调整后的分数", "Give the changed mark"))])
    words = given_reason(reason)
    one = member(actor, challenge)
    assert one is not None
    made = Change(
        challenge_id=challenge.id, bid_id=called.bid_id, criterion=key, mark=read, reason=words,
        assignment_id=one.id, changed_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    # Administrators read history, and no mark (product.md 5): it holds that there was a change and the digest of what
    # it said, whose words are no guess; the signed report tells it.
    said = json.dumps({"mark": read, "reason": words}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    data = {"bid": called.bid.number, "criterion": key, "sha256": hashlib.sha256(said.encode()).hexdigest()}
    ledger.record(made, "change", actor, data=data)


def vote(challenge: Challenge, group: str, code: str, actor: Actor) -> None:
    """A member votes for one of the bids that are tied; once, by name.

    Raises:
        NotFound: no member. Refused: not in consensus. Invalid: no such tie or bid.
    """
    _panel_in_consensus(challenge)
    one = member(actor, challenge)
    if one is None:
        raise NotFound
    now = standing_of(challenge)
    if now.tie_rule != "vote" or group not in now.votes or code not in group.split("-"):
        raise Invalid([FieldError("code", Text("请在同分的申报中选一件", "Choose one of the tied bids"))])
    bid = queries.bid_called(challenge, code).bid
    given = add_once(
        TieVote, challenge_id=challenge.id, among=group, assignment_id=one.id, bid_id=bid.id, voted_at=clock.now()
    )
    if given is None:
        raise Refused(
            Text("每人对同分申报表决一次", "Each member votes once on a tie"),
            Text("您已经表决", "You have voted"),
            Text("等其他专家表决", "Wait for the others"),
        )
    ledger.record(given, "vote", actor, data={"among": group})  # for whom, the signed report tells


def signed(challenge: Challenge) -> Refused | None:
    """What the challenge demands before it is ranked: all scores, no open vote, and the chair's signature."""
    refusal = all_in(challenge)
    if refusal is None and queries.valid_ranking(challenge) is None:
        refusal = Refused(
            Text("排序由组长签署", "The chair signs the ranking"),
            Text("还没有签署", "It is not signed"),
            Text("请组长在合议页面签署", "The chair signs it on the page of the consensus"),
        )
    return refusal


def sign(challenge: Challenge, actor: Actor) -> Ranking | None:
    """The chair signs: the report is made and hashed, the challenge is ranked.

    None when the conflict check that runs before it took somebody off the panel: scoring goes on then.

    Raises:
        NotFound: no chair. Refused: not in consensus, scores or votes are missing.
    """
    panel = _panel_in_consensus(challenge)
    if not chairs(actor, challenge):
        raise NotFound
    checking.check(panel)
    db.session.refresh(challenge)
    one = member(actor, challenge)
    if challenge.state != "consensus" or one is None:
        return None
    refusal = all_in(challenge)
    if refusal is not None:
        raise refusal
    now = standing_of(challenge)
    if now.waiting_votes:
        raise _votes_missing(now)
    made = _keep(challenge, now, one)
    ledger.record(made, "sign", actor, data={"sha256": made.digest, "number": made.number})
    move(CHALLENGE, challenge, "rank", SYSTEM, data={"ranking": made.number, "sha256": made.digest})
    return made


def _votes_missing(now: Standing) -> Refused:
    group, left = now.waiting_votes[0]
    return Refused(
        Text("同分的申报由评审组记名表决", "The panel votes on bids with equal totals"),
        Text("%(bids)s 同分，还有 %(count)d 位没有表决", "%(bids)s are tied; %(count)d have not voted")
        % {"bids": ", ".join(group), "count": len(left)},
        Text("请各位专家在合议页面表决", "Each member votes on the page of the consensus"),
    )


def _keep(challenge: Challenge, now: Standing, one: Assignment) -> Ranking:
    number = len(queries.rankings_of(challenge)) + 1
    at = clock.now()
    text = json.dumps(
        report_of(challenge, now, one, number, clock.beijing(at).isoformat(timespec="seconds")),
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    numbers = {each.code: each.bid.number for each in now.codes}
    rows: list[Any] = [
        {"bid": numbers[each.bid], "code": each.bid, "total": ranking.exact(each.total), "rank": each.rank,
         "failed": list(each.failed), "shared": each.shared}
        for each in now.placed
    ]  # fmt: skip
    made = Ranking(
        challenge_id=challenge.id, number=number, rows=rows, text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(), signed_by=one.id, signed_at=at,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def report_of(challenge: Challenge, now: Standing, one: Assignment, number: int, at: str) -> dict[str, Any]:
    """All that the ranking rests on; experts go by their places, bids by number and code, figures are exact."""
    bids = {each.bid_id: each for each in now.codes}
    placed = {each.bid: each for each in now.placed}
    return {
        "challenge": challenge.number, "edition": challenge.edition, "terms_sha256": challenge.digest,
        "number": number, "signed_at": at, "chair": one.place, "experts": [each.place for each in now.members],
        "draws_sha256": [each.digest for each in one.panel.draws],
        "criteria": [
            {"key": each.key, "kind": each.kind, "weight": f"{each.weight:f}",
             "least": None if each.least is None else f"{each.least:f}"}
            for each in now.criteria
        ],
        "pass_mark": challenge.content.get("pass_mark"), "tie_rule": now.tie_rule,
        "sheets": [
            {"expert": each.assignment.place, "bid": bids[each.bid_id].code, "marks": each.marks}
            for each in now.sheets
        ],
        "changes": [
            {"bid": bids[each.bid_id].code, "criterion": each.criterion, "mark": each.mark, "reason": each.reason}
            for each in now.changes
        ],
        "votes": _voted(now),
        "bids": [
            {
                "bid": bids_number, "code": each.bid, "points": {key: str(value) for key, value in each.points.items()},
                "gates": dict(each.gates), "total": ranking.exact(each.total), "rank": placed[each.bid].rank,
                "shared": placed[each.bid].shared, "failed": list(placed[each.bid].failed),
            }
            for each, bids_number in zip(now.judged, (called.bid.number for called in now.codes), strict=True)
        ],
    }  # fmt: skip


def _voted(now: Standing) -> list[dict[str, Any]]:
    places = {each.id: each.place for each in now.members}
    return [
        {"among": group, "expert": places[key], "for": code}
        for group, given in now.votes.items()
        for key, code in sorted(given.items())
    ]
