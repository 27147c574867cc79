"""Selects of panels and assignments, and what other capabilities ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment, Draw, Hit, Panel
from marketplace.panels.policy import JUDGES, SEATED, can_view

WHOLE = (
    selectinload(Panel.assignments).joinedload(Assignment.expert),
    selectinload(Panel.assignments).selectinload(Assignment.hits).joinedload(Hit.waiver),
    selectinload(Panel.draws),
)


def panel_of(subject: Any) -> Panel | None:
    """The panel that judges a subject now, or judged it last, with its experts and their hits: one statement."""
    about = (Panel.about_type == subject.subject_type) & (Panel.about_id == subject.id) & (Panel.state != "dissolved")
    members = joinedload(Panel.assignments)
    whole = (members.joinedload(Assignment.expert), members.joinedload(Assignment.hits).joinedload(Hit.waiver))
    select = sa.select(Panel).where(about).options(*whole).order_by(Panel.id.desc()).limit(1)
    return db.session.scalars(select).unique().one_or_none()


def panels_of(subject: Any) -> Sequence[Panel]:
    """Every panel there was for it, the newest first."""
    about = (Panel.about_type == subject.subject_type) & (Panel.about_id == subject.id)
    return db.session.scalars(sa.select(Panel).where(about).options(*WHOLE).order_by(Panel.id.desc())).all()


def panel_by_id(key: int) -> Panel:
    """The panel with this key, whoever asks (for what runs without an actor)."""
    return db.session.get_one(Panel, key, options=WHOLE)


def panels_with(keys: Sequence[int]) -> Sequence[Panel]:
    """Panels with these keys, for the logs."""
    return db.session.scalars(sa.select(Panel).where(Panel.id.in_(keys))).all()


def open_panels(about_type: str = "", about_id: int | None = None) -> Sequence[Panel]:
    """The panels in office, of one subject when given."""
    select = sa.select(Panel).where(Panel.state == "open").options(*WHOLE).order_by(Panel.id)
    if about_id is not None:
        select = select.where(Panel.about_type == about_type, Panel.about_id == about_id)
    return db.session.scalars(select).all()


def panels_in_office() -> Sequence[Panel]:
    """The same without their experts and draws, for who only needs to know which there are."""
    return db.session.scalars(sa.select(Panel).where(Panel.state == "open").order_by(Panel.id)).all()


# ---- what upper capabilities ask ----


def clean_members(panel: Panel) -> list[Assignment]:
    """The experts who judge: accepted, and no hit stands against them; in the order of the draw."""
    return [each for each in panel.assignments if each.state in JUDGES and not any(hit.stands for hit in each.hits)]


def is_seated(panel: Panel) -> bool:
    """Whether every seat has an expert who accepted."""
    return len(clean_members(panel)) >= panel.seats


def chair_of(panel: Panel) -> Assignment | None:
    """Who takes the chair: of those who judge, the first of the draw."""
    return next(iter(clean_members(panel)), None)


def member_of(panel: Panel, actor: Actor) -> Assignment | None:
    """The actor's own place among those who judge."""
    return next(
        (each for each in clean_members(panel) if actor.signed_in and each.expert.user_id == actor.user_id), None
    )


# ---- the expert ----


def assignment_by_key(key: str, actor: Actor) -> Assignment:
    """One's own assignment.

    Raises:
        NotFound: there is none, or it is another's.
    """
    found = None
    if key.isascii() and key.isdecimal() and len(key) < 10:
        found = db.session.get(Assignment, int(key), options=(joinedload(Assignment.expert),))
    if found is None or not can_view(actor, found):
        raise NotFound
    return found


def own_assignments(actor: Actor) -> Sequence[Assignment]:
    """What the actor was asked to judge: what waits for an answer first, then the newest first."""
    if actor.expert_id is None:
        return []
    select = sa.select(Assignment).where(Assignment.expert_id == actor.expert_id, Assignment.called_at.is_not(None))
    whole = (joinedload(Assignment.panel), joinedload(Assignment.expert))
    ordered = select.options(*whole).order_by(
        Assignment.state != "proposed", Assignment.called_at.desc(), Assignment.id.desc()
    )
    return db.session.scalars(ordered).all()


def to_answer(actor: Actor) -> sa.Select[Any]:
    """Assignments that wait for the actor's answer."""
    waits = (Assignment.expert_id == actor.expert_id) & (Assignment.state == "proposed")
    return sa.select(Assignment).join(Panel).where(waits, Panel.state == "open", Assignment.answer_by >= clock.today())


# ---- the clock, the official ----


def overdue() -> Sequence[Assignment]:
    """Experts whose time to answer is over."""
    over = (Assignment.state == "proposed") & (Assignment.answer_by < clock.today())
    select = sa.select(Assignment).join(Panel).where(over, Panel.state == "open")
    return db.session.scalars(select.order_by(Assignment.id)).all()


def vacant() -> sa.ColumnElement[bool]:
    """Open panels whose seats are neither taken nor asked for, as a condition."""
    seated = (
        sa.select(sa.func.count())
        .where(Assignment.panel_id == Panel.id, Assignment.state.in_(SEATED))
        .correlate(Panel)
        .scalar_subquery()
    )
    return (Panel.state == "open") & (seated < Panel.seats)


def draw_by_key(key: int) -> Draw:
    """A draw; raises NotFound. Whether the actor may read it is asked of its panel."""
    found = db.session.get(Draw, key)
    if found is None:
        raise NotFound
    return found


def panel_by_key(key: str) -> Panel:
    """A panel; raises NotFound. Whether the actor may act on it is asked of the policy."""
    number = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
    found = db.session.scalar(sa.select(Panel).where(Panel.id == number).options(*WHOLE))
    if found is None:
        raise NotFound
    return found


def assignments_with(keys: Sequence[int]) -> Sequence[Assignment]:
    """Assignments with these keys, for the logs."""
    select = sa.select(Assignment).where(Assignment.id.in_(keys)).options(joinedload(Assignment.panel))
    return db.session.scalars(select).all()
