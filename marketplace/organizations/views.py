"""Pages of organizations: found, show, change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.accounts.queries import people as people_by_id
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.organizations import forms, queries, services
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.organizations.policy import can_change_identity, can_edit, can_see_contact, can_see_history, can_view
from marketplace.posts.queries import posts_by_id
from marketplace.reference import catalogue, regions
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.plate import Duty, Named, Waiting
from marketplace.web.ready import ready_for_visitors

# How history names what no step of the life cycle did.
DONE = {
    "found": Text("登记单位", "Founded"),
    "edit": Text("修改单位信息", "Changed its details"),
    "reload": Text("更新公开资料", "Updated from public material"),
}


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    both = ["GET", "POST"]
    pages = Blueprint("organizations", __name__, url_prefix="/organizations")
    pages.add_url_rule("/new", "new", signed_in(new), methods=both)
    pages.add_url_rule("/<number>", "show", ready_for_visitors(show))
    pages.add_url_rule("/<number>/edit", "edit", signed_in(edit), methods=both)
    add_actions(pages, ActionRoute(ORGANIZATION, queries.organization_by_number, _take, href))
    return pages


def href(organization: Organization) -> str:
    """The page of an organization."""
    return url_for("organizations.show", number=organization.number)


def new() -> ResponseReturnValue:
    """Found an organization; who founds it is its owner."""
    form = forms.FoundForm()
    if form.validate_on_submit():
        try:
            organization = services.found_organization(form.values(), current_actor())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("单位已登记。补全信息后提交核验，属地工信部门会办理。"))
            return redirect(href(organization))
    return form_page("organizations/new.html", form)


def edit(number: str) -> ResponseReturnValue:
    """Change an organization's details; its identity only as long as nobody has vouched for it."""
    actor = current_actor()
    organization = queries.organization_by_number(number, actor)
    if not can_edit(actor, organization):
        raise NotFound
    form = forms.OrganizationForm(data=forms.written(organization))
    fixed = not can_change_identity(actor, organization)
    if fixed:
        form.without(services.IDENTITY)
    if form.validate_on_submit():
        try:
            values = form.values() | {"parent_id": services.parent_named(form.data["parent"], actor)}
            services.change_organization(organization, values, actor, seen_version())
        except (Invalid, FieldError) as error:
            form.refuse(error if isinstance(error, Invalid) else [error])
        else:
            flash(_("已保存。"))
            return redirect(href(organization))
    # A refused form keeps the version it was drawn from, so that somebody else's change is still noticed.
    version = request.form.get("version", organization.version)
    return form_page(
        "organizations/edit.html", form, organization=organization, fixed=fixed, version=version,
        kind=OrganizationKind(organization.kind).label, place=place_of(organization),
    )  # fmt: skip


def show(number: str) -> ResponseReturnValue:
    """The page of an organization, with what each reader may see of it."""
    actor = current_actor()
    organization = queries.organization_by_number(number, actor)
    panels = [panel(organization, actor) for panel in current_app.extensions.get("organization_panels", [])]
    member = can_edit(actor, organization)
    parent = organization.parent if organization.parent and can_view(actor, organization.parent) else None
    return render_template(
        "organizations/show.html", organization=organization, kind=OrganizationKind(organization.kind).label,
        place=place_of(organization), segments=[catalogue.segment(code).label for code in organization.segments],
        marks=[_mark(code) for code in organization.marks], mark=ORGANIZATION.mark(organization.state),
        about=Text(organization.about, organization.about_en or organization.about),
        offers=offers(ORGANIZATION, organization), panels=[panel for panel in panels if panel],
        members=queries.members_of(organization) if member else (), can_edit=member,
        parent=parent, sees_contact=can_see_contact(actor, organization),
        history=history_lines(organization) if can_see_history(actor, organization) else None,
    )  # fmt: skip


