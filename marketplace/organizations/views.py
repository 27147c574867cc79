"""Pages of organizations: found, show, change, propose a new identity, decide on subsidiaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, flash, g, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.accounts.queries import people as people_by_id
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.organizations import forms, proposals, queries, services, tree
from marketplace.organizations.lifecycle import ORGANIZATION, PARENT, PROPOSAL
from marketplace.organizations.marks import mark_line, valid_marks
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.organizations.policy import (
    can_change_identity,
    can_edit,
    can_propose,
    can_see_contact,
    can_see_history,
    can_see_licence,
    can_view,
)
from marketplace.organizations.services import prepare_licence
from marketplace.organizations.wording import compared
from marketplace.posts.queries import signatures
from marketplace.reference import catalogue, regions
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.plate import Duty, Named, Waiting
from marketplace.web.ready import ready_for_visitors
from marketplace.web.request import own_transaction, takes_files

# How history names what no step of the life cycle did.
DONE = {
    "found": Text("登记单位", "Registered"),
    "edit": Text("修改单位信息", "Changed its details"),
    "reload": Text("更新公开资料", "Updated from public material"),
    "change_identity": Text("身份信息变更生效", "The new identity took effect"),
    "take_over": Text("由本单位人员认领", "Taken over by a person of it"),
    "join": Text("增加成员", "A member joined"),
    "role": Text("改变成员身份", "Changed a member's role"),
    "hand_over": Text("移交单位", "Handed the organization over"),
    "remove": Text("移出成员", "Removed a member"),
    "leave": Text("成员退出", "A member left"),
    **{step.name: step.told for step in PARENT.steps},
}


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    both = ["GET", "POST"]
    pages = Blueprint("organizations", __name__, url_prefix="/organizations")
    pages.add_url_rule("/new", "new", signed_in(new), methods=both)
    pages.add_url_rule("/<number>", "show", ready_for_visitors(show))
    pages.add_url_rule("/<number>/edit", "edit", signed_in(edit), methods=both)
    # An uploaded licence is checked before the transaction begins, because that is slow.
    pages.add_url_rule("/<number>/papers", "papers", takes_files(own_transaction(signed_in(papers))), methods=both)
    by_number = queries.organization_by_number
    add_actions(pages, ActionRoute(ORGANIZATION, by_number, _take, href))
    add_actions(pages, ActionRoute(PROPOSAL, by_number, _take_proposal, href, "identity"))
    add_actions(pages, ActionRoute(PARENT, tree.linked_by_number, _take_parent, _after_link, "parent"))
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


def papers(number: str) -> ResponseReturnValue:
    """Licence and marks; of a verified organization also the identity, as a proposal that is verified anew."""
    actor = current_actor()
    organization = queries.organization_by_number(number, actor)
    if not can_edit(actor, organization):
        raise NotFound
    direct, proposal = can_change_identity(actor, organization), queries.open_proposal(organization)
    if not direct and not can_propose(actor, organization):
        raise _papers_closed(organization)
    values = proposal.content if proposal else proposals.present(organization)
    form = forms.PapersForm(data=forms.as_typed(values))
    if direct:
        form.without(services.IDENTITY)
    if request.method == "POST" and "add" in request.form:
        form.add_row()
    elif form.validate_on_submit():
        try:
            _save_papers(organization, form, dict(values), actor, direct=direct)
        except (Invalid, FieldError) as error:
            form.refuse(error if isinstance(error, Invalid) else [error])
        else:
            flash(_("已保存。") if direct else _("变更已提交；核验通过之前，公众仍看到原来的信息。"))
            return redirect(href(organization))
    elif request.method == "GET":
        form.add_row()
    seen = organization.version if direct else proposal.version if proposal else 0
    return form_page(
        "organizations/papers.html", form, organization=organization, direct=direct, proposal=proposal,
        version=request.form.get("version", seen), licence=licence_of(values["licence_id"]),
    )  # fmt: skip


def _papers_closed(organization: Organization) -> Refused:
    state = ORGANIZATION.mark(organization.state).label
    return Refused(
        Text("核验中和暂停的单位不改执照与资质", "Licence and marks stay while it is being verified or suspended"),
        Text("单位现在是“%(state)s”", "The organization is now “%(state)s”") % {"state": state},
        Text("请等经办人决定后再改", "Wait for the official's decision"),
    )


def _save_papers(
    organization: Organization, form: forms.PapersForm, values: dict[str, Any], actor: Actor, *, direct: bool
) -> None:
    upload = form.licence.data
    prepared = prepare_licence(upload.stream, upload.filename) if upload else None
    with transaction():
        values |= form.values()
        if prepared is not None:
            values["licence_id"] = services.keep_licence(organization, prepared, actor)
        if direct:
            kept = {key: values[key] for key in ("marks", "licence_id")}
            services.change_organization(organization, kept, actor, seen_version())
        else:
            proposals.propose(organization, values, actor, seen_version())


def show(number: str) -> ResponseReturnValue:
    """The page of an organization, with what each reader may see of it."""
    actor = current_actor()
    organization = queries.organization_by_number(number, actor)
    panels = [panel(organization, actor) for panel in current_app.extensions.get("organization_panels", [])]
    member = can_edit(actor, organization)
    return render_template(
        "organizations/show.html", organization=organization, kind=OrganizationKind(organization.kind).label,
        place=place_of(organization), segments=[catalogue.segment(code).label for code in organization.segments],
        marks=[mark_line(mark) for mark in valid_marks(organization.marks)],
        mark=ORGANIZATION.mark(organization.state),
        about=Text(organization.about, organization.about_en or organization.about),
        offers=offers(ORGANIZATION, organization), panels=[panel for panel in panels if panel], can_edit=member,
        sees_contact=can_see_contact(actor, organization), line=_line(organization, actor),
        licence=licence_of(organization.licence_id) if can_see_licence(actor, organization) else None,
        change=_change(organization) if member else None,
        history=history_lines(organization, actor) if can_see_history(actor, organization) else None,
    )  # fmt: skip


def _line(organization: Organization, actor: Actor) -> dict[str, Any]:
    """Parent and subsidiaries as the reader may see them, those who ask to be one, and what he may do to his link."""
    parent = organization.parent
    shown = parent is not None and can_view(actor, parent)
    counts = organization.parent_state == "accepted" or can_edit(actor, organization)
    return {
        "parent": parent if shown and counts else None,
        "mark": PARENT.mark(organization.parent_state) if organization.parent_state == "asked" else None,
        "offers": list(offers(PARENT, organization)),
        "children": tree.children(organization, actor),
        "asking": [(each, list(offers(PARENT, each))) for each in tree.asking(actor, organization)],
    }


def _change(organization: Organization) -> dict[str, Any] | None:
    """The open proposal for members: how it stands, what the official wrote, and what they may do."""
    proposal = queries.open_proposal(organization)
    if proposal is None:
        return None
    mark, steps = PROPOSAL.mark(proposal.state), list(offers(PROPOSAL, proposal))
    return {
        "proposal": proposal,
        "mark": mark,
        "offers": steps,
        "shown": compared(proposals.changes(organization, proposal)),
    }


def licence_of(file_id: int | None) -> dict[str, str] | None:
    """A licence as ``file_list`` draws it."""
    file = db.session.get(StoredFile, file_id) if file_id else None
    if file is None:
        return None
    kind = file.name.rpartition(".")[2].upper()
    size = f"{max(1, file.size // 1024)} KB"
    return {
        "href": url_for("files.show", file_id=file.id, name=file.name),
        "title": file.name,
        "kind": kind,
        "size": size,
    }


def _take(organization: Organization, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_organization_step(organization, step.name, actor, reason, seen)


def _take_proposal(organization: Organization, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    proposal = queries.open_proposal(organization)
    place = proposal.region if proposal else organization.region
    if not can_edit(actor, organization) and actor.post_for("verify", place) is None:
        raise NotFound  # whether a change is open is for members and those in charge
    proposals.take_proposal_step(organization, step.name, actor, reason, seen)


def _take_parent(organization: Organization, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    g.parent_number = organization.parent.number if organization.parent else organization.number
    tree.take_parent_step(organization, step.name, actor, reason, seen)
    forget_actor()


def _after_link(organization: Organization) -> str:
    """Back to where the button stood: a member of the subsidiary to it, else to the parent."""
    own = current_actor().belongs_to(organization.id)
    return url_for("organizations.show", number=organization.number if own else g.parent_number)


def place_of(organization: Organization) -> Text:
    """Where it is: city and county of Anhui, or the place it gave."""
    if organization.region:
        return regions.full_name(organization.region)
    return Text(organization.place, organization.place_en or organization.place)


def history_lines(organization: Organization, actor: Actor) -> list[dict[str, Any]]:
    """History for the macro ``log``, newest first: members by name, officials by their post, never by name."""
    entries = queries.history_of(organization)
    people = people_by_id([entry.actor_id for entry in entries if entry.actor_id])
    signed = signatures(entries, named=actor.post_for("verify", organization.region) is not None)
    lines = []
    for entry in entries:
        act = _act(entry)
        who = signed.get(entry.id) or Text("系统", "System")
        if not entry.post_id and entry.actor_id in people:
            who = Text(people[entry.actor_id].name, people[entry.actor_id].name)
        text = entry.told(act)
        lines.append({"at": entry.at, "text": text, "who": who})
    return lines


def _act(entry: ledger.LedgerEntry) -> Text:
    table = PROPOSAL if entry.subject_type == "proposal" else ORGANIZATION
    step = table.by_name.get(entry.action)
    return step.told if step else DONE[entry.action]


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
    """What waits for members: organizations to submit or to correct, and for owners subsidiaries to accept."""
    found = []
    for each in queries.unfinished(actor):
        proposal = each.open_proposal
        returned = each.state == "returned" or proposal is not None
        verb = Text("补正", "Correct") if returned else Text("提交核验", "Submit")
        link = url_for("organizations.papers", number=each.number) if proposal else href(each)
        found.append(_duty(each, verb, VERIFYING, proposal.created_at if proposal else each.updated_at, link))
    for each in tree.asking(actor):
        why = Text("说自己是您单位的下属单位", "Says that it is a subsidiary of yours")
        link = url_for("organizations.show", number=each.parent.number) if each.parent else ""
        found.append(_duty(each, Text("确认", "Confirm"), why, each.updated_at, link))
    return found


VERIFYING = Text("单位核验", "Verification of an organization")


def _duty(organization: Organization, verb: Text, why: Text, since: Any, link: str) -> Duty:
    return Duty(verb=verb, title=organization.label.say(current_language()), href=link, why=why, since=since)


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


def proposal_rows(ids: Sequence[int]) -> list[Waiting]:
    """New identities to verify, for the queue of an official."""
    return [
        Waiting(
            key=each.id, title=each.organization.label, number=each.organization.number, what=PROPOSAL.label,
            organization=each.organization.label, at=each.submitted_at,
            href=url_for("review.verify", number=each.organization.number),
        )
        for each in queries.proposals_with(ids)
    ]  # fmt: skip


def account_panel(user: User, actor: Actor) -> Markup:
    """A person's organizations, for the page of his account."""
    draw = get_template_attribute("organizations/account_panel.html", "account_panel")
    return Markup(draw(queries.my_organizations(actor), ORGANIZATION.mark))
