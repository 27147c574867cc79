"""Pages of one award: its contract, milestones with evidence, later days, payments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.awards import carrying, concluding, concluding_views, policy, queries, services, showing
from marketplace.awards.forms import ContractForm, ExtensionForm, JudgementForm, MilestoneForm, PaymentForm
from marketplace.awards.lifecycle import (
    ACCEPTANCE,
    AWARD,
    CONTRACT,
    EXEMPTION,
    EXTENSION,
    MILESTONE,
    PAYMENT,
    awaits_contract,
    contract_signed,
)
from marketplace.awards.models import Award, Milestone
from marketplace.awards.wording import GROUNDS, RESULTS
from marketplace.core.errors import Invalid, NotFound
from marketplace.foundation import once
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import form_name, form_page, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.rows import change_rows


def blueprints() -> tuple[Blueprint, ...]:
    """One for each kind of object with a life of its own."""
    both = ["GET", "POST"]
    lots = Blueprint("award_lots", __name__, url_prefix="/award-lots")
    lots.add_url_rule("/<number>", "show", signed_in(show))
    lots.add_url_rule("/<number>/contract", "contract", signed_in(contract), methods=both)
    lots.add_url_rule("/<number>/payment", "pay", signed_in(pay), methods=both)
    concluding_views.add_routes(lots)
    add_actions(lots, ActionRoute(AWARD, queries.award_by_key, services.take_step, href))
    milestones = Blueprint("milestones", __name__, url_prefix="/milestones")
    milestones.add_url_rule("/<number>", "show", signed_in(milestone))
    milestones.add_url_rule("/<number>/submit", "submit", signed_in(submit), methods=["POST"])
    milestones.add_url_rule("/<number>/judge", "judge", signed_in(judge), methods=["POST"])
    milestones.add_url_rule("/<number>/extension", "extend", signed_in(extend), methods=both)
    others = [milestones, *concluding_views.blueprints()]
    for name, path, route in (
        ("award_contracts", "award-contracts",
         ActionRoute(CONTRACT, queries.contract_by_key, carrying.take_contract_step, _of_award)),
        ("extensions", "extensions",
         ActionRoute(EXTENSION, queries.extension_by_key, carrying.take_extension_step,
                     lambda each: milestone_href(each.milestone))),
        ("award_payments", "award-payments",
         ActionRoute(PAYMENT, queries.payment_by_key, carrying.take_payment_step, _of_award)),
    ):  # fmt: skip
        blueprint = Blueprint(name, __name__, url_prefix=f"/{path}")
        add_actions(blueprint, route)
        others.append(blueprint)
    return lots, *others


def href(award: Award) -> str:
    """The page of an award, for who is concerned."""
    return url_for("award_lots.show", number=award.id)


def milestone_href(milestone: Milestone) -> str:
    """The page of a milestone."""
    return url_for("milestones.show", number=milestone.id)


def _of_award(hanging: Any) -> str:
    return href(hanging.award)


def show(number: str) -> ResponseReturnValue:
    """Everything about one award: contract, milestones, payments beside the plan, acceptance, how it ended."""
    actor = current_actor()
    award = queries.award_by_key(number, actor)
    payments, acceptances = queries.payments_of(award), queries.acceptances_of(award)
    termination, contract = queries.termination_of(award), award.contract
    return render_template(
        "awards/lot.html", award=award, challenge=award.challenge, mark=AWARD.mark(award.state), contract=contract,
        partners=showing.partners(award), offers=offers(AWARD, award), owns=policy.owns(actor, award),
        works=policy.works_on(actor, award), decides=policy.decides(actor, award), marks=_marks(),
        second=showing.not_undone_by(award, actor), undo=showing.UNDO,
        contract_files=showing.files("contract", [contract.id])[contract.id] if contract else [],
        contract_offers=offers(CONTRACT, contract) if contract else [], plan=showing.plan_of(award),
        milestones=award.milestones, results=RESULTS, paid=carrying.paid(award),
        payments=[(each, offers(PAYMENT, each)) for each in payments],
        payment_files=showing.files("payment", [each.id for each in payments]),
        acceptances=acceptances, ready=concluding.not_ready(award), termination=termination, grounds=GROUNDS,
        termination_files=showing.files("termination", [termination.id])[termination.id] if termination else [],
        exemption_offers=offers(EXEMPTION, termination) if termination else [], history=showing.history(award),
        added=showing.added_panels(award, actor), not_signed=contract_signed(award),
    )  # fmt: skip


def _marks() -> dict[str, Any]:
    return {
        "contract": CONTRACT.mark, "milestone": MILESTONE.mark, "extension": EXTENSION.mark, "payment": PAYMENT.mark,
        "acceptance": ACCEPTANCE.mark, "exemption": EXEMPTION.mark,
    }  # fmt: skip


# ---- the contract ----


def contract(number: str) -> ResponseReturnValue:
    """The owner records the contract and its milestones."""
    actor = current_actor()
    award = queries.award_by_key(number, actor)
    if not policy.owns(actor, award):
        raise NotFound
    refusal = awaits_contract(award)
    if refusal is not None:
        raise refusal
    form = ContractForm(award)
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        terms, prepared = form.read(), form.prepared()
        if terms is not None and prepared is not None:
            try:
                carrying.write_contract(award, terms, prepared, actor, seen_version())
            except Invalid as invalid:
                form.refuse(invalid)
            else:
                flash(_("合同已登记，揭榜单位确认后开始执行。"))
                return redirect(href(award))
    form.offer()
    return form_page(
        "awards/contract.html", form, award=award, challenge=award.challenge, errors=form.problems(),
        version=request.form.get("version", award.contract.version if award.contract else ""),
    )  # fmt: skip


# ---- milestones ----


def _milestone_page(milestone: Milestone, **forms: Any) -> ResponseReturnValue:
    actor = current_actor()
    drawn = {"submitting": MilestoneForm(formdata=None), "judging": JudgementForm(formdata=None), **forms}
    form = next(iter(forms.values()), drawn["submitting"])
    extensions = queries.extensions_of(milestone)
    return form_page(
        "awards/milestone.html", form, milestone=milestone, award=milestone.award, mark=MILESTONE.mark(milestone.state),
        files=showing.files("milestone", [milestone.id])[milestone.id], results=RESULTS, errors=form.problems(),
        submits=policy.submits(actor, milestone) and milestone.state in MILESTONE.by_name["submit"].sources,
        judges=policy.judges(actor, milestone) and milestone.state == "submitted",
        extends=policy.submits(actor, milestone) and milestone.state in MILESTONE.by_name["extend"].sources,
        working=milestone.award.state == "executing",
        extensions=[(each, EXTENSION.mark(each.state), offers(EXTENSION, each)) for each in extensions], **drawn,
    )  # fmt: skip


def milestone(number: str) -> ResponseReturnValue:
    """A milestone with its evidence and later days, and the form of whoever's turn it is."""
    return _milestone_page(queries.milestone_by_key(number, current_actor()))