def _take(organization: Organization, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_organization_step(organization, step.name, actor, reason, seen)


def _mark(code: str) -> Text:
    known = {mark.code: mark.label for mark in catalogue.marks()}
    return known.get(code, Text(code, code))


def place_of(organization: Organization) -> Text:
    """Where it is: city and county of Anhui, or the place it gave."""
    if organization.region:
        return regions.full_name(organization.region)
    return Text(organization.place, organization.place_en or organization.place)


def history_lines(organization: Organization) -> list[dict[str, Any]]:
    """History for the macro ``log``, newest first: members by name, officials by their post, never by name."""
    entries = ledger.history(organization)
    people = people_by_id([entry.actor_id for entry in entries if entry.actor_id])
    posts = posts_by_id([entry.post_id for entry in entries if entry.post_id])
    lines = []
    for entry in reversed(entries):
        step = ORGANIZATION.by_name.get(entry.action)
        act = step.label if step else DONE[entry.action]
        who = Text("系统", "System")
        if entry.post_id in posts:
            who = posts[entry.post_id].label
        elif entry.actor_id in people:
            who = Text(people[entry.actor_id].name, people[entry.actor_id].name)
        text = Text(f"{act.zh}：{entry.reason}", f"{act.en}: {entry.reason}") if entry.reason else act
        lines.append({"at": entry.at, "text": text, "who": who})
    return lines


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Organizations as the logs of administrators name them."""
    return {
        key: Named(f"{number} {name}", url_for("organizations.show", number=number))
        for key, number, name in queries.numbers_and_names(ids)
    }


def cards(ids: Sequence[int], actor: Actor) -> Sequence[Mapping[str, Any]]:
    """Organizations for the macro ``hit_organization``, in the order given; what the actor may not see is left out."""
    return [_card(organization) for organization in queries.organizations_by_id(ids, actor)]


def _standing(organization: Organization) -> tuple[Text, str, str]:
    """Its state; one that was only compiled from public material was verified by nobody."""
    if organization.compiled:
        return Text("公开资料整理", "Compiled from public material"), "", "info-circle"
    mark = ORGANIZATION.mark(organization.state)
    return mark.label, mark.tone, mark.sign


def _card(organization: Organization) -> Mapping[str, Any]:
    mark = ORGANIZATION.mark(organization.state)
    return {
        "id": organization.id,
        "href": href(organization),
        "title": organization.label,
        "tags": [(OrganizationKind(organization.kind).label, "", ""), _standing(organization)],
        "meta": [place_of(organization), *(catalogue.segment(code).label for code in organization.segments)],
        "number": organization.number,
        "text": Text(organization.about, organization.about_en or organization.about),
        "updated": organization.updated_at,
        "state": mark,
        "foot": "",
        "demo": organization.demo,
    }


def duties(actor: Actor) -> list[Duty]:
    """What waits for members: organizations to submit or to correct."""
    return [
        Duty(
            verb=Text("补正", "Correct") if each.state == "returned" else Text("提交核验", "Submit"),
            title=each.label.say(current_language()), href=href(each), since=each.updated_at,
            why=Text("单位核验", "Verification of an organization"),
        )
        for each in queries.unfinished(actor)
    ]  # fmt: skip


def waiting_rows(ids: Sequence[int]) -> list[Waiting]:
    """Organizations to verify, for the queue of an official."""
    what = Text("单位核验", "Verification")
    return [
        Waiting(
            key=each.id, title=each.label, number=each.number, what=what, organization=each.label,
            at=each.submitted_at, href=url_for("review.verify", number=each.number),
        )
        for each in queries.organizations_with(ids)
    ]  # fmt: skip


def account_panel(user: User, actor: Actor) -> Markup:
    """A person's organizations, for the page of his account."""
    draw = get_template_attribute("organizations/account_panel.html", "account_panel")
    return Markup(draw(queries.my_organizations(actor), ORGANIZATION.mark))
