"""How experts judge an acceptance: who is concerned, their opinions, and what most of them say."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.awards.models import Acceptance, Opinion
from marketplace.awards.queries import opinions_of
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.outbox import emit
from marketplace.panels import checking
from marketplace.panels import services as panels
from marketplace.panels.models import Panel
from marketplace.panels.policy import JUDGES
from marketplace.panels.queries import clean_members, panel_by_id, panel_of, panels_of
from marketplace.panels.subjects import Part

LABEL = Text("揭榜验收", "Acceptance of a challenge")
ROLES = {
    "owner": Text("需求单位", "Owner"),
    "lead": Text("揭榜单位", "Awarded organization"),
    "partner": Text("参加单位", "Partner"),
}
NEEDED = Text("请填写此项", "Required")
Findings = Mapping[str, Mapping[str, str]]


# ---- acceptances, as panels judge them ----


def load(key: int) -> Acceptance:
    """The acceptance with this key, whoever asks."""
    return db.session.get_one(Acceptance, key)


def parties(acceptance: Acceptance) -> Sequence[Part]:
    """Who an expert must not be tied to: the owner, who was awarded, and its partners."""
    award = acceptance.award
    partners = [each for each in award.bid.participations if each.role == "partner" and each.state == "live"]
    return [
        (award.challenge.organization_id, ROLES["owner"]),
        (award.organization_id, ROLES["lead"]),
        *((each.organization_id, ROLES["partner"]) for each in partners),
    ]


def earlier(acceptance: Acceptance) -> frozenset[int]:
    """Who scored the bids: what they chose is judged by others (domain.md 1.5, C16)."""
    drawn = [one for panel in panels_of(acceptance.award.challenge) for one in panel.assignments]
    return frozenset(one.expert_id for one in drawn if one.state in ("scored", "void"))


def waits(acceptance: Acceptance) -> bool:
    """Whether it waits for the official, who may have experts judge it first."""
    return acceptance.state == "endorsed" and acceptance.award.state == "executing"


def seated(panel: Panel) -> None:
    """Everybody who judges is asked for his opinion; who stepped in later is asked then."""
    for each in clean_members(panel):
        made = add_once(
            Opinion, assignment_id=each.id, acceptance_id=panel.about_id, user_id=each.expert.user_id, findings={},
            vote="", reasons="", saved_at=clock.now(), version=1,
        )  # fmt: skip
        if made is not None:
            emit("opinion.ask", made)


# ---- one opinion ----


def save(opinion: Opinion, findings: Findings, vote: str, reasons: str, actor: Actor) -> None:
    """Keep what an expert has written so far. ``findings``: as ``Opinion`` keeps them.

    Raises:
        NotFound: it is not his, or he judges no longer. Conflict: it was handed in, or the acceptance is decided.
    """
    lock(opinion)
    if opinion.user_id != actor.user_id or opinion.assignment.state not in JUDGES:
        raise NotFound
    if opinion.submitted_at is not None or not waits(opinion.acceptance):
        message = Text(
            "没有保存：意见已提交，或验收已有结论", "Not saved: it was handed in, or the acceptance is decided"
        )
        raise Conflict(message, ledger.latest(opinion.acceptance))
    opinion.findings = {key: dict(found) for key, found in findings.items()}
    opinion.vote, opinion.reasons, opinion.saved_at = vote, reasons, clock.now()
    db.session.flush()


def hand_in(opinion: Opinion, actor: Actor) -> bool:
    """Hand it in, for good. False when the conflict check that runs before it takes the expert off the panel.

    Raises:
        Invalid: something is missing. NotFound, Conflict: as ``save``.
    """
    checking.check(panel_by_id(opinion.assignment.panel_id))
    if opinion.assignment.state not in JUDGES:
        return False
    save(opinion, opinion.findings, opinion.vote, opinion.reasons, actor)
    _check_complete(opinion)
    opinion.submitted_at = clock.now()
    db.session.flush()
    panels.judged(opinion.assignment, actor)
    # History is read by administrators, so that it keeps a digest of what was said.
    data = {"acceptance": opinion.acceptance_id, "sha256": _digest(_canonical(_told(opinion)))}
    entry = ledger.record(opinion, "hand_in", actor, after="submitted", data=data)
    emit("opinion.hand_in", opinion, {"entry": entry.id})
    return True


def _check_complete(opinion: Opinion) -> None:
    places = map(str, range(len(opinion.acceptance.indicators)))
    wrong = [
        FieldError(f"findings.{place}.met", Text("请选择", "Choose one"))
        for place in places
        if not opinion.findings.get(place, {}).get("met")
    ]
    if not opinion.vote:
        wrong.append(FieldError("vote", Text("请选择", "Choose one")))
    if not opinion.reasons.strip():
        wrong.append(FieldError("reasons", NEEDED))
    if wrong:
        raise Invalid(wrong)


# ---- the panel as a whole ----


@dataclass(frozen=True, slots=True)
class Standing:
    """What a panel says now. ``opinions``: those that count and are handed in, in the order of the draw."""

    panel: Panel
    opinions: Sequence[Opinion]

    @property
    def complete(self) -> bool:
        """Whether every seat has spoken."""
        return len(self.opinions) >= self.panel.seats

    @property
    def votes(self) -> Counter[str]:
        """Vote → how many gave it."""
        return Counter(each.vote for each in self.opinions)

    @property
    def majority(self) -> str:
        """What more than half of all seats say; "" when nothing has so many."""
        return next((vote for vote, count in self.votes.items() if count * 2 > self.panel.seats), "")


def standing_of(acceptance: Acceptance) -> Standing | None:
    """What its panel says; None without one."""
    panel = panel_of(acceptance)
    if panel is None:
        return None
    seats = {each.id for each in clean_members(panel)}
    return Standing(panel, [each for each in opinions_of(acceptance) if each.assignment_id in seats])


def heard(acceptance: Acceptance) -> Standing | None:
    """The same, held against what is known of conflicts now, for the decision.

    Raises:
        Refused: somebody on the panel has not spoken.
    """
    panel = panel_of(acceptance)
    if panel is not None:
        checking.check(panel)
    standing = standing_of(acceptance)
    if standing is None or standing.complete:
        return standing
    raise Refused(
        Text("验收组全部提交意见以后作出验收结论", "The decision follows once the whole panel has spoken"),
        Text("%(seats)d 位专家中 %(there)d 位已提交", "%(there)d of %(seats)d experts have spoken")
        % {"seats": standing.panel.seats, "there": len(standing.opinions)},
        Text("请等专家提交；有空席的在验收组页面补抽", "Wait for the experts; draw more for an empty seat"),
    )


def departs(standing: Standing | None, result: str) -> Text | None:
    """Why a result ("pass" or "partly") has to be explained: nobody was asked, or most experts say otherwise."""
    if standing is None:
        return Text("没有组织验收组的，请说明理由", "Say why no panel was drawn")
    if standing.majority != result:
        return Text("与验收组多数意见不一致的，请说明理由", "Say why you decide otherwise than most of the panel")
    return None


def settle(acceptance: Acceptance) -> None:
    """It is decided, or falls away: the panel is not needed any more."""
    panel = panel_of(acceptance)
    if panel is not None:
        panels.close(panel)


def record_of(acceptance: Acceptance, standing: Standing | None) -> str:
    """What the panel said, as canonical JSON; "" without one."""
    if standing is None:
        return ""
    told = [_told(each) for each in standing.opinions]
    indicators = [{key: row[key] for key in ("name", "measured", "met")} for row in acceptance.indicators]
    return _canonical({"acceptance": acceptance.id, "indicators": indicators, "opinions": told})


def summary(acceptance: Acceptance, standing: Standing | None) -> dict[str, Any]:
    """The same for history: how many gave which vote, and the digest of all that was said."""
    if standing is None:
        return {}
    return {"votes": dict(standing.votes), "sha256": _digest(record_of(acceptance, standing))}


def _told(opinion: Opinion) -> dict[str, Any]:
    return {
        "expert": opinion.assignment.place, "findings": opinion.findings, "vote": opinion.vote,
        "reasons": opinion.reasons,
    }  # fmt: skip


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
