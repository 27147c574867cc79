"""Pages at the end of a pilot: the report, its signatures, and the official's verification."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.pilots import judging, plan, queries, report, services, wording
from marketplace.pilots.forms import ReportForm, VerifyForm
from marketplace.pilots.lifecycle import PILOT, signed_by_both
from marketplace.pilots.models import Pilot
from marketplace.pilots.policy import can_verify, side_of
from marketplace.pilots.showing import agreement, counted, parties, period, plots
from marketplace.web.actions import seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _

# Incidents that a report lists one by one; more are in the log of the pilot.
MOST_LISTED = 50


def add_pages(pages: Blueprint) -> None:
    """Add these pages to the blueprint of pilots."""
    both = ["GET", "POST"]
    pages.add_url_rule("/<number>/report", "report", show_report)
    pages.add_url_rule("/<number>/report.pdf", "report_file", report_file)
    pages.add_url_rule("/<number>/report/edit", "edit_report", signed_in(edit_report), methods=both)
    pages.add_url_rule("/<number>/report/sign", "sign", signed_in(sign), methods=["POST"])
    pages.add_url_rule("/<number>/verify", "verify", signed_in(verify), methods=both)


def show_report(number: str) -> ResponseReturnValue:
    """The report as a document to print: everybody reads it once the run is over, its text once it is decided."""
    actor = current_actor()
    pilot = _ended(number, actor)
    return render_template(
        "pilots/report.html", **_told(pilot, actor), side=side_of(actor, pilot), agreement=agreement(pilot),
        wording=wording,
    )  # fmt: skip


def report_file(number: str) -> ResponseReturnValue:
    """The same as a PDF, in the language of the page."""
    from marketplace.pilots.printed import report_pdf  # the library takes half a second that no other page needs

    actor = current_actor()
    pilot = _ended(number, actor)
    base = current_app.extensions["config"].base_url.rstrip("/")
    answer = Response(
        report_pdf(_told(pilot, actor), f"{base}{url_for('pilots.report', number=number)}"),
        content_type="application/pdf",
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{number}-report.pdf"'
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer


def _ended(number: str, actor: Actor) -> Pilot:
    """A pilot whose run is over.

    Raises:
        NotFound: there is none that the actor sees.
    """
    pilot = queries.pilot_by_number(number, actor)
    if pilot.ended_on is None:
        raise NotFound
    return pilot


def _told(pilot: Pilot, actor: Actor) -> dict[str, Any]:
    """What the report says to this reader, on its page and as a file."""
    tallies, days = queries.tallies(pilot), queries.excluded_days(pilot)
    results, incidents = queries.results(pilot, tallies, days), queries.incidents(pilot)
    opened = pilot.state != "reporting" or side_of(actor, pilot) or can_verify(actor, pilot)
    written = pilot.report if opened else {}
    signed = plan.digest(report.parts_signed(pilot))
    return {
        "pilot": pilot, "mark": PILOT.mark(pilot.state), "rows": wording.columns(results), "digest": signed,
        "plots": plots(results, incidents), "summary": judging.conclusion(results),
        "counted": counted(queries.counts(tallies)),
        "days": [each for each in days if each.answer == "agreed"], "incidents": incidents[:MOST_LISTED],
        "written": written, "verdict": report.VERDICTS.get(written.get("verdict", "")), "labels": report.LABELS,
        "given": queries.consents(pilot, "report", signed),
        "parties": parties(pilot, results[0].days if results else 0),
    }  # fmt: skip


def edit_report(number: str) -> ResponseReturnValue:
    """Write it; who signed another text of it signs anew."""
    actor = current_actor()
    pilot = queries.dealt_with(number, actor)
    if side_of(actor, pilot) is None or pilot.state != "reporting":
        raise NotFound
    form = ReportForm(data=pilot.report)
    if form.validate_on_submit():
        services.save_report(pilot, form.content(), actor, seen_version())
        flash(_("报告已保存，请双方签署。"))
        return redirect(url_for("pilots.report", number=number))
    return form_page(
        "pilots/edit_report.html", form, pilot=pilot, version=request.form.get("version", pilot.version),
        rows=wording.columns(queries.results(pilot)), wording=wording,
    )  # fmt: skip


def sign(number: str) -> ResponseReturnValue:
    """Sign the report that was read."""
    pilot = queries.pilot_by_number(number, current_actor())
    services.sign(pilot, current_actor(), request.form.get("digest", ""))
    flash(_("已签署报告。"))
    return redirect(url_for("pilots.report", number=number))


def verify(number: str) -> ResponseReturnValue:
    """An official's visit and decision."""
    actor = current_actor()
    pilot = queries.pilot_by_number(number, actor)
    if not can_verify(actor, pilot) or pilot.state != "reporting":
        raise NotFound
    form = VerifyForm(data={"version": pilot.version, **pilot.visit})
    if form.validate_on_submit():
        try:
            services.verify(
                pilot, form.decision.data, actor, form.reason.data or "", seen_version(), visit=form.visit()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已办理：%(title)s。", title=pilot.label.say(current_language())))
            return redirect(url_for("pilots.show", number=number))
    return form_page(
        "pilots/verify.html", form, pilot=pilot, rows=wording.columns(queries.results(pilot)),
        refusal=signed_by_both(pilot), today=clock.today(), counts=queries.counts(queries.tallies(pilot)),
        verdict=report.VERDICTS.get(pilot.report.get("verdict", "")), labels=report.LABELS, period=period,
        wording=wording,
    )  # fmt: skip
