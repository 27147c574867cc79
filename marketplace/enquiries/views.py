"""Pages of one's talks: the list, and one talk with what its two sides may do in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Gathered, Invalid
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.enquiries import figures, forms, lifecycle, opening_views, queries, services, showing
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import DECLINED, ENDED, ENDING, OTHER, SIDES, Enquiry, Outcome, causes_open_to
from marketplace.enquiries.policy import side_of
from marketplace.foundation import once
from marketplace.foundation.db import transaction
from marketplace.foundation.files import Prepared
from marketplace.listings.answers import any_day
from marketplace.reference.calendar import YearUnknown, add_workdays
from marketplace.reference.services import overrides
from marketplace.scenarios.answers import amount
from marketplace.scenarios.fitting import cells
from marketplace.settings.queries import value
from marketplace.web.actions import ActionRoute, RefusedReason, add_actions, offers, seen_version
from marketplace.web.forms import form_name
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.request import own_transaction, takes_files
from marketplace.web.twins import asked_status


def blueprints() -> tuple[Blueprint, Blueprint, Blueprint]:
    """The three blueprints, made anew for each app."""
    both, post = ["GET", "POST"], ["POST"]
    talks = Blueprint("enquiries", __name__, url_prefix="/enquiries")
    talks.add_url_rule("/<number>", "show", signed_in(show))
    # Files take their time to be checked, and nobody else shall wait for that.
    talks.add_url_rule("/<number>/messages", "write", takes_files(own_transaction(signed_in(write))), methods=post)
    talks.add_url_rule("/<number>/decline", "decline", signed_in(decline), methods=post)
    talks.add_url_rule("/<number>/end", "end", signed_in(end), methods=post)
    talks.add_url_rule("/<number>/meeting", "meet", signed_in(meet), methods=post)
    talks.add_url_rule("/<number>/outcome", "propose", signed_in(propose), methods=post)
    talks.add_url_rule("/<number>/contact", "contact", signed_in(contact), methods=post)
    add_actions(talks, ActionRoute(ENQUIRY, queries.enquiry_by_number, _take, href))
    outcomes = Blueprint("outcomes", __name__, url_prefix="/outcomes")
    add_actions(outcomes, ActionRoute(OUTCOME, queries.outcome_by_key, _answer_outcome, _after_outcome,
                                      redraw=_with_refused))  # fmt: skip
    ways = Blueprint("enquiry_ways", __name__)
    ways.add_url_rule("/workspace/enquiries", "table", signed_in(table))
    for path, name, view in (("/scenarios/<number>/answer", "answer", opening_views.answer),
                             ("/products/<number>/invite", "invite", opening_views.invite)):  # fmt: skip
        ways.add_url_rule(path, name, takes_files(own_transaction(signed_in(view))), methods=both)
    ways.add_url_rule("/scenarios/<number>/answers", "answers", signed_in(opening_views.compare))
    answers_file = signed_in(opening_views.compare_file)
    ways.add_url_rule("/scenarios/<number>/answers.<any(csv, xlsx, json):ending>", "answers_file", answers_file)
    return talks, outcomes, ways


def href(enquiry: Enquiry) -> str:
    """The page of a talk."""
    return url_for("enquiries.show", number=enquiry.number)


# ---- the list -------------------------------------------------------------------------------------------------------


def table() -> ResponseReturnValue:
    """The talks of the person's organizations: what waits for him first, what is over last."""
    actor, state = current_actor(), asked_status(ENQUIRY.states)
    counts = queries.states_of(actor)
    waiting = {each.id for each in queries.waiting(actor)}
    return render_template(
        "enquiries/table.html", page=paginate(queries.mine(actor, state)), state=state, waiting=waiting,
        states=[(key, mark.label, counts.get(key, 0)) for key, mark in ENQUIRY.states.items()],
        total=sum(counts.values()), lifecycle=ENQUIRY, side_of=lambda enquiry: SIDES.get(side_of(actor, enquiry)),
        stages=figures.STAGES, funnel=figures.funnel_of(actor),
    )  # fmt: skip


# ---- one talk -------------------------------------------------------------------------------------------------------


def show(number: str) -> ResponseReturnValue:
    """The page of one talk."""
    return _page(queries.enquiry_by_number(number, current_actor()))


