"""Pages of pilots: the list and its files, one pilot, its plan. Readings and reports have modules of their own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger, once
from marketplace.foundation.db import db
from marketplace.listings.queries import listing_by_number
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import organization_by_number
from marketplace.pilots import grounds, judging, measuring_views, plan, queries, report, report_views, services, wording
from marketplace.pilots.forms import BeginForm, GroundForm, PlanForm
from marketplace.pilots.items import CELLS, cells, item
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Pilot, Reading
from marketplace.pilots.policy import can_verify, can_view_readings, side_of
from marketplace.pilots.showing import agreement, period, plots, why_paused
from marketplace.posts.queries import signatures
from marketplace.products.kind import PRODUCT
from marketplace.scenarios.kind import SCENARIO
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import form_name, form_page, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.rows import change_rows
from marketplace.web.twins import NAMES, asked_status, items_answer, table_answer

RECENT = 6
MOST_IN_FILE = 20_000


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app; the other modules add their pages to it."""
    both = ["GET", "POST"]
    pages = Blueprint("pilots", __name__, url_prefix="/pilots")
    pages.add_url_rule("", "table", table)
    pages.add_url_rule("/new", "new", signed_in(new), methods=both)
    pages.add_url_rule("/from/<kind>/<number>", "begin", signed_in(begin), methods=both)
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>/plan", "edit_plan", signed_in(edit_plan), methods=both)
    pages.add_url_rule("/<number>/agree", "agree", signed_in(agree), methods=["POST"])
    pages.add_url_rule("/<number>/resume", "resume", signed_in(resume), methods=["POST"])
    add_actions(pages, ActionRoute(PILOT, queries.pilot_by_number, _take, href))
    measuring_views.add_pages(pages)
    report_views.add_pages(pages)
    return pages


def twins() -> Blueprint:
    """The list as files, under addresses beside it."""
    files = Blueprint("pilot_files", __name__)
    files.add_url_rule("/pilots.<any(csv, xlsx, json):ending>", "twin", twin)
    return files


def href(pilot: Pilot) -> str:
    """The page of a pilot."""
    return url_for("pilots.show", number=pilot.number)


