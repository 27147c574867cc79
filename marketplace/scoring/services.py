"""Commands of scoring: begin, save and lock a sheet, send back, and what a late conflict undoes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from marketplace.bids.models import Bid
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import move
from marketplace.panels import checking
from marketplace.panels import services as panels
from marketplace.panels.conditions import seated
from marketplace.panels.models import Assignment
from marketplace.panels.policy import JUDGES
from marketplace.panels.queries import clean_members, panel_by_id, panel_of
from marketplace.scoring import marks, queries
from marketplace.scoring.lifecycle import REASON_LEAST, SHEET, being_scored
from marketplace.scoring.marks import NOTE_LIMIT, Marks
from marketplace.scoring.models import BidCode, Ranking, Sheet
from marketplace.settings.queries import value

LATE = "评审专家中途命中回避情形或退出，评分作废，由候补专家补评"
NOTE_LONG = Text("最多 %(most)d 个字", "At most %(most)d characters") % {"most": NOTE_LIMIT}


# ---- what the challenge demands (challenges.conditions) ----


def ready(challenge: Challenge) -> Refused | None:
    """Scoring begins when every bid was checked, enough are in order, and the panel is there."""
    bids = queries.bids_of(challenge)
    unchecked = sum(each.state == "opened" for each in bids)
    able = sum(each.state == "qualified" for each in bids)
    if unchecked:
        return Refused(
            Text("形式审查全部办完才能评审", "Scoring begins when the formality check is done"),
            Text("还有 %(count)d 件没有结论", "%(count)d bids have no outcome") % {"count": unchecked},
            Text("请先办完形式审查", "Finish the formality check first"),
        )
    if able < challenge.min_bids:
        return Refused(
            Text("形式审查合格的申报不少于榜单要求", "Enough bids pass the formality check"),
            Text("合格 %(count)d 件，要求 %(least)d 件", "%(count)d passed, %(least)d are needed")
            % {"count": able, "least": challenge.min_bids},
            Text("请按规定办理无合适申报或撤榜", "End the challenge as having no suitable bid, or withdraw it"),
        )
    return seated(challenge)


def all_in(challenge: Challenge) -> Refused | None:
    """Consensus begins when every expert of a full panel has locked a sheet for every bid."""
    refusal = seated(challenge)
    if refusal is not None:
        return refusal
    panel = panel_of(challenge)
    waiting = sum(each.state != "scored" for each in clean_members(panel)) if panel is not None else 0
    if not waiting:
        return None
    return Refused(
        Text("全部专家提交以后进入合议", "Consensus begins when all experts have submitted"),
        Text("还有 %(count)d 位没有评完", "%(count)d have not finished") % {"count": waiting},
        Text("请等待专家提交", "Wait for them"),
    )


def may_send_back(_challenge: Challenge) -> Refused | None:
    """Nothing more is demanded: who sends back gives the reason, and the life cycle says who that is."""
    return None


# ---- the official ----


def start_scoring(challenge: Challenge, actor: Actor, seen: int | None = None) -> None:
    """Begin scoring: bids get their codes at random, and the experts are told.

    Raises:
        Refused, Conflict: as ``move``.
    """
    panel = panel_of(challenge)
    if panel is not None:  # the panel before the challenge, as everybody does: two at once wait, none deadlocks
        checking.check(panel)
    move(CHALLENGE, challenge, "score", actor, post=actor.post_for("challenge", challenge.region), seen=seen)
    able = [each for each in queries.bids_of(challenge) if each.state == "qualified"]
    codes = _codes(len(able))
    for bid, code in zip(able, codes, strict=True):
        add_once(BidCode, bid_id=bid.id, challenge_id=challenge.id, code=code)
    db.session.flush()


def _codes(count: int) -> list[str]:
    """A, B … Z, AA, AB … in an order that nobody can foresee."""
    letters = [*ascii_uppercase, *(one + two for one in ascii_uppercase for two in ascii_uppercase)][:count]
    secrets.SystemRandom().shuffle(letters)
    return letters


def send_back(challenge: Challenge, actor: Actor, reason: str, seen: int | None = None) -> None:
    """Have everybody score once more; what the chair had changed counts no longer.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    panel = panel_of(challenge)
    if panel is None:
        raise NotFound
    lock(panel)
    post = actor.post_for("challenge", challenge.region)
    move(CHALLENGE, challenge, "score_again", actor, reason, post=post, seen=seen)
    for sheet in queries.sheets_of(challenge):
        if sheet.state == "locked":
            move(SHEET, sheet, "unlock", SYSTEM, data={"marks": sheet.marks})
    panels.judge_again(panel)
    _drop_changes(challenge)


def _drop_changes(challenge: Challenge) -> None:
    for change in queries.changes_of(challenge):
        change.dropped_at = clock.now()
    db.session.flush()


# ---- the expert ----


