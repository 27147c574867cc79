"""The conflict check on what the database holds now: hits noted, experts barred, scores voided, reserves called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.experts import queries as register
from marketplace.experts.models import Expert
from marketplace.experts.queries import Interest
from marketplace.experts.ties import folded
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.organizations.tree import line_of
from marketplace.panels import conflicts
from marketplace.panels.conflicts import Found, Party
from marketplace.panels.lifecycle import ANSWER_DAYS, ASSIGNMENT, EMPLOYER_YEARS
from marketplace.panels.models import Assignment, Hit, Panel
from marketplace.panels.policy import JUDGES, LIVE, SEATED
from marketplace.panels.queries import open_panels, panel_by_id
from marketplace.panels.subjects import allies_of, kind_of, subject_of
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides
from marketplace.settings.queries import value


def parties(about_type: str, subject: Any) -> list[Party]:
    """The organizations that are judged, each with its line and those it bid together with."""
    kind = kind_of(about_type)
    assert kind is not None
    ids = sorted({key for key, _role in kind.parties(subject)})
    allies = allies_of(ids, conflicts.years_before(clock.today(), value(EMPLOYER_YEARS)))
    return [Party(key, frozenset().union(*line_of([key])), allies[key]) for key in ids]


def earlier(about_type: str, subject: Any) -> frozenset[int]:
    """The experts who judged an earlier stage of it, by key."""
    kind = kind_of(about_type)
    assert kind is not None
    return kind.earlier(subject)


def hits_of(
    experts: Iterable[Expert], against: Sequence[Party], judged: frozenset[int] = frozenset()
) -> dict[int, list[Found]]:
    """Expert → every hit of his today, with the statements of one expert however many there are.

    ``judged``: the experts who judged an earlier stage, by key.
    """
    found_experts, today = list(experts), clock.today()
    in_force = {each.id for each in register.approved()}
    interests = register.interests_of([each.id for each in found_experts], today)
    return {
        each.id: [
            *_hits(each, interests[each.id], against, in_force), *([Found("judged")] if each.id in judged else []),
        ]
        for each in found_experts
    }  # fmt: skip


def _hits(expert: Expert, interests: list[Interest], against: Sequence[Party], in_force: set[int]) -> list[Found]:
    hits = conflicts.found(interests, against, clock.today(), value(EMPLOYER_YEARS))
    return hits if expert.id in in_force else [*hits, Found("register")]


def employers(expert_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Expert → where he works today, by credit code or else by name: what the balance of a panel is counted by."""
    today = clock.today()
    return {
        key: tuple(
            sorted(
                {
                    each.tie.code or folded(each.tie.organization)
                    for each in interests
                    if each.tie.kind in conflicts.WORKS and each.tie.holds_on(today)
                }
            )
        )
        for key, interests in register.interests_of(expert_ids, today).items()
    }


def check(panel: Panel) -> None:
    """Hold everybody of an open panel against the parties as they are now, bar who is hit, call reserves.

    Repeatable: what was found before is not found twice. In the running transaction.
    """
    lock(panel)
    if panel.state != "open":
        return
    subject = subject_of(panel)
    concerned = [each for each in panel.assignments if each.state in (*LIVE, "blocked")]
    against, judged = parties(panel.about_type, subject), earlier(panel.about_type, subject)
    hits = hits_of([each.expert for each in concerned], against, judged)
    live = {each.id for each in concerned if each.state in LIVE}
    for each in concerned:
        note(each, hits[each.expert_id])
    fill(panel, lost=any(each.id in live and each.state not in LIVE for each in concerned))


def note(assignment: Assignment, hits: Sequence[Found]) -> None:
    """Write down what is new and what holds no more; who is hit without a waiver judges no longer."""
    now = clock.now()
    known = {each.key: each for each in assignment.hits}
    for key, row in known.items():
        row.gone_at = None if key in {each.key for each in hits} else row.gone_at or now
    for found in hits:
        if found.key not in known:
            assignment.hits.append(
                Hit(key=found.key, rule=found.rule, organization_id=found.party, via_id=found.via, tie=found.told,
                    found_at=now)
            )  # fmt: skip
    db.session.flush()
    standing = [each for each in assignment.hits if each.stands]
    if not standing or assignment.state not in LIVE:
        return
    data = {"hits": [{"rule": each.rule, "organization": each.organization_id} for each in standing]}
    if assignment.state in JUDGES:
        take_out(assignment, "void", data)
    else:
        move(ASSIGNMENT, assignment, "block", SYSTEM, data=data)


def take_out(assignment: Assignment, step: str, data: dict[str, Any] | None = None) -> None:
    """An expert who had accepted counts no more; the capability that asked for the panel voids what he judged."""
    move(ASSIGNMENT, assignment, step, SYSTEM, data=data)
    kind = kind_of(assignment.panel)
    assert kind is not None
    kind.left(assignment)


def fill(panel: Panel, *, lost: bool) -> None:
    """Call reserves in the order of the draw until every seat has somebody.

    ``lost``: somebody has just gone; the officials are told then when there is nobody to follow, and not again.
    """
    seated = sum(each.state in SEATED for each in panel.assignments)
    waiting = [each for each in panel.assignments if each.state == "reserve"]
    for each in waiting[: max(panel.seats - seated, 0)]:
        call(each)
    if lost and seated + len(waiting) < panel.seats:
        emit("panel.vacant", panel)


def call(assignment: Assignment) -> None:
    """Ask one expert; he has some working days to answer."""
    move(ASSIGNMENT, assignment, "call", SYSTEM)
    assignment.called_at = clock.now()
    assignment.answer_by = add_workdays(clock.today(), value(ANSWER_DAYS), overrides())
    db.session.flush()


def check_about(about_type: str, about_id: int) -> None:
    """Check the open panel of a subject whose parties have changed, if it has one."""
    for panel in open_panels(about_type, about_id):
        check(panel)


def check_all() -> None:
    """Check every open panel: what changed may touch any of them (an organization, its parent, its members)."""
    for panel in open_panels():
        check(panel)


def check_expert(expert_id: int) -> None:
    """Check the panels on which an expert sits or waits."""
    panels = db.session.scalars(
        sa.select(Assignment.panel_id).where(
            Assignment.expert_id == expert_id, Assignment.state.in_((*LIVE, "blocked"))
        )
    )
    for key in sorted(set(panels)):
        check(panel_by_id(key))
