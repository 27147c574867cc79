"""An expert before an official of the province: entry, a changed declaration, or another year."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.experts import content, queries, services, views
from marketplace.experts.lifecycle import DECISION_DAYS, EXPERT
from marketplace.experts.models import Declaration, Expert
from marketplace.experts.policy import can_decide, decides
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.reference.services import overrides
from marketplace.settings.queries import value
from marketplace.web.actions import seen_version
from marketplace.web.errors import acted
from marketplace.web.identity import current_actor
from marketplace.web.languages import gettext as _
from marketplace.workspace.forms import ExpertForm
from marketplace.workspace.queries import time_left

LISTS = "experts"


def vet(number: str) -> ResponseReturnValue:
    """What he declared, what changed, and the decision."""
    actor = current_actor()
    expert = _expert(number, actor)
    form = ExpertForm(waits_for=expert.state)
    if request.method == "POST" and (form.validate() or expert.submitted_at is None):
        try:
            with transaction():
                _decide(expert, form, actor)
        except Conflict as error:
            return _conflict(error, _expert(number, actor), form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已办理：%(title)s。", title=expert.number))
            return redirect(url_for("review.queue", kind=LISTS))
    return _page(_expert(number, actor), form)


def _expert(number: str, actor: Actor) -> Expert:
    """The expert as far as the actor keeps the register; his own case is shown to him as one he cannot decide."""
    if not decides(actor):
        raise NotFound
    return queries.expert_by_number(number, actor)


def _decide(expert: Expert, form: ExpertForm, actor: Actor) -> None:
    if not can_decide(actor, expert):
        raise _himself()
    if expert.submitted_at is None:
        raise Conflict(Text("没有等待决定的申报", "Nothing waits to be decided"), ledger.latest(expert))
    services.decide(expert, form.decision.data != "return", actor, form.words(), seen_version())


def _himself() -> Refused:
    return Refused(
        Text("本人不审核自己的申报", "Nobody decides on his own declaration"),
        Text("这是您本人的申报", "This is your own"),
        Text("由其他经办人办理，您不用做什么", "Another official decides; nothing is asked of you"),
    )


def _conflict(error: Conflict, expert: Expert, form: ExpertForm) -> ResponseReturnValue:
    line = next(iter(views.history_lines(expert)), None)
    told = {"who": line["who"], "at": line["at"], "what": line["text"]} if line else None
    body = render_template(
        "listings/conflict.html",
        message=error.message,
        line=told,
        href=url_for("review.queue"),
        typed=form.typed(),
        **acted(error.happened),
    )
    return body, HTTPStatus.CONFLICT


def _page(expert: Expert, form: ExpertForm) -> ResponseReturnValue:
    last = queries.declaration(expert, expert.declared)
    if last is None:
        raise NotFound
    seen = queries.declaration(expert, expert.vouched)
    waiting = expert.submitted_at is not None
    body = render_template(
        "workspace/expert.html", expert=expert, form=form, mark=EXPERT.mark(expert.state), last=last, seen=seen,
        rows=content.changes(seen.content, last.content) if seen else None, waiting=waiting,
        left=time_left(expert.submitted_at, value(DECISION_DAYS), overrides()), sections=views.sections(last.content),
        checks=_checks(last), ties=views.tie_lines(expert), history=views.history_lines(expert),
        refusal=None if can_decide(current_actor(), expert) else _himself(),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _checks(last: Declaration) -> list[dict[str, object]]:
    return [
        {"kind": each.kind, "text": each.text, "why": each.why, "href": ""} for each in content.checks(last.content)
    ]
