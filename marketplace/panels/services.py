"""Commands: convene a panel, draw more experts, answer, waive, and what the clock ends."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.experts import queries as register
from marketplace.experts.models import Expert
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.panels import checking, drawing
from marketplace.panels.drawing import Candidate
from marketplace.panels.lifecycle import ASSIGNMENT, LEAST_SEATS, PANEL, PER_EMPLOYER
from marketplace.panels.models import Assignment, Draw, Hit, Panel, Waiver
from marketplace.panels.policy import JUDGES, LIVE, runs
from marketplace.panels.queries import is_seated, overdue, panel_by_id
from marketplace.panels.subjects import SubjectKind, kind_of, subject_of
from marketplace.settings.queries import value

MOST_SEATS = 15


def convene(actor: Actor, subject: Any, fields: Sequence[str], seats: int, reserves: int, *, seed: str = "") -> Panel:
    """Draw a panel for a subject: ``seats`` experts who are asked at once, and up to ``reserves`` in reserve.

    Args:
        fields: "domain.<code>" and "category.<code>"; who was approved for one of them is in the pool.
        seed: of the draw, for the sample alone, which shall be the same each time; pages never give one.

    Raises:
        Refused: the actor is not in charge, or the register has too few experts of these fields.
        Conflict: it has a panel. Invalid: no such number of seats.
    """
    kind = _kind(subject)
    if not kind.runs(actor, subject):
        raise NotFound
    if not kind.judged(subject):
        raise _not_now(kind)
    _check_seats(seats, reserves)
    panel = Panel(
        about_type=kind.name, about_id=subject.id, about_number=subject.number, title=subject.label.zh,
        title_en=subject.label.en, organization_id=subject.organization_id, region=subject.region, duty=kind.duty,
        fields=sorted(fields), seats=seats, demo=subject.demo,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(panel)
    except IntegrityError as error:
        raise Conflict(Text("没有抽取：评审组已经抽取", "Not drawn: there is a panel already")) from error
    _draw(panel, actor, seats + reserves, least=seats, seed=seed)
    checking.fill(panel, lost=False)
    return panel


def _kind(subject: Any) -> SubjectKind:
    kind = kind_of(subject.subject_type)
    if kind is None:
        raise NotFound
    return kind


def _not_now(kind: SubjectKind) -> Refused:
    return Refused(
        Text("评审组在评审开始前抽取", "A panel is drawn before judging begins"),
        Text("%(what)s现在不在这一环节", "%(what)s: not at that stage now") % {"what": kind.label},
        Text("请先办完上一环节", "Finish the stage before it first"),
    )


def _check_seats(seats: int, reserves: int) -> None:
    least = value(LEAST_SEATS)
    if seats % 2 == 0 or not least <= seats <= MOST_SEATS:
        message = Text(
            "评审组为单数，%(least)d 至 %(most)d 人", "An odd number of experts from %(least)d to %(most)d"
        ) % {"least": least, "most": MOST_SEATS}
        raise Invalid([FieldError("seats", message)])
    if not 0 <= reserves <= MOST_SEATS:
        message = Text("候补 0 至 %(most)d 人", "From 0 to %(most)d in reserve") % {"most": MOST_SEATS}
        raise Invalid([FieldError("reserves", message)])


def draw_more(panel: Panel, actor: Actor, reserves: int) -> int:
    """Draw further reserves when they are used up; how many there were to be had.

    Raises:
        NotFound: the actor is not in charge. Refused: the panel is not in office, or nobody is left.
        Invalid: no such number.
    """
    lock(panel)
    if not runs(actor, panel):
        raise NotFound
    if panel.state != "open":
        raise _not_now(_kind(subject_of(panel)))
    _check_seats(panel.seats, reserves)
    before = len(panel.assignments)
    _draw(panel, actor, reserves, least=1)
    checking.fill(panel, lost=False)
    return sum(each.state in LIVE for each in panel.assignments[before:])


def _draw(panel: Panel, actor: Actor, wanted: int, *, least: int, seed: str = "") -> None:
    """Draw, write down what it was made of, and seat nobody yet. Refused when fewer than ``least`` were found."""
    experts = {each.number: each for each in _pool(panel, actor)}
    subject = subject_of(panel)
    against = checking.parties(panel.about_type, subject)
    hits = checking.hits_of(experts.values(), against, checking.earlier(panel.about_type, subject))
    works = checking.employers([each.id for each in experts.values()])
    pool = [
        Candidate(number, works[each.id], tuple(sorted({hit.rule for hit in hits[each.id]})))
        for number, each in experts.items()
    ]
    there = [each.expert_id for each in panel.assignments if each.state in LIVE]
    busy = Counter(employer for some in checking.employers(there).values() for employer in some)
    seed, limit = seed or secrets.token_hex(16), value(PER_EMPLOYER)
    drawn = drawing.draw(seed, pool, wanted, limit, busy)
    if len(drawn.taken) < least:
        raise _too_few(len(pool), len(drawn.taken), least)
    record = drawing.record_of(seed, pool, wanted, limit, busy, drawn)
    _keep(panel, record, actor)
    came_up = set(drawn.taken) | set(drawn.barred)
    first = len(panel.assignments) + 1
    for place, number in enumerate((each for each in drawing.order(seed, experts) if each in came_up), first):
        panel.assignments.append(Assignment(expert=experts[number], expert_id=experts[number].id, place=place))
    db.session.flush()
    for each in panel.assignments[first - 1 :]:
        ledger.record(each, "draw", actor, after="reserve", data={"panel": panel.id, "place": each.place})
        checking.note(each, hits[each.expert_id])


def _pool(panel: Panel, actor: Actor) -> list[Expert]:
    """Who may be drawn: in force for one of the fields, not drawn before, and not the official who draws."""
    known = {each.expert_id for each in panel.assignments}
    return [each for each in register.approved(panel.fields) if each.id not in known and each.user_id != actor.user_id]


def _keep(panel: Panel, record: dict[str, Any], actor: Actor) -> None:
    made = Draw(
        number=len(panel.draws) + 1, record=record, digest=drawing.digest_of(record), drawn_by=actor.user_id,
        drawn_at=clock.now(),
    )  # fmt: skip
    panel.draws.append(made)
    db.session.flush()
    data = {"draw": made.number, "sha256": made.digest, "seed": record["seed"], "pool": len(record["pool"])}
    ledger.record(panel, "draw", actor, post=_post(panel, actor), data=data)


def _post(panel: Panel, actor: Actor) -> PostHeld | None:
    kind = kind_of(panel)
    return actor.post_for(kind.duty, panel.region) if kind is not None else None


def _too_few(pool: int, found: int, least: int) -> Refused:
    return Refused(
        Text("每一席都要有符合条件的专家", "Every seat needs an expert who may judge"),
        Text(
            "所选领域在库 %(pool)d 人，可用 %(found)d 人，需要 %(least)d 人",
            "%(pool)d experts of these fields in the register, %(found)d may judge, %(least)d are needed",
        )
        % {"pool": pool, "found": found, "least": least},
        Text("请增选领域，或减少席位", "Choose more fields, or fewer seats"),
    )


# ---- the expert ----


def accept(assignment: Assignment, actor: Actor, seen: int | None = None) -> bool:
    """Take the seat; False when the check that runs before it found a hit, and bars him instead.

    Raises:
        Refused, Conflict: as ``move``.
    """
    panel = panel_by_id(assignment.panel_id)
    if assignment.state == "proposed":
        checking.check(panel)
        if assignment.state == "blocked":
            return False
        seen = None if seen is None else assignment.version
    move(ASSIGNMENT, assignment, "accept", actor, seen=seen)
    assignment.answered_at = clock.now()
    db.session.flush()
    if is_seated(panel):
        _kind(subject_of(panel)).seated(panel)
    return True


def recuse(assignment: Assignment, actor: Actor, reason: str, seen: int | None = None) -> None:
    """Step out, with a reason that the officials read; the next reserve is asked.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    panel = panel_by_id(assignment.panel_id)
    lock(panel)
    had_accepted = assignment.state in JUDGES
    move(ASSIGNMENT, assignment, "recuse", actor, reason, seen=seen)
    assignment.answered_at = clock.now()
    db.session.flush()
    if had_accepted:
        _kind(subject_of(panel)).left(assignment)
    checking.fill(panel, lost=True)


