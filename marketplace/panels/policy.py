"""Who convenes a panel, who waives a hit, and who sees what of it. Names of experts are for the officials alone."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.subjects import kind_of, subject_of

# An expert of these judges.
JUDGES = ("accepted", "scored")
# Of these he has a seat, or is asked to take one.
SEATED = ("proposed", *JUDGES)
# Of these he may still come to judge: they are checked again whenever anything changes.
LIVE = ("reserve", *SEATED)


def is_expert(actor: Actor, assignment: Assignment) -> bool:
    """The expert himself."""
    return actor.signed_in and actor.user_id == assignment.expert.user_id


def runs(actor: Actor, panel: Panel) -> bool:
    """An official in charge of what is judged; never one who is drawn for it himself."""
    kind = kind_of(panel)
    drawn = any(is_expert(actor, each) for each in panel.assignments)
    return kind is not None and not drawn and kind.runs(actor, subject_of(panel))


def drew(actor: Actor, panel: Panel) -> bool:
    """Who made a draw of this panel."""
    return any(each.drawn_by == actor.user_id for each in panel.draws)


def second_official(actor: Actor, panel: Panel) -> bool:
    """An official in charge who made no draw of it: what was drawn is changed by another hand."""
    return runs(actor, panel) and not drew(actor, panel)


def waives(actor: Actor, assignment: Assignment) -> bool:
    """Hits are waived by a second official."""
    return second_official(actor, assignment.panel)


def can_view(actor: Actor, assignment: Assignment) -> bool:
    """His own assignment, once he was called: who stays in reserve is told nothing."""
    return is_expert(actor, assignment) and assignment.called_at is not None
