"""Pages of people (sign in and out, register, confirm, my account) and of organizations (found, show, change)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from marketplace.accounts import forms, queries, services
from marketplace.accounts.lifecycle import ORGANIZATION
from marketplace.accounts.models import Organization, OrganizationKind, User, checked_registration
from marketplace.accounts.policy import can_change_identity, can_edit, can_see_contact, can_see_history, can_view
from marketplace.config import Config
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.reference import catalogue, regions
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.plate import Duty
from marketplace.web.ready import ready_for_visitors
from marketplace.web.request import own_transaction, redirect_target

HOME = "/workspace/"

# How history names what no step of the life cycle did.
DONE = {
    "found": Text("登记单位", "Founded"),
    "edit": Text("修改单位信息", "Changed its details"),
    "reload": Text("更新公开资料", "Updated from public material"),
}


def blueprints() -> tuple[Blueprint, Blueprint]:
    """The two blueprints, made anew for each app."""
    both = ["GET", "POST"]
    people = Blueprint("accounts", __name__)
    people.add_url_rule("/account/sign-in", "sign_in", sign_in, methods=both)
    people.add_url_rule("/account/sign-out", "sign_out", sign_out, methods=["POST"])
    people.add_url_rule("/account/register", "register", register, methods=both)
    people.add_url_rule("/account/registered", "registered", registered)
    people.add_url_rule("/account/confirm/<token>", "confirm", confirm, methods=both)
    people.add_url_rule("/account/", "me", signed_in(me), methods=both)
    organizations = Blueprint("organizations", __name__, url_prefix="/organizations")
    organizations.add_url_rule("/new", "new", signed_in(new), methods=both)
    organizations.add_url_rule("/<number>", "show", ready_for_visitors(show))
    organizations.add_url_rule("/<number>/edit", "edit", signed_in(edit), methods=both)
    add_actions(organizations, ActionRoute(ORGANIZATION, queries.organization_by_number, _take, href))
    return people, organizations


# ---- people ---------------------------------------------------------------------------------------------------------


@own_transaction
def sign_in() -> ResponseReturnValue:
    """Sign in. The password is compared before the transaction begins, because that is slow on purpose."""
    if current_actor().signed_in:
        return redirect(redirect_target(HOME))
    form = forms.SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    given = form.data
    user = queries.user_by_email(given["email"])
    if not services.password_matches(user, given["password"], cheap=_config().testing) or user is None:
        form.password.errors = [_("邮箱或密码不对")]
        return _sign_in_page(form)
    if not user.is_active:
        form.email.errors = [_inactive(user)]
        return _sign_in_page(form)
    with transaction():
        services.open_session(user, request.remote_addr or "", request.user_agent.string)
    target = redirect_target(HOME)
    session.clear()
    login_user(user)
    forget_actor()
    return redirect(target)


def _inactive(user: User) -> str:
    """Why somebody with the right password cannot come in; who is not confirmed gets a new link."""
    if user.disabled_at is not None:
        return _("这个账号已停用，请联系平台管理员")
    with transaction():
        services.send_confirmation(user)
    return _("这个邮箱还没有确认。确认邮件已重新发出，请打开其中的链接，然后登录")


def _sign_in_page(form: forms.SignInForm) -> ResponseReturnValue:
    users = queries.demo_users() if _config().demo else ()
    return _page("accounts/sign_in.html", form, demo_users=users)


def sign_out() -> ResponseReturnValue:
    """End this session; the cookie is worth nothing afterwards."""
    if current_user.is_authenticated:
        services.end_session(current_user._get_current_object())
        logout_user()
    session.clear()
    forget_actor()
    flash(_("已退出。"))
    return redirect("/")


@own_transaction
def register() -> ResponseReturnValue:
    """Register a person. Known and unknown addresses get the same answer in the same time."""
    if current_actor().signed_in:
        return redirect(url_for("accounts.me"))
    form = forms.RegisterForm()
    if not form.validate_on_submit():
        return _page("accounts/register.html", form)
    given = form.data
    try:
        address = checked_registration(given["email"], given["password"])
    except Invalid as error:
        form.refuse(error)
        return _page("accounts/register.html", form)
    password_hash = services.hash_password(given["password"], cheap=_config().testing)
    with transaction():
        services.register(address, given["name"], password_hash, current_language())
    return redirect(url_for("accounts.registered"))


def registered() -> ResponseReturnValue:
    """Check your mail."""
    config = _config()
    return render_template("accounts/registered.html", hours=services.CONFIRM_HOURS, console=config.demo)


def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address. Opening the link changes nothing, so that a mail scanner cannot use it up."""
    form = forms.ConfirmForm()
    try:
        user = services.user_of_confirmation(token, _config().secret_key)
        if form.validate_on_submit():
            services.confirm(token, _config().secret_key)
            flash(_("邮箱已确认，请登录。"))
            return redirect(url_for("accounts.sign_in"))
    except Refused as refused:
        return render_template("accounts/confirm_refused.html", refused=refused), HTTPStatus.FORBIDDEN
    return _page("accounts/confirm.html", form, user=user)


def me() -> ResponseReturnValue:
    """My account: name, language of mails, organizations and posts."""
    user: User = current_user._get_current_object()
    form = forms.AccountForm(data={"name": user.name, "language": user.language})
    if form.validate_on_submit():
        services.change_account(user, form.data["name"], form.data["language"])
        flash(_("已保存。"))
        return redirect(url_for("accounts.me"))
    return _page(
        "accounts/me.html", form, user=user, organizations=queries.my_organizations(current_actor()),
        posts=queries.posts_in_force(user), state_of=ORGANIZATION.mark, region_name=regions.name,
    )  # fmt: skip


# ---- organizations --------------------------------------------------------------------------------------------------


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
    return _page("accounts/organization_new.html", form)


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
    return _page(
        "accounts/organization_edit.html", form, organization=organization, fixed=fixed, version=version,
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
        "accounts/organization.html", organization=organization, kind=OrganizationKind(organization.kind).label,
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
    people = queries.people([entry.actor_id for entry in entries if entry.actor_id])
    posts = queries.posts_by_id([entry.post_id for entry in entries if entry.post_id])
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
    """What waits: organizations to verify for officials, to submit or correct for members."""
    found = [_duty(each, actor, Text("核验", "Verify"), each.submitted_at) for each in queries.to_verify(actor)]
    for organization in queries.unfinished(actor):
        returned = organization.state == "returned"
        verb = Text("补正", "Correct") if returned else Text("提交", "Submit")
        found.append(_duty(organization, actor, verb, organization.updated_at))
    return found


def _duty(organization: Organization, actor: Actor, verb: Text, since: Any) -> Duty:
    why = Text("单位核验", "Verification of an organization")
    return Duty(
        verb=verb, title=organization.label.say(current_language()), href=href(organization), why=why, since=since
    )


# ---- all pages ------------------------------------------------------------------------------------------------------


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config


def _page(template: str, form: forms.MarketplaceForm, **context: Any) -> ResponseReturnValue:
    """A page with a form; refused values answer 422."""
    failed = request.method == "POST" and bool(form.errors)
    body = render_template(template, form=form, **context)
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
