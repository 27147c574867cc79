"""Pages of panels: an expert's own assignments, and for officials the draw, the seats, hits and waivers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.experts.content import field_label
from marketplace.experts.views import field_choices
from marketplace.panels import drawing, queries, services, showing
from marketplace.panels.forms import AcceptForm, DrawForm, MoreForm, ReasonForm
from marketplace.panels.lifecycle import ASSIGNMENT, PANEL, RESERVES, SEATS, answer_open
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.policy import JUDGES, runs, waives
from marketplace.panels.subjects import SubjectKind, kind_of, subject_of
from marketplace.settings.queries import value
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("panels", __name__, url_prefix="/panel")
    add = pages.add_url_rule
    add("/", "mine", signed_in(mine))
    add("/assignments/<key>", "assignment", signed_in(assignment))
    add("/assignments/<key>/accept", "accept", signed_in(accept), methods=["POST"])
    add("/assignments/<key>/recuse", "recuse", signed_in(recuse), methods=["POST"])
    add("/draws/<int:key>.json", "record", signed_in(record))
    add("/<kind>/<number>", "show", signed_in(show))
    add("/<kind>/<number>/draw", "draw", signed_in(draw), methods=["POST"])
    add("/<kind>/<number>/more", "more", signed_in(more), methods=["POST"])
    add("/<kind>/<number>/waive/<int:key>", "waive", signed_in(waive), methods=["POST"])
    add_actions(pages, ActionRoute(PANEL, _panel_by_key, _take, href))
    return pages


def href(panel: Panel) -> str:
    """The page of a panel, which is that of what it judges."""
    return url_for("panels.show", kind=panel.about_type, number=panel.about_number)


# ---- the expert ----


def mine() -> ResponseReturnValue:
    """What one was asked to judge."""
    found = queries.own_assignments(current_actor())
    return render_template("panels/mine.html", assignments=found, mark=ASSIGNMENT.mark, work=_work, judges=JUDGES)


def _work(assignment: Assignment) -> str:
    """Where he judges."""
    kind = kind_of(assignment.panel)
    return kind.work(subject_of(assignment.panel)) if kind is not None else ""


def assignment(key: str) -> ResponseReturnValue:
    """One assignment before the expert: what is judged, his answer, and where he judges."""
    return _assignment_page(queries.assignment_by_key(key, current_actor()))


def _assignment_page(found: Assignment, accepting: Any = None, leaving: Any = None) -> ResponseReturnValue:
    accepting = accepting or AcceptForm(formdata=None)
    leaving = leaving or ReasonForm(formdata=None)
    panel = found.panel
    kind, subject = _kind(panel.about_type), subject_of(panel)
    blind = kind.blind(subject)
    body = render_template(
        "panels/assignment.html", assignment=found, panel=panel, kind=kind, home=kind.home(subject), blind=blind,
        mark=ASSIGNMENT.mark(found.state), form=accepting, leaving=leaving, work=_work(found),
        closed=answer_open(found), judges=found.state in JUDGES, open=panel.state == "open",
        names=[] if blind else showing.named_parties(kind, subject),
    )  # fmt: skip
    failed = bool(accepting.errors or leaving.errors)
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def accept(key: str) -> ResponseReturnValue:
    """The expert takes the seat, unless the check that runs now finds a hit."""
    found = queries.assignment_by_key(key, current_actor())
    form = AcceptForm()
    if not form.validate():
        return _assignment_page(found, accepting=form)
    if services.accept(found, current_actor(), seen_version()):
        flash(_("已接受评审。评审开始时会通知您。"))
    else:
        flash(_("按最新的回避核对结果，您不能参加这次评审，感谢您的答复。"))
    return redirect(url_for("panels.assignment", key=found.id))


def recuse(key: str) -> ResponseReturnValue:
    """The expert steps out, with a reason."""
    found = queries.assignment_by_key(key, current_actor())
    form = ReasonForm()
    if not form.validate():
        return _assignment_page(found, leaving=form)
    services.recuse(found, current_actor(), form.reason.data or "", seen_version())
    flash(_("已登记回避，不影响您的专家资格。"))
    return redirect(url_for("panels.assignment", key=found.id))


# ---- the official ----


def _kind(name: str) -> SubjectKind:
    kind = kind_of(name)
    if kind is None:
        raise NotFound
    return kind


def _subject(kind: str, number: str) -> tuple[SubjectKind, Any]:
    """What is judged, for an official in charge who is not on its panel."""
    found = _kind(kind)
    actor = current_actor()
    subject = found.find(number, actor)
    panel = queries.panel_of(subject)
    if not (runs(actor, panel) if panel is not None else found.runs(actor, subject)):
        raise NotFound
    return found, subject


def show(kind: str, number: str) -> ResponseReturnValue:
    """The panel of one subject: the draw where there is none, else its seats."""
    return _page(*_subject(kind, number))


def _page(kind: SubjectKind, subject: Any, drawing_form: Any = None, more_form: Any = None) -> ResponseReturnValue:
    actor = current_actor()
    panels = queries.panels_of(subject)
    panel = panels[0] if panels and panels[0].state != "dissolved" else None
    form = drawing_form or DrawForm(formdata=None, data=_proposed(kind, subject))
    form.fields.choices = field_choices()
    more_form = more_form or MoreForm(formdata=None)
    body = render_template(
        "panels/show.html", kind=kind, subject=subject, home=kind.home(subject), panel=panel, form=form,
        more_form=more_form, earlier=[each for each in panels if each is not panel], mark=PANEL.mark,
        seats=showing.seats(panel) if panel else [], offers=offers(PANEL, panel) if panel else [],
        draws=[showing.draw_line(each) for each in panel.draws] if panel else [],
        history=showing.history(panel) if panel else [], judged=kind.judged(subject), fields=field_label,
        waives=lambda one: waives(actor, one) and one.state == "blocked",
        seated=queries.is_seated(panel) if panel else False, judges=JUDGES,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or more_form.errors else HTTPStatus.OK


def _proposed(kind: SubjectKind, subject: Any) -> dict[str, Any]:
    return {"fields": list(kind.fields(subject)), "seats": value(SEATS), "reserves": value(RESERVES)}


def draw(kind: str, number: str) -> ResponseReturnValue:
    """Draw a panel."""
    found, subject = _subject(kind, number)
    form = DrawForm()
    form.fields.choices = field_choices()
    try:
        if form.validate():
            services.convene(
                current_actor(), subject, form.fields.data or [], form.seats.data or 0, form.reserves.data or 0
            )
            flash(_("评审组已抽取，抽中的专家会收到邀请。"))
            return redirect(url_for("panels.show", kind=kind, number=number))
    except Invalid as error:
        form.refuse(error)
    return _page(found, subject, drawing_form=form)


def more(kind: str, number: str) -> ResponseReturnValue:
    """Draw further reserves."""
    found, subject = _subject(kind, number)
    panel = queries.panel_of(subject)
    form = MoreForm()
    if panel is None:
        raise NotFound
    try:
        if form.validate():
            count = services.draw_more(panel, current_actor(), form.reserves.data or 0)
            flash(_("已补抽 %(count)d 位专家。", count=count))
            return redirect(href(panel))
    except Invalid as error:
        form.refuse(error)
    return _page(found, subject, more_form=form)


def waive(kind: str, number: str, key: int) -> ResponseReturnValue:
    """A second official waives what stands against an expert."""
    _found, subject = _subject(kind, number)
    panel = queries.panel_of(subject)
    one = next((each for each in panel.assignments if each.id == key), None) if panel is not None else None
    if panel is None or one is None:
        raise NotFound
    form = ReasonForm()
    form.validate()
    services.waive(one, current_actor(), form.reason.data or "", seen_version())
    flash(_("已豁免，理由记入评审组记录。"))
    return redirect(href(panel))


def record(key: int) -> ResponseReturnValue:
    """The record of a draw as a file whose SHA-256 is in history."""
    found = queries.draw_by_key(key)
    if not runs(current_actor(), found.panel):
        raise NotFound
    name = f"draw-{found.panel.about_number}-{found.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(drawing.text_of(found.record), mimetype="application/json", headers=headers)


def _panel_by_key(number: str, actor: Actor) -> Panel:
    panel = queries.panel_by_key(number)
    if not runs(actor, panel):
        raise NotFound
    return panel


def _take(panel: Panel, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_step(panel, step.name, actor, reason, seen)
