"""Pages of sites: the public register and its twins, one site, its plate, and what the applicant writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import once
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import my_organizations, organization_by_number
from marketplace.reference import regions
from marketplace.sites import (
    items,
    official_views,
    queries,
    register,
    running,
    services,
    showing,
    statement_views,
    uploads,
    wording,
)
from marketplace.sites.content import KIND_HINTS, KINDS, LABELS, LEVELS
from marketplace.sites.forms import ApplicationForm, BeginForm
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import (
    WRITABLE,
    can_apply,
    can_decide,
    can_recommend,
    can_view_inside,
    is_in_force,
    operates,
    owns,
)
from marketplace.sites.precheck import points
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.feed import AT_MOST, Entry, atom
from marketplace.web.forms import form_name, form_page, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import address, paginate
from marketplace.web.rows import change_rows
from marketplace.web.twins import NAMES, asked_status

MOST_IN_FILE = 20_000


def blueprints() -> tuple[Blueprint, Blueprint, Blueprint]:
    """The blueprints, made anew for each app; the other modules add their pages to the first."""
    both = ["GET", "POST"]
    pages = Blueprint("sites", __name__, url_prefix="/sites")
    pages.add_url_rule("", "table", table)
    pages.add_url_rule("/feed.xml", "feed", feed)
    pages.add_url_rule("/ended", "ended", ended)
    pages.add_url_rule("/mine", "mine", signed_in(mine))
    pages.add_url_rule("/new", "new", signed_in(new), methods=both)
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>/filed.json", "filed", filed)
    pages.add_url_rule("/<number>/edit", "edit", signed_in(edit), methods=both)
    add_actions(pages, ActionRoute(SITE, queries.site_by_number, _take, href))
    official_views.add_pages(pages)
    statement_views.add_pages(pages)
    plates = Blueprint("plates", __name__, url_prefix="/plates")
    plates.add_url_rule("/<plate>", "show", plate)
    plates.add_url_rule("/<plate>/code.svg", "code", code)
    files = Blueprint("site_list", __name__)
    files.add_url_rule("/sites.<any(csv, xlsx, json):ending>", "twin", twin)
    return pages, plates, files


def href(site: Site) -> str:
    """The page of a site."""
    return url_for("sites.show", number=site.number)


def _take(site: Site, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    if step.name in ("evaluate", "reopen"):
        official_views.decide(site, step.name, actor, reason, seen)
    else:
        services.take_step(site, step.name, actor, reason, seen)


# ---- what everybody reads ----


def table() -> ResponseReturnValue:
    """The register of what is in force: list, counts and map of the same question."""
    asked = register.question()
    seen = register.counts(asked)
    return render_template(
        "sites/table.html", page=paginate(register.rows(asked)), asked=asked, facets=register.facets(asked, seen),
        chips=register.chips(asked, seen), mark=wording.mark, domain=wording.domain, map=showing.the_map(asked, seen),
        kinds=KINDS, levels=LEVELS, place=regions.full_name, counts=seen.by_facet["kind"], gone=queries.gone_count(),
        sorts=[(label, address(sort=key, page=None), asked.sort == key) for key, label in register.SORTS.items()],
        downloads=[
            (name, _twin_address(ending)) for name, ending in NAMES
        ],
    )  # fmt: skip


def _twin_address(ending: str) -> str:
    asked: dict[str, Any] = request.args.to_dict(flat=False)
    return url_for(
        "site_list.twin", ending=ending, **{key: asked[key] for key in (*register.FACETS, "q") if key in asked}
    )


def ended() -> ResponseReturnValue:
    """What had a plate and has it no more, with the reason: numbers are never given out again."""
    return render_template(
        "sites/ended.html", page=paginate(register.gone()), mark=wording.mark, kinds=KINDS, place=regions.full_name,
    )  # fmt: skip


def twin(ending: str) -> Response:
    """The same list as a file, with the conditions of its address."""
    found = db.session.scalars(register.rows(register.question()).limit(MOST_IN_FILE)).all()
    return items.answer(found, ending)


def feed() -> Response:
    """The sites designated last, for feed readers."""
    language = current_language()
    found = db.session.scalars(register.rows(register.Question({})).limit(AT_MOST)).all()
    return atom(
        _("示范应用名录"), url_for("sites.feed"), url_for("sites.table"),
        [
            Entry(href(each), each.label.say(language), items.day_starts(each.designated_on), each.updated_at,
                  each.organization.label.say(language))
            for each in found if each.designated_on is not None
        ],
    )  # fmt: skip


def show(number: str) -> ResponseReturnValue:
    """A site: what it is, what it stands on, what became of it, and what the reader may do."""
    actor = current_actor()
    site = queries.site_by_number(number, actor)
    own, runs, inside = owns(actor, site), operates(actor, site), can_view_inside(actor, site)
    content = wording.shown_content(site, own=own)
    return render_template(
        "sites/show.html", site=site, content=content, mark=wording.mark(site), own=own, inside=inside,
        history=showing.history(site, actor), kind=KINDS[site.kind],
        level=LEVELS[site.level] if site.level else None, place=regions.full_name(site.region),
        domain=wording.domain(site), parts=wording.parts(content, inside=inside), labels=LABELS,
        pictures=showing.pictures(content, site.label), in_force=is_in_force(site),
        files=showing.files(content["files"]) if inside else [], visits=showing.visits(site) if inside else [],
        statements=showing.statements(site, inside=inside), offers=offers(SITE, site),
        recommends=can_recommend(actor, site), decides=can_decide(actor, site), sheet=queries.sheet_of(site, actor),
        writable=own and site.state in WRITABLE, points=points(site) if own and site.state in WRITABLE else [],
        open_statements=running.open_statements(site) if runs else [], runs=runs, stated=wording.STATEMENTS,
        notices=official_views.notices_of(site), refusal=official_views.barred(actor, site),
        organizations=[(each.role, each.organization) for each in site.parties],
    )  # fmt: skip


def filed(number: str) -> Response:
    """What was frozen at submission: these very bytes have the digest that the page shows."""
    actor = current_actor()
    site = queries.site_by_number(number, actor)
    if not can_view_inside(actor, site) or not site.filed_sha256:
        raise NotFound
    return Response(services.filed_text(site), content_type="application/json; charset=utf-8")


def plate(plate: str) -> ResponseReturnValue:
    """The page to which the code on a plate leads: what is designated, and whether it still is."""
    site = queries.site_by_plate(plate, current_actor())
    return render_template(
        "sites/plate.html", site=site, mark=wording.mark(site), in_force=is_in_force(site), kind=KINDS[site.kind],
        level=LEVELS[site.level] if site.level else None, place=regions.full_name(site.region),
        domain=wording.domain(site), code=showing.plate_code(site),
        address=items.address("plates.show", plate=site.plate),
    )  # fmt: skip


def code(plate: str) -> Response:
    """The code alone, for whoever makes the plate."""
    site = queries.site_by_plate(plate, current_actor())
    if not is_in_force(site):
        raise NotFound
    answer = Response(showing.plate_picture(site), content_type="image/svg+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{site.plate}.svg"'
    return answer


# ---- the applicant ----


def mine() -> ResponseReturnValue:
    """The sites that the reader deals with, by state."""
    actor, state = current_actor(), asked_status(SITE.states)
    return render_template(
        "sites/mine.html", page=paginate(queries.dealt_with(actor, state)), state=state, counts=queries.states(actor),
        states=SITE.states, mark=wording.mark, kinds=KINDS, place=regions.full_name, applies=bool(_applying(actor)),
    )  # fmt: skip


def _applying(actor: Actor) -> Sequence[Organization]:
    return [each for each in my_organizations(actor) if can_apply(actor, each)]


def new() -> ResponseReturnValue:
    """Begin an application: in whose name, what kind, on which verified pilots."""
    actor = current_actor()
    if request.method != "POST" and not form_name():
        return named_anew()
    begun = once.begun_with(form_name(), actor, "site")
    if begun is not None:
        return redirect(href(db.session.get_one(Site, begun)))
    own = _applying(actor)
    wanted = request.values.get("organization", "")
    usable = {each.id: queries.usable_pilots(each.id) for each in own}
    organization = next((each for each in own if each.number == wanted), None)
    if organization is None:
        organization = next((each for each in own if usable[each.id]), own[0] if own else None)
    pilots = usable[organization.id] if organization else []
    given = request.args.get("pilot", "")
    form = BeginForm(pilots, data={"pilots": [given] if given else []})
    if organization is not None and form.validate_on_submit():
        chosen = [each for each in pilots if each.number in (form.pilots.data or [])]
        made = services.create(organization, actor, form.kind.data, chosen, form_name())
        return redirect(url_for("sites.edit", number=made.number))
    return form_page(
        "sites/new.html", form, organization=organization, organizations=own, hints=KIND_HINTS, pilots=pilots,
    )  # fmt: skip


def edit(number: str) -> ResponseReturnValue:
    """The whole application on one page; rows come and go, files are checked before anything is written."""
    actor = current_actor()
    site = queries.own_site(number, actor)
    if site.state not in WRITABLE:
        return redirect(href(site))
    usable = {each.number: each for each in (*site.pilots, *queries.usable_pilots(site.organization_id))}
    form = ApplicationForm(site, list(usable.values()))
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        partners = _partners(form, actor)
        sent = {
            "pictures": uploads.prepared(form, "new_pictures"),
            "files": uploads.prepared(form, "new_files"),
        }
        if not form.errors:
            chosen = [usable[each] for each in form.pilots.data or []]
            try:
                services.save(
                    site, form.columns(), form.content(site.content), chosen, partners, actor, seen_version(), sent
                )
            except Invalid as error:
                form.refuse(error)
            else:
                flash(_("草稿已保存。"))
                return redirect(href(site) if request.form.get("go") == "check" else request.url)
    failed = request.method == "POST" and bool(form.errors)
    body = render_template(
        "sites/edit.html", form=form, site=site, version=request.form.get("version", site.version),
        pictures=showing.pictures(site.content, site.label), content=site.content,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def _partners(form: Any, actor: Actor) -> list[Organization]:
    """The organizations of the numbers typed; what is none is refused at the field."""
    found = []
    for number in re.split(r"[^A-Z0-9-]+", (form.partners.data or "").upper()):
        if not number:
            continue
        try:
            found.append(organization_by_number(number, actor))
        except NotFound:
            message = Text("没有编号为 %(number)s 的单位", "No organization has the number %(number)s")
            form.refuse([FieldError("partners", message % {"number": number[:20]})])
    return found
