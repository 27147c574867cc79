"""The one correction of papers in the formality check: asked for, handed in, missed. The sealed bid stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app

from marketplace.bids.content import FILE_KINDS
from marketplace.bids.drafting import note_blob
from marketplace.bids.lifecycle import CORRECTION, CORRECTION_DAYS, too_late
from marketplace.bids.models import Bid, Correction
from marketplace.bids.policy import checks_papers
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.foundation.outbox import emit
from marketplace.foundation.vault import Vault
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides
from marketplace.settings.queries import value

# What may be missing or blurred; the proposal is the substance of a bid, and nobody may better it (domain.md 1.5).
KINDS = {key: label for key, label in FILE_KINDS.items() if key not in ("proposal", "other")}


def _vault() -> Vault:
    return Vault(current_app.extensions["config"], "bids.correction")


def not_correctable(bid: Bid) -> Refused | None:
    """Why no papers can be asked for: the challenge does not allow it, it was done, or the check is over."""
    rule = Text("榜单允许的，形式审查时可要求补正材料一次",
                "Where the challenge allows it, papers may be corrected once in the formality check")  # fmt: skip
    then = Text("请作出合格或不合格的结论", "Find the bid qualified or not")
    if not bid.challenge.content.get("corrections"):
        return Refused(rule, Text("本榜单不允许补正", "This challenge allows no correction"), then)
    if bid.correction is not None:
        return Refused(rule, Text("已经要求补正过一次", "It was asked for once already"), then)
    if bid.state != "opened" or bid.challenge.state != "opened":
        return Refused(rule, Text("形式审查已有结论", "The formality check is over"), then)
    return None


def ask(bid: Bid, kinds: Sequence[str], days: int, reason: str, actor: Actor, seen: int | None = None) -> Correction:
    """Ask for papers within ``days`` working days after today, once a bid.

    Raises:
        NotFound: the actor does not check its papers. Refused: see ``not_correctable``.
        Conflict: the bid changed meanwhile. Invalid: no such papers or days, or no reason.
    """
    lock(bid)
    if not checks_papers(actor, bid):
        raise NotFound
    refusal = not_correctable(bid)
    if refusal is not None:
        raise refusal
    if seen is not None and seen != bid.version:
        raise Conflict(
            Text("没有要求补正：申报刚刚变化", "Not asked for: the bid has just changed"), ledger.latest(bid)
        )
    words = given_reason(reason)
    _check(kinds, days)
    last_day = add_workdays(clock.today(), days, overrides())
    made = Correction(
        bid_id=bid.id, kinds=sorted(kinds), reason=words, asked_by=actor.user_id, asked_at=clock.now(),
        last_day=last_day,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    data = {"bid": bid.number, "papers": made.kinds, "last_day": last_day.isoformat()}
    post = actor.post_for("challenge", bid.challenge.region)
    entry = ledger.record(made, "ask", actor, post=post, after="asked", reason=words, data=data)
    emit("correction.ask", made, {"entry": entry.id})
    db.session.expire(bid, ["correction"])
    return made


def _check(kinds: Sequence[str], days: int) -> None:
    wrong, most = [], value(CORRECTION_DAYS)
    if not kinds or not set(kinds) <= set(KINDS):
        wrong.append(FieldError("papers", Text("请选择要补正的材料", "Choose the papers to be corrected")))
    if not 1 <= days <= most:
        message = Text("写 1 至 %(most)s 个工作日", "From 1 to %(most)s working days") % {"most": most}
        wrong.append(FieldError("days", message))
    if wrong:
        raise Invalid(wrong)


def give(correction: Correction, papers: Sequence[Mapping[str, Any]], actor: Actor, seen: int | None = None) -> None:
    """Give what was asked for, all at once; ``papers`` are entries whose sealed bytes lie in the store (files.py).

    Raises:
        Refused, Conflict: as ``move``. Invalid: a paper is missing, at "file_<kind>".
    """
    bid = correction.bid
    given = [dict(each) for each in papers if each["kind"] in correction.kinds]
    there = {each["kind"] for each in given}
    message = Text("请上传这份材料", "Upload this paper")
    wrong = [FieldError(f"file_{kind}", message) for kind in correction.kinds if kind not in there]
    if wrong:
        raise Invalid(wrong)
    lock(bid)
    data = {"files": [each["sha256"] for each in given]}
    move(CORRECTION, correction, "give", actor, organization_id=bid.organization_id, seen=seen, data=data)
    correction.papers = _vault().encrypt(json.dumps(given, ensure_ascii=False))
    correction.given_by, correction.given_at = actor.user_id, clock.now()
    for each in given:
        note_blob(bid, each["blob"])
    db.session.flush()


def papers_of(bid: Bid) -> list[dict[str, Any]]:
    """The files that were handed in, each with the place and key of its sealed bytes, marked ``corrected``."""
    if bid.correction is None or not bid.correction.papers:
        return []
    return [{**each, "corrected": True} for each in json.loads(_vault().decrypt(bid.correction.papers))]


def miss_due() -> None:
    """Papers that nobody handed in while they were checked: the official decides on what there is."""
    due = (Correction.state == "asked") & (Correction.last_day < clock.today()) & (Bid.state == "opened")
    for each in db.session.scalars(sa.select(Correction).join(Bid).where(due).order_by(Correction.id)).all():
        if too_late(each) is None:  # by the database's clock, which may be behind that of this server
            move(CORRECTION, each, "miss", SYSTEM)
