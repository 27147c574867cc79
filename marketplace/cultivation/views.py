"""Pages of the cultivation library: the list and its files, one need in it, what helped it, and its copies."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import NotFound
from marketplace.core.lifecycle import Step
from marketplace.cultivation import evidence, queries, services, showing
from marketplace.cultivation.forms import AdmitForm, CopyForm, ResourceForm
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import RESOURCES, TIERS, LibraryEntry
from marketplace.cultivation.policy import lists_resources, places
from marketplace.foundation import once
from marketplace.foundation.db import db
from marketplace.listings.queries import listing_by_number
from marketplace.pilots.report import VERDICTS
from marketplace.reference import catalogue, regions
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.web.actions import ActionRoute, add_actions, offers
from marketplace.web.forms import form_name, form_page, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.twins import NAMES, items_answer, table_answer

MOST_IN_FILE = 20_000


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    both, post = ["GET", "POST"], ["POST"]
    pages = Blueprint("cultivation", __name__, url_prefix="/library")
    pages.add_url_rule("", "table", table)
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>/admit", "admit", signed_in(admit), methods=post)
    pages.add_url_rule("/<number>/resources", "add_resource", signed_in(add_resource), methods=post)
    pages.add_url_rule("/<number>/resources/<key>/remove", "remove_resource", signed_in(remove_resource), methods=post)
    pages.add_url_rule("/<number>/copy", "copy", signed_in(copy), methods=both)
    add_actions(pages, ActionRoute(CULTIVATION, queries.entry_by_number, _take, href))
    return pages


def twins() -> Blueprint:
    """The list as files, under addresses beside it."""
    files = Blueprint("library_files", __name__)
    files.add_url_rule("/library.<any(csv, xlsx, json):ending>", "twin", twin)
    return files


def href(entry: LibraryEntry) -> str:
    """The page of a need in the library."""
    return url_for("cultivation.show", number=entry.scenario.number)


def _take(entry: LibraryEntry, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_step(entry, step, actor, reason, seen)


# ---- the list ----


def _asked() -> dict[str, str]:
    """The filters of the address.

    Raises:
        NotFound: one of them is nothing that there is.
    """
    known = {
        "tier": TIERS, "domain": [each.code for each in catalogue.domains()],
        "city": [each.code for each in regions.cities()],
    }  # fmt: skip
    asked = {key: request.args.get(key, "") for key in known}
    if any(value and value not in known[key] for key, value in asked.items()):
        raise NotFound
    return asked


def table() -> ResponseReturnValue:
    """The library by tier, domain and city."""
    actor, asked = current_actor(), _asked()
    narrowed: Any = {key: value or None for key, value in asked.items()}
    return render_template(
        "cultivation/table.html", page=paginate(queries.entries(actor, **asked)), asked=asked,
        counts=queries.counts(actor, asked["domain"], asked["city"]), mark=CULTIVATION.mark, place=showing.place,
        domains=[(each.code, each.label) for each in catalogue.domains()],
        cities=[(each.code, each.label) for each in regions.cities()], domain=showing.domain,
        downloads=[(name, url_for("library_files.twin", ending=ending, **narrowed)) for name, ending in NAMES],
    )  # fmt: skip


def twin(ending: str) -> ResponseReturnValue:
    """What the list shows to everybody, in one file."""
    found = db.session.scalars(queries.entries(VISITOR, **_asked()).limit(MOST_IN_FILE)).all()
    name = f"library-{clock.today().isoformat()}"
    if ending == "json":
        return items_answer(name, [showing.item(each) for each in found])
    language = current_language()
    header = [label.say(language) for label in showing.CELLS.values()]
    rows = (showing.cells(each, language) for each in found)
    return table_answer(name, ending, header, rows, _("场景培育库"))


# ---- one need ----


def show(number: str) -> ResponseReturnValue:
    """Where a need stands and on what it rests; who places needs sees it also before it is in the library."""
    return _page(number)


def _need(number: str) -> Scenario:
    found = listing_by_number(SCENARIO, number, current_actor())
    assert isinstance(found, Scenario)
    return found


def _page(number: str, resource: ResourceForm | None = None, admits: AdmitForm | None = None) -> ResponseReturnValue:
    actor, need = current_actor(), _need(number)
    entry = queries.entry_of(need)
    if (entry is None or entry.tier == "none") and not places(actor, need):
        raise NotFound
    given = [each for each in (resource, admits) if each is not None]
    inside = entry if entry is not None and entry.tier != "none" else None
    found, wanted = evidence.evidence_of(need), evidence.further_wanted()
    body = render_template(
        "cultivation/show.html", need=need, entry=inside, tier=inside.tier if inside else "none",
        mark=CULTIVATION.mark, tiers=TIERS, found=found, wanted=wanted,
        lapsed=evidence.lapsed(inside, found, wanted) if inside else None,
        place=showing.place(need), domain=showing.domain(need),
        offers=offers(CULTIVATION, inside) if inside else [],
        admits=None if inside else admits or AdmitForm(formdata=None),
        history=showing.history(entry) if entry else [], kinds=RESOURCES, lessons=evidence.lessons_of(need.id),
        verdicts=VERDICTS, copies=queries.copies_from([need.id], actor), where=showing.place,
        resource=resource or ResourceForm(formdata=None),
        listing=inside is not None and lists_resources(actor, inside),
        copying=inside is not None and inside.tier == "mature" and bool(queries.own_organizations(actor)),
        wrong=[each for form in given for each in form.problems()],
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if given else HTTPStatus.OK


def admit(number: str) -> ResponseReturnValue:
    """Take a need into the library."""
    need, form = _need(number), AdmitForm()
    if not places(current_actor(), need):
        raise NotFound
    if not form.validate():
        return _page(number, admits=form)
    entry = services.admit(need, current_actor(), form.reason.data or "")
    flash(_("已纳入培育库。"))
    return redirect(href(entry))


def add_resource(number: str) -> ResponseReturnValue:
    """List something that helped."""
    entry, form = queries.entry_by_number(number, current_actor()), ResourceForm()
    if not lists_resources(current_actor(), entry):
        raise NotFound
    if not form.validate():
        return _page(number, resource=form)
    services.add_resource(entry, form.content(), current_actor())
    flash(_("已列入。"))
    return redirect(href(entry) + "#resources")


def remove_resource(number: str, key: str) -> ResponseReturnValue:
    """Take something off that list."""
    entry = queries.entry_by_number(number, current_actor())
    wanted = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
    services.remove_resource(entry, wanted, current_actor())
    flash(_("已移除；留痕里保留。"))
    return redirect(href(entry) + "#resources")


def copy(number: str) -> ResponseReturnValue:
    """Copy a mature need for one's own organization."""
    actor, entry = current_actor(), queries.entry_by_number(number, current_actor())
    own = queries.own_organizations(actor)
    refusal = services.refusal_to_copy(entry, own[0] if own else None, actor)
    if refusal is not None:
        raise refusal
    form: Any = CopyForm().offer(own)
    if request.method != "POST" and not form_name():
        return named_anew()
    begun = once.begun_with(form_name(), actor, "scenario")
    if begun is not None:
        return redirect(url_for("scenarios.show", number=db.session.get_one(Scenario, begun).number))
    if form.validate_on_submit():
        organization = next(each for each in own if each.number == form.organization.data)
        made = services.copy_need(entry, organization, actor, form_name())
        flash(_("已建立草稿。请填写地点、预算和联系人，核对目标后送审。"))
        return redirect(url_for("scenarios.edit_step", number=made.number, step="where"))
    return form_page("cultivation/copy.html", form, entry=entry, lessons=evidence.lessons_of(entry.scenario_id))