def submit(number: str) -> ResponseReturnValue:
    """Who does the work submits it."""
    found = queries.milestone_by_key(number, current_actor())
    if not policy.submits(current_actor(), found):
        raise NotFound
    form = MilestoneForm()
    if form.validate() and (prepared := form.prepared()) is not None:
        try:
            carrying.submit(found, form.report.data or "", prepared, current_actor(), seen_version())
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("里程碑已提交，需求单位会收到通知。"))
            return redirect(milestone_href(found))
    return _milestone_page(found, submitting=form)


def judge(number: str) -> ResponseReturnValue:
    """The owner accepts it or returns it."""
    found = queries.milestone_by_key(number, current_actor())
    if not policy.judges(current_actor(), found):
        raise NotFound
    form = JudgementForm()
    if form.validate():
        try:
            carrying.judge(found, form.result.data, form.words.data or "", current_actor(), seen_version())
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("结论已记录，揭榜单位会收到通知。"))
            return redirect(milestone_href(found))
    return _milestone_page(found, judging=form)


def extend(number: str) -> ResponseReturnValue:
    """Ask for a later day."""
    actor = current_actor()
    found = queries.milestone_by_key(number, actor)
    if not policy.submits(actor, found):
        raise NotFound
    form = ExtensionForm()
    if form.validate_on_submit() and (day := form.read()) is not None:
        try:
            carrying.ask_extension(found, day, form.reason.data or "", actor)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("延期申请已提交，经办人审批。"))
            return redirect(milestone_href(found))
    return form_page("awards/extension.html", form, milestone=found, award=found.award, errors=form.problems())


# ---- payments ----


def pay(number: str) -> ResponseReturnValue:
    """The owner records what was paid."""
    actor = current_actor()
    award = queries.award_by_key(number, actor)
    if not policy.owns(actor, award):
        raise NotFound
    refusal = contract_signed(award)
    if refusal is not None:
        raise refusal
    if request.method != "POST" and not form_name():
        return named_anew()
    if once.begun_with(form_name(), actor, "payment") is not None:
        return redirect(href(award) + "#money")
    form = PaymentForm(award)
    if form.validate_on_submit() and (given := form.read()) is not None and (files := form.prepared()) is not None:
        try:
            carrying.record_payment(award, given, files, actor, form_name())
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("付款已登记，揭榜单位确认到账。"))
            return redirect(href(award) + "#money")
    return form_page(
        "awards/payment.html", form, award=award, challenge=award.challenge, plan=showing.plan_of(award),
        errors=form.problems(),
    )  # fmt: skip
