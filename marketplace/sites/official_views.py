"""Pages of those who decide: the city's advice, evaluation, visits, sheets, notice, designation, supervision."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.notices import queries as notices
from marketplace.notices.lifecycle import NOTICE
from marketplace.panels import queries as panels
from marketplace.settings.queries import value
from marketplace.sites import conditions, deciding, queries, running, services, showing, uploads, wording
from marketplace.sites.content import LABELS
from marketplace.sites.figures import CRITERIA, PASS_MARKS, RECTIFY_MONTHS
from marketplace.sites.forms import AdviceForm, DecisionForm, LevelForm, SuperviseForm, VisitForm, sheet_form, weights
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import (
    DUTY,
    can_decide,
    can_recommend,
    concerned,
    is_in_force,
)
from marketplace.sites.precheck import points
from marketplace.web.actions import seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _

decide = deciding.decide
SUPERVISION = ("recheck", "renew", "rectify", "warn", "keep", "revoke")


def add_pages(pages: Blueprint) -> None:
    """Add these pages to the blueprint of sites."""
    both = ["GET", "POST"]
    for path, endpoint, view in (
        ("advice", "advise", advise), ("evaluation", "evaluate", evaluate), ("visits/new", "visit", visit),
        ("sheet", "sheet", sheet), ("announce", "announce", announce), ("designate", "designate", designate),
        ("supervision", "supervise", supervise), ("level", "level", level),
    ):  # fmt: skip
        pages.add_url_rule(f"/<number>/{path}", endpoint, signed_in(view), methods=both)


def barred(actor: Actor, site: Site) -> Refused | None:
    """Why an official in charge does not decide on this one: it is his own organization's, or in its line."""
    if site.turn not in services.FOR_OFFICIALS or can_recommend(actor, site) or can_decide(actor, site):
        return None
    mine = [post for post in actor.posts if DUTY in post.duties and concerned(site) & post.barred]
    if not mine or actor.post_for(DUTY, site.region) is None:
        return None
    return Refused(
        Text("不办理本单位及其上下级单位的申报", "Nobody decides on what concerns his own organization or its line"),
        Text("这项申报涉及您所在的单位", "This application concerns an organization of yours"),
        Text("请由本岗位的其他同事办理，或委托同事", "A colleague of the post decides on it"),
    )


def notices_of(site: Site) -> list[tuple[Any, Any]]:
    """The notices about a site with their marks, the newest first."""
    return [(each, NOTICE.mark(each.state)) for each in notices.about("site", site.id)]


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("sites.show", number=number))


def _for_decision(number: str, *states: str) -> Site:
    """The site, when the actor decides on it in the name of the province; raises NotFound."""
    site = queries.site_by_number(number, current_actor())
    if not can_decide(current_actor(), site) or site.state not in states:
        raise NotFound
    return site


# ---- the city ----


def advise(number: str) -> ResponseReturnValue:
    """Recommend or return, with what was filed before one's eyes."""
    actor = current_actor()
    site = queries.site_by_number(number, actor)
    if not can_recommend(actor, site) or site.state != "submitted":
        raise NotFound
    form = AdviceForm(data={"version": site.version})
    if form.validate_on_submit():
        services.advise(site, form.decision.data, actor, form.reason.data or "", seen_version())
        flash(_("已办理，申报单位会收到通知。"))
        return _back(number)
    return form_page("sites/advise.html", form, site=site, **_filed(site))


def _filed(site: Site) -> dict[str, Any]:
    """What was filed, as those who decide read it."""
    content = wording.shown_content(site, own=False)
    return {
        "content": content, "parts": wording.parts(content, inside=True), "points": points(site),
        "files": showing.files(content["files"]), "pictures": showing.pictures(content, site.label), "labels": LABELS,
    }  # fmt: skip


# ---- the province: evaluation ----


def evaluate(number: str) -> ResponseReturnValue:
    """The evaluation at a glance: sheets, visits, what stands in the way; and the decision against it."""
    site = _for_decision(number, "recommended", "under_evaluation")
    steps = {key: SITE.by_name[key].label for key in ("send_back", "refuse") if site.state in SITE.by_name[key].sources}
    form = DecisionForm(steps, data={"version": site.version})
    if form.validate_on_submit():
        deciding.decide(site, form.decision.data, current_actor(), form.reason.data or "", seen_version())
        flash(_("已办理，申报单位会收到通知。"))
        return _back(number)
    sheets = queries.sheets(site)
    totals = [each.total for each in sheets if each.total is not None]
    return form_page(
        "sites/evaluate.html", form, site=site, sheets=sheets, criteria=CRITERIA,
        weights=weights(), average=sum(totals) / len(totals) if totals else None, handed=len(totals),
        passing=value(PASS_MARKS), visits=showing.visits(site),
        refusal=conditions.passed(site) if site.state == "under_evaluation" else None,
        panel=panels.panel_of(site), **_filed(site),
    )  # fmt: skip


