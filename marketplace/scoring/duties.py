"""What of scoring waits for somebody: panels to draw and scoring to begin, sheets to fill in, a ranking to sign."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.policy import JUDGES
from marketplace.posts.policy import may_decide
from marketplace.web.languages import current_language
from marketplace.web.plate import Duty, pending

Select = sa.Select[Any]


def _panel(*conditions: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(Panel.about_type == "challenge", Panel.about_id == Challenge.id, Panel.state == "open",
                             *conditions)  # fmt: skip


def _checked(actor: Actor) -> Select:
    """Opened challenges in the actor's charge whose bids were all checked, some of them in order."""
    bids = sa.exists().where(Bid.challenge_id == Challenge.id, Bid.state == "opened")
    able = sa.exists().where(Bid.challenge_id == Challenge.id, Bid.state == "qualified")
    mine = may_decide(actor, "challenge", Challenge.region, Challenge.organization_id)
    return sa.select(Challenge.id).where(Challenge.state == "opened", ~bids, able, mine)


def _to_draw(actor: Actor) -> Select:
    return _checked(actor).where(~_panel())


def _to_begin(actor: Actor) -> Select:
    there = (
        sa.select(sa.func.count())
        .where(Assignment.panel_id == Panel.id, Assignment.state.in_(JUDGES))
        .correlate(Panel)
        .scalar_subquery()
    )
    return _checked(actor).where(_panel(there >= Panel.seats))


def _mine(actor: Actor, *states: str) -> sa.ColumnElement[bool]:
    sits = sa.exists().where(
        Assignment.panel_id == Panel.id, Assignment.expert_id == (actor.expert_id or 0), Assignment.state.in_(states)
    )
    return _panel(sits)


def _to_score(actor: Actor) -> Select:
    return sa.select(Challenge.id).where(Challenge.state == "scoring", _mine(actor, "accepted"))


def _to_agree(actor: Actor) -> Select:
    return sa.select(Challenge.id).where(Challenge.state == "consensus", _mine(actor, *JUDGES))


# What waits → the endpoint of the page, the verb, and why.
OF_OFFICIALS = (
    (_to_draw, "panels.show", Text("抽取评审组", "Draw the panel"),
     Text("形式审查已办完，可以抽取专家", "The formality check is done; experts can be drawn")),
    (_to_begin, "scoring.home", Text("开始评审", "Begin scoring"),
     Text("评审组已全部到位", "Every seat of the panel is taken")),
)  # fmt: skip
OF_EXPERTS = (
    (_to_score, "scoring.home", Text("评分", "Score"),
     Text("请独立评分并提交", "Score on your own and submit")),
    (_to_agree, "scoring.consensus", Text("合议", "Agree"),
     Text("评分已齐，评审组合议；由组长签署排序", "All scores are in; the panel agrees, and its chair signs")),
)  # fmt: skip


def _parts(actor: Actor) -> list[tuple[Any, str, Text, Text]]:
    return [*(OF_OFFICIALS if actor.posts else ()), *(OF_EXPERTS if actor.expert_id else ())]


def selects(actor: Actor) -> list[Select]:
    """What there is, a row each; none for whom it cannot concern."""
    return [part(actor) for part, *_rest in _parts(actor)]


def duties(actor: Actor) -> list[Duty]:
    """The same as rows."""
    found: list[Duty] = []
    for part, endpoint, verb, why in pending(actor, "scoring", _parts(actor)):
        waiting = sa.select(Challenge).where(Challenge.id.in_(part(actor))).order_by(Challenge.id)
        for each in db.session.scalars(waiting):
            found.append(Duty(verb, each.label.say(current_language()), _address(endpoint, each), why, each.updated_at))
    return found


def _address(endpoint: str, challenge: Challenge) -> str:
    if endpoint == "panels.show":
        return url_for(endpoint, kind="challenge", number=challenge.number)
    return url_for(endpoint, challenge=challenge.number)
