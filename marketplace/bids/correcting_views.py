"""Pages of the formality check: its outcome, papers that are asked for once, and the bidder who hands them in."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.bids import correcting, files, queries, unsealing
from marketplace.bids.content import FILE_KINDS
from marketplace.bids.forms import FormalityForm, papers_form
from marketplace.bids.lifecycle import BID, CORRECTION, CORRECTION_DAYS, FORMAL_RULES, in_time, papers_settled
from marketplace.bids.models import Bid, Correction
from marketplace.bids.policy import can_read, checks_papers, is_lead
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.foundation.db import transaction
from marketplace.foundation.files import DOCUMENT_HINT
from marketplace.settings.queries import value
from marketplace.web.actions import seen_version
from marketplace.web.forms import MarketplaceForm
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.request import own_transaction, takes_files


def add_routes(pages: Blueprint) -> None:
    """The pages of the formality check on the blueprint."""
    both = ["GET", "POST"]
    pages.add_url_rule("/<number>/formality", "formality", signed_in(formality), methods=both)
    hands_in = takes_files(own_transaction(signed_in(correct)))
    pages.add_url_rule("/<number>/correction", "correct", hands_in, methods=both)


# ---- the official ----


def formality(number: str) -> ResponseReturnValue:
    """The formality check of one bid: its outcome, or what is to be corrected first."""
    bid = queries.bid_by_number(number, current_actor())
    if not can_read(current_actor(), bid) or not checks_papers(current_actor(), bid):
        raise NotFound
    refusal = correcting.not_correctable(bid)
    form = FormalityForm(correctable=refusal is None)
    if form.validate_on_submit():
        try:
            _take(bid, form)
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("bids.record", challenge=bid.challenge.number))
    body = render_template(
        "bids/formality.html", bid=bid, form=form, mark=BID.mark(bid.state), refusal=refusal, kinds=FILE_KINDS,
        waits=papers_settled(bid), most=value(CORRECTION_DAYS), correction_mark=CORRECTION.mark,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _take(bid: Bid, form: FormalityForm) -> None:
    decision, note, actor = form.decision.data, form.note.data or "", current_actor()
    if decision == "ask_papers":
        correcting.ask(bid, form.papers.data or [], form.working_days(), note, actor, seen_version())
        flash(_("已要求补正材料，申报单位会收到通知。"))
        return
    rule = form.rule.data or ""
    words = f"{FORMAL_RULES[rule].zh}：{note}" if decision == "disqualify" else note
    unsealing.decide(bid, decision, actor, rule, words, seen_version())
    flash(_("形式审查结论已记录，申报单位会收到通知。"))


# ---- the bidder ----


def _asked(number: str) -> Correction:
    bid = queries.bid_by_number(number, current_actor())
    if bid.correction is None or not is_lead(current_actor(), bid):
        raise NotFound
    return bid.correction


def correct(number: str) -> ResponseReturnValue:
    """What is asked for, and a file for each: sealed and stored before the transaction, taken all at once."""
    asked = _asked(number)
    form = papers_form(asked.kinds)
    if form.validate_on_submit() and asked.state == "asked" and in_time(asked) is None:
        try:
            papers = _uploaded(asked)
            with transaction():
                correcting.give(_asked(number), papers, current_actor(), seen_version())
            flash(_("补正材料已提交，等待形式审查结论。"))
            return redirect(url_for("bids.show", number=number))
        except Invalid as error:
            form.refuse(error)
    return _page(asked, form)


def _uploaded(asked: Correction) -> list[dict[str, object]]:
    """The files that were sent, sealed; every bad one is told at its field."""
    found, wrong = [], []
    for kind in asked.kinds:
        sent = request.files.get(f"file_{kind}")
        if sent is None or not sent.filename:
            continue
        try:
            found.append(files.sealed_file(sent.stream, sent.filename, kind, blind=asked.bid.challenge.blind))
        except FieldError as error:
            wrong.append(FieldError(f"file_{kind}", error.message))
    if wrong:
        raise Invalid(wrong)
    return found


def _page(asked: Correction, form: MarketplaceForm) -> ResponseReturnValue:
    late = in_time(asked) if asked.state == "asked" else None
    body = render_template(
        "bids/correction.html", bid=asked.bid, asked=asked, form=form, late=late, kinds=FILE_KINDS,
        mark=CORRECTION.mark(asked.state), file_hint=DOCUMENT_HINT, version=request.form.get("version", asked.version),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