# ---- the officials ----


def waive(assignment: Assignment, actor: Actor, reason: str, seen: int | None = None) -> None:
    """Let an expert judge in spite of the hits that stand; he is the next to be asked.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    panel = panel_by_id(assignment.panel_id)
    lock(panel)
    words = given_reason(reason)
    post = _post(panel, actor)
    standing: list[Hit] = [each for each in assignment.hits if each.stands]
    for each in standing:
        each.waiver = Waiver(
            reason=words, waived_by=actor.user_id, post=post.department if post else "", waived_at=clock.now()
        )
    data = {"hits": [{"rule": each.rule, "organization": each.organization_id} for each in standing]}
    move(ASSIGNMENT, assignment, "waive", actor, words, post=post, seen=seen, data=data)
    checking.fill(panel, lost=False)


def take_step(panel: Panel, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Dissolve or close a panel; who is not needed any more is released.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    move(PANEL, panel, name, actor, reason, post=_post(panel, actor), seen=seen)
    panel.closed_at = clock.now()
    for each in panel.assignments:
        judging = each.state in JUDGES
        if each.state in ("reserve", "proposed", "accepted", "blocked"):
            move(ASSIGNMENT, each, "release", SYSTEM)
        if judging and name == "dissolve":
            _kind(subject_of(panel)).left(each)
    db.session.flush()


# ---- what upper capabilities do ----


def judged(assignment: Assignment, actor: Actor) -> None:
    """An expert has judged all there is."""
    move(ASSIGNMENT, assignment, "score", actor)


def judge_again(panel: Panel) -> None:
    """Everybody judges once more."""
    for each in panel.assignments:
        if each.state == "scored":
            move(ASSIGNMENT, each, "score_again", SYSTEM)


def close(panel: Panel) -> None:
    """What it judged is settled: nobody of it is needed any more, and later ties change nothing."""
    if panel.state == "open":
        take_step(panel, "close", SYSTEM)


# ---- the clock ----


def lapse_due() -> None:
    """Who has not answered in time gives way to a reserve."""
    for assignment in overdue():
        panel = panel_by_id(assignment.panel_id)
        lock(panel)
        move(ASSIGNMENT, assignment, "lapse", SYSTEM)
        checking.fill(panel, lost=True)