def _page(
    enquiry: Enquiry, contact: Any = None, refused: RefusedReason | None = None, **typed: Any
) -> ResponseReturnValue:
    """The page, with a form as it was typed where one was refused."""
    actor = current_actor()
    side = side_of(actor, enquiry)
    given = {
        "message": typed.get("message") or forms.MessageForm(formdata=None),
        "leave": typed.get("leave") or _leave_form(enquiry, formdata=None),
        "meeting": typed.get("meeting") or forms.MeetingForm(formdata=None),
        "outcome": typed.get("outcome") or forms.OutcomeForm(formdata=None),
    }
    reasons = queries.refusals_of(enquiry)
    outcomes = [_outcome(each, side, reasons.get(each.id, "")) for each in enquiry.outcomes]
    body = render_template(
        "enquiries/show.html", enquiry=enquiry, label=ENQUIRY.label, mark=ENQUIRY.mark(enquiry.state), side=side,
        sides=SIDES,
        other=enquiry.organization_of(OTHER[side]) if side else None, offers=offers(ENQUIRY, enquiry),
        rests=lifecycle.standing(enquiry) if enquiry.state in ("opened", *services.TALKING) else None,
        talking=enquiry.state in services.TALKING and bool(side),
        declines=enquiry.state == "opened" and side == enquiry.asked_side,
        ends=enquiry.state == "accepted" and bool(side) and enquiry.proposal is None,
        said=showing.messages(enquiry, actor), lines=showing.history(enquiry, actor),
        form_key=once.new_key(), contact=contact, fits=_fits(enquiry), refused=refused,
        outcomes=outcomes, proposed=next((each for each in outcomes if each["outcome"].state == "proposed"), None),
        due=answer_due(enquiry), cause=showing.why_ended(enquiry),
        onward=showing.after_lapse(enquiry, side), again=opening_views.again(enquiry),
        names_open=enquiry.state in showing.OPEN_NAMES,
        added=[panel(enquiry, actor) for panel in current_app.extensions.get("enquiry_panels", ())],
        wrong=[*_wrong_reason(enquiry, refused), *(each for form in given.values() for each in form.problems())],
        **given,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if typed or refused else HTTPStatus.OK


def _wrong_reason(enquiry: Enquiry, refused: RefusedReason | None) -> list[tuple[str, str]]:
    """(id of the field, what to correct), as a form's ``problems`` gives it."""
    if refused is None or enquiry.proposal is None:
        return []
    words = _("%(label)s：%(text)s", label=_("理由"), text=refused.message.say(current_language()))
    return [(f"reason-{refused.step}-{enquiry.proposal.id}", words)]


def _fits(enquiry: Enquiry) -> list[tuple[Any, Any]]:
    """Each product with how it meets the need's must-haves."""
    rows = enquiry.scenario.content.get("requirements") or [] if enquiry.scenario else []
    return [(each, cells(rows, each.content.get("specs") or {})) for each in enquiry.offered]


def _outcome(outcome: Outcome, side: str, reason: str) -> dict[str, Any]:
    """A row of outcomes as the side reads it. ``reason``: why it was refused."""
    return {
        "outcome": outcome, "words": showing.outcome_words(outcome), "mark": showing.outcome_mark(outcome, side),
        "side": SIDES[outcome.side], "reason": reason, "offers": offers(OUTCOME, outcome),
        "due": lifecycle.end_due(outcome) if outcome.kind == ENDING else None,
        "href": url_for("outcomes.act_do", number=outcome.id),
    }  # fmt: skip


def answer_due(enquiry: Enquiry) -> date | None:
    """The last day to answer, as the workspace shows it; None while the calendar of the year is not known."""
    try:
        return add_workdays(services.opened_on(enquiry), value(figures.ANSWER_DAYS), overrides())
    except YearUnknown:
        return None


def _leave_form(enquiry: Enquiry, **given: Any) -> forms.LeaveForm:
    side = side_of(current_actor(), enquiry)
    return forms.LeaveForm(**given).offer(causes_open_to(side, DECLINED if enquiry.state == "opened" else ENDED))


# ---- acts -----------------------------------------------------------------------------------------------------------


def _take(enquiry: Enquiry, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_step(enquiry, step, actor, reason, seen)


def _answer_outcome(outcome: Outcome, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.answer_outcome(outcome, step, actor, reason, seen)


def _with_refused(outcome: Outcome, refused: RefusedReason) -> ResponseReturnValue:
    return _page(outcome.enquiry, refused=refused)


def _after_outcome(outcome: Outcome) -> str:
    return href(outcome.enquiry) + "#outcome"


def write(number: str) -> ResponseReturnValue:
    """Say something, with files or without."""
    form, enquiry = forms.MessageForm(), queries.enquiry_by_number(number, current_actor())
    prepared = form.taken()
    if prepared is not None:
        try:
            with transaction():
                enquiry = queries.enquiry_by_number(number, current_actor())
                twice = _write(enquiry, form.text.data or "", prepared)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已经发出过了，没有重复发送。") if twice else _("已发送，对方会收到提醒。"))
            return redirect(href(enquiry) + "#talk")
    return _page(queries.enquiry_by_number(number, current_actor()), message=form)


def _write(enquiry: Enquiry, text: str, prepared: Sequence[Prepared]) -> bool:
    """Say it; True when the same press has said it already."""
    actor, key = current_actor(), form_name()
    if queries.said_already(enquiry, actor, key, text, [each.sha256 for each in prepared]):
        return True
    services.write_message(enquiry, actor, text, prepared, key)
    return False


def decline(number: str) -> ResponseReturnValue:
    """Decline, with a reason of the list."""
    return _leave(number, DECLINED, services.decline, _("已谢绝，对方会收到原因。"), "")


def end(number: str) -> ResponseReturnValue:
    """Propose to end the talk, with a reason of the list."""
    return _leave(number, ENDED, services.propose_end, _("已提出结束，对方同意后生效。"), "#outcome")


def _leave(number: str, causes: Mapping[str, Text], command: Any, done: str, where: str) -> ResponseReturnValue:
    enquiry = queries.enquiry_by_number(number, current_actor())
    form = forms.LeaveForm().offer(causes_open_to(side_of(current_actor(), enquiry), causes))
    if form.validate():
        try:
            command(enquiry, current_actor(), form.cause.data, form.note.data or "", seen_version())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(done)
            return redirect(href(enquiry) + where)
    return _page(enquiry, leave=form)


def meet(number: str) -> ResponseReturnValue:
    """Note a meeting."""
    enquiry, form = queries.enquiry_by_number(number, current_actor()), forms.MeetingForm()
    if form.validate():
        try:
            services.note_meeting(enquiry, current_actor(), any_day(form.day.data or "", "day"), seen_version())
        except Invalid as error:
            form.refuse(error)
        except FieldError as error:
            form.refuse([error])
        else:
            flash(_("已记录会面，对方会收到提醒。"))
            return redirect(href(enquiry) + "#act")
    return _page(enquiry, meeting=form)


def propose(number: str) -> ResponseReturnValue:
    """Propose what was agreed."""
    enquiry, form = queries.enquiry_by_number(number, current_actor()), forms.OutcomeForm()
    if form.validate():
        try:
            _propose(enquiry, form)
        except Invalid as error:
            form.refuse(error)
        except FieldError as error:
            form.refuse([error])
        else:
            flash(_("已提出，等对方确认。"))
            return redirect(href(enquiry) + "#outcome")
    return _page(enquiry, outcome=form)


def _propose(enquiry: Enquiry, form: forms.OutcomeForm) -> None:
    wrong, sum_, day = Gathered(), "", date.min
    with wrong:
        sum_ = amount(form.amount.data or "", "amount")
    with wrong:
        day = any_day(form.on_day.data or "", "on_day")
    wrong.tell()
    services.propose(
        enquiry, current_actor(), form.kind.data, Decimal(sum_) if sum_ else None, day, form.remark.data or "",
        seen_version(),
    )  # fmt: skip


def contact(number: str) -> ResponseReturnValue:
    """Show the other side's contact data; that it was looked at is written down."""
    enquiry = queries.enquiry_by_number(number, current_actor())
    return _page(enquiry, contact=services.read_contact(enquiry, current_actor()))
