"""What of panels waits for somebody: an expert's answer, an empty seat; as rows and as their number."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.core.actor import Duty as Charge
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import to_answer, vacant
from marketplace.posts.policy import may_decide
from marketplace.web.languages import current_language
from marketplace.web.plate import Duty

CHARGES: tuple[Charge, ...] = ("challenge", "demonstrate")


def _empty(actor: Actor) -> sa.Select[Any]:
    """Panels in the actor's charge with a seat that nobody is asked for, and none in reserve."""
    mine = [(Panel.duty == duty) & may_decide(actor, duty, Panel.region, Panel.organization_id) for duty in CHARGES]
    sits = sa.exists().where(Assignment.panel_id == Panel.id, Assignment.expert_id == (actor.expert_id or 0))
    return sa.select(Panel).where(vacant(), sa.or_(*mine), ~sits)


def selects(actor: Actor) -> list[sa.Select[Any]]:
    """What there is, a row each; none for whom it cannot concern."""
    return ([to_answer(actor)] if actor.expert_id else []) + ([_empty(actor)] if actor.posts else [])


def duties(actor: Actor) -> list[Duty]:
    """The same as rows."""
    language = current_language()
    found: list[Duty] = []
    if actor.expert_id:
        for one in db.session.scalars(to_answer(actor).options(joinedload(Assignment.panel)).order_by(Assignment.id)):
            why = Text(
                "请您参加评审；逾期未答复由候补递补", "You are asked to judge; without an answer a reserve steps in"
            )
            found.append(
                Duty(Text("答复", "Answer"), one.panel.label.say(language), url_for("panels.assignment", key=one.id),
                     why, one.called_at, one.answer_by)
            )  # fmt: skip
    if actor.posts:
        for panel in db.session.scalars(_empty(actor).order_by(Panel.id)):
            why = Text("评审组有空席，候补已用完", "The panel has an empty seat and no reserve")
            address = url_for("panels.show", kind=panel.about_type, number=panel.about_number)
            found.append(Duty(Text("补抽专家", "Draw more"), panel.label.say(language), address, why, panel.created_at))
    return found