def _take(pilot: Pilot, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_step(pilot, step.name, actor, reason, seen)


# ---- the list ----


def table() -> ResponseReturnValue:
    """Every pilot the reader may see, by state; his own beside all."""
    actor, state = current_actor(), asked_status(PILOT.states)
    mine = request.args.get("mine") == "1" and actor.signed_in
    page = paginate(queries.listed(actor, state, mine=mine))
    return render_template(
        "pilots/table.html",
        page=page,
        results=queries.results_of(page.items),
        wording=wording,
        state=state,
        mine=mine,
        counts=queries.states(actor, mine=mine),
        states=PILOT.states,
        mark=PILOT.mark,
        period=period,
        downloads=[(name, url_for("pilot_files.twin", ending=ending, status=state or None)) for name, ending in NAMES],
    )


def twin(ending: str) -> ResponseReturnValue:
    """What the list shows to everybody, in one file."""
    found = db.session.scalars(queries.listed(VISITOR, asked_status(PILOT.states)).limit(MOST_IN_FILE)).all()
    name = f"pilots-{clock.today().isoformat()}"
    if ending == "json":
        return items_answer(name, [item(each) for each in found])
    language = current_language()
    header = [label.say(language) for label in CELLS.values()]
    rows = (cells(each, language) for each in found)
    return table_answer(name, ending, header, rows, PILOT.label.say(language))


# ---- one pilot ----


def show(number: str) -> ResponseReturnValue:
    """What was fixed beforehand, what was measured, and what the reader may do."""
    actor = current_actor()
    pilot = queries.pilot_by_number(number, actor)
    tallies, days, incidents = queries.tallies(pilot), queries.excluded_days(pilot), queries.incidents(pilot)
    results, inside = queries.results(pilot, tallies, days), can_view_readings(actor, pilot)
    out = {each.day for each in days if each.answer == "agreed"}
    last, side = queries.last_run_day(pilot), side_of(actor, pilot)
    mark = PILOT.mark(pilot.state)
    recent = (
        db.session.scalars(queries.readings(pilot).order_by(Reading.id.desc()).limit(RECENT)).all() if inside else []
    )
    return render_template(
        "pilots/show.html", kind=PILOT.label, pilot=pilot, mark=mark, side=side, inside=inside,
        offers=offers(PILOT, pilot),
        rows=wording.columns(results), plots=plots(results, incidents), summary=judging.conclusion(results),
        recent=recent, corrected=queries.corrected(pilot, recent), incidents=incidents, days=days,
        counts=queries.counts(tallies), gaps=judging.gaps(tallies, out, pilot.started_on, last), wording=wording,
        agreement=agreement(pilot), why_paused=why_paused(pilot) if inside else None, verifies=can_verify(actor, pilot),
        history=history_lines(pilot, actor), ran=results[0].days if results else 0, ended=PILOT.by_name["abort"],
        verdicts=report.VERDICTS, origin=_origin(pilot, actor), added=added_panels(pilot, actor),
    )  # fmt: skip


def _origin(pilot: Pilot, actor: Actor) -> tuple[Text, str, str]:
    """What it came from, its number and its page; a talk is named to its sides alone."""
    words, number = wording.ORIGINS[pilot.origin], pilot.origin_number
    if pilot.origin == "enquiry" and not actor.belongs_to(pilot.supplier_id) | actor.belongs_to(pilot.demander_id):
        number = ""
    pages = {"enquiry": "enquiries.show", "challenge": "challenges.show"}
    return words, number, url_for(pages[pilot.origin], number=number) if number else ""


def added_panels(pilot: Pilot, actor: Actor) -> list[Any]:
    """What upper capabilities show on the page of a pilot (sites that stand on it)."""
    panels = current_app.extensions.get("pilot_panels", ())
    return [drawn for panel in panels if (drawn := panel(pilot, actor))]


def history_lines(pilot: Pilot, actor: Actor) -> list[dict[str, Any]]:
    """History for the macro ``log``: insiders read everything, others what became of the pilot."""
    inside = can_view_readings(actor, pilot)
    entries = [each for each in ledger.history(pilot) if inside or _told(each)]
    signed = signatures(entries, named=False)
    sides = {each.id: each.label for each in (pilot.supplier, pilot.demander)}
    lines = []
    for entry in reversed(entries):
        step = PILOT.by_name.get(entry.action)
        act = step.told if step else wording.ACTS[entry.action]
        why = wording.reason_of(pilot.targets, entry) if inside else wording.public_reason(pilot.targets, entry)
        if why:
            act = Text(f"{act.zh}：{why.zh}", f"{act.en}: {why.en}")
        who = signed.get(entry.id) or sides.get(entry.organization_id or 0) or Text("系统", "the system")
        lines.append({"at": entry.at, "text": act, "who": who})
    return lines


def _told(entry: ledger.LedgerEntry) -> bool:
    """What the public reads: the steps from the start on."""
    return entry.action in PILOT.by_name and entry.action not in ("agree", "revise", "return")


# ---- the plan ----


def new() -> ResponseReturnValue:
    """Begin a plan: which product, for which need or with whom."""
    actor, form = current_actor(), BeginForm(data={key: request.args.get(key, "") for key in ("product", "scenario")})
    if request.method != "POST" and not form_name():
        return named_anew()
    begun = once.begun_with(form_name(), actor, "pilot")
    if begun is not None:
        return redirect(href(db.session.get_one(Pilot, begun)))
    if form.validate_on_submit():
        product: Any = _listing(PRODUCT, form.product, actor)
        scenario: Any = _listing(SCENARIO, form.scenario, actor) if form.scenario.data else None
        demander: Any = scenario.organization if scenario else _organization(form.demander, actor)
        if not form.errors:
            made = services.start_plan(actor, product, scenario, demander, form_key=form_name())
            flash(_("方案已建立，请填写后由双方确认。"))
            return redirect(url_for("pilots.edit_plan", number=made.number))
    return form_page("pilots/new.html", form)


def begin(kind: str, number: str) -> ResponseReturnValue:
    """Begin a plan from what was agreed: an enquiry, a challenge."""
    found = grounds.ground(kind, number, current_actor())
    form = GroundForm().offer(found.products)
    if form.validate_on_submit():
        product = next(each for each in found.products if each.number == form.product.data)
        pilot = grounds.begin_plan(found, product, current_actor())
        flash(_("方案已建立，请填写后由双方确认。"))
        return redirect(url_for("pilots.edit_plan", number=pilot.number) if pilot.state == "planned" else href(pilot))
    begun = grounds.begun_from(found.origin)
    return form_page("pilots/begin.html", form, ground=found, begun=begun, mark=PILOT.mark, origins=wording.ORIGINS)


def _listing(kind: Any, field: Any, actor: Actor) -> Any:
    try:
        return listing_by_number(kind, field.data.strip().upper(), actor)
    except NotFound:
        field.errors = [*field.errors, _("没有这个编号")]
        return None


def _organization(field: Any, actor: Actor) -> Organization | None:
    try:
        return organization_by_number((field.data or "").strip().upper(), actor)
    except NotFound:
        field.errors = [*field.errors, _("写场景需求编号，或写需方单位编号")]
        return None


def edit_plan(number: str) -> ResponseReturnValue:
    """The plan on one page; rows of targets come and go by submit buttons."""
    actor = current_actor()
    pilot = queries.dealt_with(number, actor)
    if side_of(actor, pilot) is None or pilot.state != "planned":
        raise NotFound
    form = PlanForm(pilot.plan)
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        services.save_plan(pilot, form.content(), actor, seen_version())
        flash(_("方案已保存。双方各自确认同一份方案后生效。"))
        return redirect(href(pilot))
    failed = request.method == "POST" and bool(form.errors)
    body = render_template(
        "pilots/plan.html", form=form, pilot=pilot, version=request.form.get("version", pilot.version),
        least=plan.least_days(),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def agree(number: str) -> ResponseReturnValue:
    """Say yes to the plan that was read."""
    pilot = queries.pilot_by_number(number, current_actor())
    services.agree(pilot, current_actor(), request.form.get("digest", ""))
    flash(_("已确认方案。"))
    return redirect(href(pilot))


def resume(number: str) -> ResponseReturnValue:
    """Say that it may go on."""
    pilot = queries.pilot_by_number(number, current_actor())
    text = request.form.get("digest", "")
    services.agree_to_resume(
        pilot, current_actor(), int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    )
    flash(_("已同意恢复运行。"))
    return redirect(href(pilot))
