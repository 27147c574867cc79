"""Pages that end an award: acceptance by owner and official, termination with its exemption."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.awards import accepting_views, concluding, policy, queries, showing
from marketplace.awards.forms import AcceptanceForm, DecisionForm, OwnerForm, TerminationForm
from marketplace.awards.lifecycle import ACCEPTANCE, AWARD, EXEMPTION
from marketplace.awards.models import Acceptance
from marketplace.challenges.showing import required
from marketplace.core.errors import Invalid, NotFound
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def add_routes(lots: Blueprint) -> None:
    """The pages below one award."""
    both = ["GET", "POST"]
    lots.add_url_rule("/<number>/acceptance", "apply", signed_in(apply), methods=both)
    lots.add_url_rule("/<number>/termination", "terminate", signed_in(terminate), methods=both)


def blueprints() -> tuple[Blueprint, Blueprint]:
    """Acceptances and terminations."""
    acceptances = Blueprint("acceptances", __name__, url_prefix="/acceptances")
    acceptances.add_url_rule("/<number>", "show", signed_in(show))
    acceptances.add_url_rule("/<number>/opinion", "endorse", signed_in(endorse), methods=["POST"])
    acceptances.add_url_rule("/<number>/decision", "decide", signed_in(decide), methods=["POST"])
    accepting_views.add_routes(acceptances)
    add_actions(
        acceptances,
        ActionRoute(ACCEPTANCE, queries.acceptance_by_key, concluding.take_acceptance_step, acceptance_href),
    )
    terminations = Blueprint("terminations", __name__, url_prefix="/terminations")
    add_actions(
        terminations,
        ActionRoute(EXEMPTION, queries.termination_by_key, concluding.take_exemption_step,
                    lambda each: _award_href(each.award_id) + "#end"),
    )  # fmt: skip
    return acceptances, terminations


def _award_href(key: int) -> str:
    return url_for("award_lots.show", number=key)


def acceptance_href(acceptance: Acceptance) -> str:
    """The page of an acceptance."""
    return url_for("acceptances.show", number=acceptance.id)


# ---- acceptance ----


def apply(number: str) -> ResponseReturnValue:
    """Who did the work applies for the acceptance of the whole."""
    actor = current_actor()
    award = queries.award_by_key(number, actor)
    if not policy.works_on(actor, award):
        raise NotFound
    refusal = concluding.not_ready(award)
    if refusal is not None:
        raise refusal
    indicators = award.challenge.content["indicators"]
    form = AcceptanceForm(indicators)
    if form.validate_on_submit() and (prepared := form.prepared()) is not None:
        try:
            made = concluding.apply(award, form.read(), form.statement.data or "", prepared, actor)
        except Invalid as invalid:
            form.refuse_measured(invalid.errors)
        else:
            flash(_("验收申请已提交，先由需求单位出具意见。"))
            return redirect(acceptance_href(made))
    return form_page(
        "awards/apply.html", form, award=award, challenge=award.challenge, errors=form.problems(),
        indicators=list(zip(indicators, map(required, indicators), form.measured, strict=True)),
    )  # fmt: skip


def _acceptance_page(acceptance: Acceptance, **forms: Any) -> ResponseReturnValue:
    actor = current_actor()
    drawn = {"owner": OwnerForm(formdata=None), "deciding": DecisionForm(formdata=None), **forms}
    form = next(iter(forms.values()), drawn["owner"])
    return form_page(
        "awards/acceptance.html", form, acceptance=acceptance, award=acceptance.award, errors=form.problems(),
        challenge=acceptance.award.challenge, mark=ACCEPTANCE.mark(acceptance.state),
        files=showing.files("acceptance", [acceptance.id])[acceptance.id], offers=offers(ACCEPTANCE, acceptance),
        endorses=acceptance.state == "applied" and policy.endorses(actor, acceptance),
        decides=acceptance.state == "endorsed" and policy.accepts(actor, acceptance),
        rows=[(each, required(each)) for each in acceptance.indicators],
        part=accepting_views.panel_part(acceptance, actor), **drawn,
    )  # fmt: skip


def show(number: str) -> ResponseReturnValue:
    """What was measured, the opinion of the owner, the decision; and the form of whoever's turn it is."""
    return _acceptance_page(queries.acceptance_by_key(number, current_actor()))


def endorse(number: str) -> ResponseReturnValue:
    """The owner gives its opinion."""
    found = queries.acceptance_by_key(number, current_actor())
    if not policy.endorses(current_actor(), found):
        raise NotFound
    form = OwnerForm()
    if not form.validate():
        return _acceptance_page(found, owner=form)
    concluding.endorse(found, form.result.data, form.opinion.data or "", current_actor(), seen_version())
    flash(_("意见已记录，由主管部门验收。"))
    return redirect(acceptance_href(found))


def decide(number: str) -> ResponseReturnValue:
    """The official accepts in full or in part."""
    found = queries.acceptance_by_key(number, current_actor())
    if not policy.accepts(current_actor(), found):
        raise NotFound
    form = DecisionForm()
    prepared = form.prepared() if form.validate() else None
    if prepared is None:
        return _acceptance_page(found, deciding=form)
    words = form.opinion.data or "", form.departure.data or ""
    try:
        concluding.decide(found, form.result.data, *words, prepared, current_actor(), seen_version())
    except Invalid as invalid:
        form.refuse(invalid)
        return _acceptance_page(found, deciding=form)
    flash(_("验收结论已记录，双方会收到通知。"))
    return redirect(acceptance_href(found))


# ---- termination ----


def terminate(number: str) -> ResponseReturnValue:
    """The official ends an award before its work is done."""
    actor = current_actor()
    award = queries.award_by_key(number, actor)
    if not policy.decides(actor, award) or award.state not in AWARD.by_name["terminate"].sources:
        raise NotFound
    form = TerminationForm()
    if form.validate_on_submit() and (prepared := form.prepared()) is not None:
        words = form.settlement.data or "", form.reason.data or ""
        concluding.terminate(award, form.ground.data, *words, prepared, actor, seen_version())
        flash(_("已终止，双方会收到通知。"))
        return redirect(_award_href(award.id) + "#end")
    return form_page(
        "awards/termination.html", form, award=award, challenge=award.challenge, errors=form.problems(),
        version=request.form.get("version", award.version),
    )  # fmt: skip