def sheet_for(bid: Bid, one: Assignment) -> Sheet:
    """The expert's sheet of a bid, begun when it is opened first."""
    add_once(Sheet, challenge_id=bid.challenge_id, bid_id=bid.id, assignment_id=one.id, marks={}, state="draft",
             version=1, created_at=clock.now(), saved_at=clock.now())  # fmt: skip
    found = queries.sheet_of(bid, one)
    if found is None:
        raise NotFound
    return found


def save(sheet: Sheet, given: Mapping[str, Mapping[str, str]], actor: Actor, seen: int | None) -> None:
    """Keep what was typed so far; marks out of range are refused, missing ones may follow.

    Raises:
        Refused: it is not being scored now, or he has no right. Conflict: it was locked or saved elsewhere.
        Invalid: no such marks.
    """
    lock(sheet)
    refusal = being_scored(sheet)
    if refusal is not None:
        raise refusal
    if sheet.assignment.expert.user_id != actor.user_id:
        raise NotFound
    if sheet.state != "draft" or (seen is not None and seen != sheet.version):
        message = Text(
            "没有保存：评分表刚刚在别处改过或已锁定", "Not saved: the sheet was changed elsewhere or is locked"
        )
        raise Conflict(message, ledger.latest(sheet))
    sheet.marks, sheet.saved_at = read(sheet, given), clock.now()
    db.session.flush()


def read(sheet: Sheet, given: Marks) -> dict[str, dict[str, str]]:
    """Marks as they are kept.

    Raises:
        Invalid: at "mark_<key>" and "note_<key>".
    """
    wrong: list[FieldError] = []
    found: dict[str, dict[str, str]] = {}
    for each in marks.criteria_of(sheet.challenge):
        typed = given.get(each.key, {})
        note = typed.get("note", "")
        if len(note) > NOTE_LIMIT:
            wrong.append(FieldError(f"note_{each.key}", NOTE_LONG))
        try:
            found[each.key] = {"mark": marks.read_mark(each, typed.get("mark", ""), f"mark_{each.key}"), "note": note}
        except FieldError as error:
            wrong.append(error)
    if wrong:
        raise Invalid(wrong)
    return found


def lock_sheet(sheet: Sheet, actor: Actor) -> bool:
    """Submit a complete sheet; with the last one of all experts the panel goes to consensus.

    False when the conflict check that runs before it takes the expert off the panel.

    Raises:
        Refused, Conflict: as ``move``. Invalid: something is missing.
    """
    challenge = sheet.challenge
    checking.check(panel_by_id(sheet.assignment.panel_id))
    if sheet.assignment.state not in JUDGES:
        return False
    wrong = list(marks.missing(marks.criteria_of(challenge), sheet.marks, value(REASON_LEAST)))
    if wrong:
        raise Invalid(wrong)
    move(SHEET, sheet, "lock", actor, data={"bid": sheet.bid_id})
    sheet.locked_at = clock.now()
    db.session.flush()
    if _finished(challenge, sheet.assignment):
        panels.judged(sheet.assignment, actor)
    go_on(challenge)
    return True


def _finished(challenge: Challenge, one: Assignment) -> bool:
    locked = {
        each.bid_id for each in queries.sheets_of(challenge) if each.state == "locked" and each.assignment_id == one.id
    }
    return locked >= {each.bid_id for each in queries.codes_of(challenge)}


def go_on(challenge: Challenge) -> None:
    """Go to consensus as soon as nothing is missing."""
    if challenge.state == "scoring" and all_in(challenge) is None:
        move(CHALLENGE, challenge, "gather", SYSTEM)


# ---- what panels tell ----


def expert_left(one: Assignment) -> None:
    """An expert who had accepted counts no more: his sheets are void, and what was decided with them is undone."""
    challenge = db.session.get_one(Challenge, one.panel.about_id)
    for sheet in _sheets_of(challenge, one):
        move(SHEET, sheet, "void", SYSTEM, data={"marks": sheet.marks})
    if challenge.state in ("consensus", "ranked"):
        annul(challenge)
        move(CHALLENGE, challenge, "score_again", SYSTEM, LATE)
        _drop_changes(challenge)


def _sheets_of(challenge: Challenge, one: Assignment) -> Sequence[Sheet]:
    return [each for each in queries.sheets_of(challenge) if each.assignment_id == one.id and each.state != "void"]


def annul(challenge: Challenge) -> None:
    """The ranking counts no more; it stays for who looks into the record."""
    found: Ranking | None = queries.valid_ranking(challenge)
    if found is not None:
        found.annulled_at = clock.now()
        db.session.flush()
        ledger.record(found, "annul", SYSTEM, data={"sha256": found.digest})


def settle(challenge: Challenge) -> None:
    """The stage of judging is over, by its result or otherwise: the panel is not needed any more."""
    panel = panel_of(challenge)
    if panel is not None and challenge.state not in ("opened", "scoring", "consensus", "ranked"):
        panels.close(panel)