def visit(number: str) -> ResponseReturnValue:
    """Record a visit."""
    site = _for_decision(number, "under_evaluation", "designated", "rechecked", "rectifying", "warned")
    form = VisitForm()
    if form.validate_on_submit():
        files = uploads.prepared(form, "files")
        if not form.errors:
            try:
                deciding.record_visit(site, form.visit(), files, current_actor())
            except Invalid as error:
                form.refuse(error)
            else:
                flash(_("现场查看已登记。"))
                page = "sites.evaluate" if site.state == "under_evaluation" else "sites.supervise"
                return redirect(url_for(page, number=number))
    return form_page("sites/visit.html", form, site=site, today=clock.today())


def sheet(number: str) -> ResponseReturnValue:
    """An expert's own sheet: saved as often as he likes, handed in once."""
    actor = current_actor()
    site = queries.site_by_number(number, actor)
    own = queries.sheet_of(site, actor)
    if own is None:
        raise NotFound
    form = sheet_form(own.marks, own.opinion)
    if request.method == "POST" and own.submitted_at is None and form.validate():
        marks = form.read()
        if not form.errors:
            deciding.save_sheet(own, marks, form.opinion.data or "", actor)
            try:
                if request.form.get("go") == "hand_in":
                    deciding.hand_in(own, actor)
            except Invalid as error:
                form.refuse(error)
            else:
                flash(_("评审表已提交。") if own.submitted_at else _("已保存，还没有提交。"))
                return redirect(url_for("sites.sheet", number=number))
    return form_page(
        "sites/sheet.html", form, site=site, sheet=own, criteria=CRITERIA, weights=weights(), **_filed(site),
    )  # fmt: skip


def announce(number: str) -> ResponseReturnValue:
    """The confirmation before a public notice."""
    site = _for_decision(number, "under_evaluation")
    if request.method == "POST":
        notice = deciding.announce(site, current_actor(), seen_version())
        flash(_("公示已发布。"))
        return redirect(url_for("notices.show", number=notice.number))
    return render_template(
        "sites/confirm.html", site=site, step=SITE.by_name["announce"], refusal=conditions.passed(site),
        title=wording.notice_title(site),
    )  # fmt: skip


def designate(number: str) -> ResponseReturnValue:
    """The confirmation before a plate is given."""
    site = _for_decision(number, "notice")
    if request.method == "POST":
        plate = deciding.designate(site, current_actor(), seen_version())
        flash(_("已命名，牌号 %(plate)s。", plate=plate))
        return _back(number)
    return render_template(
        "sites/confirm.html", site=site, step=SITE.by_name["designate"], refusal=conditions.notice_stands(site),
        title=site.label,
    )  # fmt: skip


# ---- the province: after the designation ----


def supervise(number: str) -> ResponseReturnValue:
    """What its operator stated, what was seen, and what becomes of it."""
    site = _for_decision(number, "designated", "rechecked", "rectifying", "warned")
    if not is_in_force(site):
        raise NotFound
    known = [SITE.by_name[key] for key in SUPERVISION if site.state in SITE.by_name[key].sources]
    closed = [(each, refusal) for each in known if each.guard and (refusal := each.guard(site)) is not None]
    shut = {each.name for each, _refusal in closed}
    form = SuperviseForm(
        {each.name: each.label for each in known if each.name not in shut},
        [each.name for each in known if each.asks_reason], data={"version": site.version},
    )  # fmt: skip
    if form.validate_on_submit():
        until = date.fromisoformat(form.until.data) if form.until.data else None
        try:
            running.supervise(
                site, form.decision.data, current_actor(), form.reason.data or "", seen_version(), until=until
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已办理，运营单位会收到通知。"))
            return _back(number)
    return form_page(
        "sites/supervise.html", form, site=site, closed=closed, statements=showing.statements(site, inside=True),
        visits=showing.visits(site), months=value(RECTIFY_MONTHS),
    )  # fmt: skip


def level(number: str) -> ResponseReturnValue:
    """Mark a site as one of the province or the nation, on the document that says so."""
    site = _for_decision(number, "designated", "rechecked", "rectifying", "warned")
    if not is_in_force(site):
        raise NotFound
    form = LevelForm(data={"version": site.version, "level": site.level, **site.level_basis})
    if form.validate_on_submit():
        running.set_level(site, form.level.data or "", form.basis(), current_actor(), seen_version())
        flash(_("级别已标注。"))
        return _back(number)
    return form_page("sites/level.html", form, site=site)
