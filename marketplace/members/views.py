"""Pages of members: the list with requests and invitations, joining, and the link of an invitation."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.lifecycle import given_reason
from marketplace.members import forms, queries, refusals, services
from marketplace.members.lifecycle import INVITATION, REQUEST
from marketplace.members.models import ROLES, Invitation, JoinRequest
from marketplace.members.policy import can_change_role, can_manage, can_remove, can_see_members, is_invited, is_oneself
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.policy import can_view
from marketplace.organizations.queries import members_of, organization_by_number
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.forms import clean, form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.plate import Duty


def blueprints() -> tuple[Blueprint, Blueprint, Blueprint]:
    """The three blueprints, made anew for each app."""
    both = ["GET", "POST"]
    members = Blueprint("members", __name__, url_prefix="/organizations")
    members.add_url_rule("/join", "join", signed_in(join), methods=both)
    members.add_url_rule("/<number>/members", "show", signed_in(show), methods=both)
    members.add_url_rule("/<number>/members/<int:member_id>", "change", signed_in(change), methods=["POST"])
    requests = Blueprint("join_requests", __name__, url_prefix="/join-requests")
    add_actions(requests, ActionRoute(REQUEST, queries.request_by_key, _take_request, _after_request))
    invitations = Blueprint("invitations", __name__, url_prefix="/invitations")
    add_actions(invitations, ActionRoute(INVITATION, queries.invitation_by_key, _take_invitation, _after_invitation))
    invitations.add_url_rule("/<token>", "answer", answer, methods=both)
    return members, requests, invitations


def href(organization: Organization) -> str:
    """The page of an organization's members."""
    return url_for("members.show", number=organization.number)


# ---- members of one organization ------------------------------------------------------------------------------------


def show(number: str) -> ResponseReturnValue:
    """The members; for owners also what waits, and the form that invites."""
    actor, form = current_actor(), forms.InviteForm()
    organization = _own(number, actor)
    manages = can_manage(actor, organization)
    if request.method == "POST" and not manages:
        raise NotFound
    if form.validate_on_submit():
        try:
            services.invite(organization, form.data["email"], form.data["role"], actor, current_language())
        except FieldError as error:
            form.refuse([error])
        else:
            flash(_("邀请已发出，对方会收到邮件。"))
            return redirect(href(organization))
    return form_page(
        "members/show.html", form, organization=organization, manages=manages, roles=ROLES,
        members=[_row(each, actor) for each in members_of(organization)],
        requests=[(each, list(offers(REQUEST, each))) for each in queries.requests_of(organization)] if manages else [],
        invitations=_invitation_rows(organization) if manages else [],
    )  # fmt: skip


def _own(number: str, actor: Actor) -> Organization:
    organization = organization_by_number(number, actor)
    if not can_see_members(actor, organization):
        raise NotFound
    return organization


def _row(member: Member, actor: Actor) -> dict[str, Any]:
    """A member with what the actor may do to him."""
    own, changes = is_oneself(actor, member), can_change_role(actor, member)
    return {
        "member": member, "own": own, "remove": can_remove(actor, member), "leave": own,
        "role": ("editor" if member.role == "owner" else "owner") if changes else "",
        "hand_over": changes and not own,
    }  # fmt: skip


def _invitation_rows(organization: Organization) -> list[tuple[Invitation, Any, Any]]:
    return [
        (each, INVITATION.mark(each.state), list(offers(INVITATION, each)))
        for each in queries.invitations_of(organization)
    ]


def change(number: str, member_id: int) -> ResponseReturnValue:
    """One act on one member: ``act`` names it, ``seen`` the role that the page showed."""
    actor = current_actor()
    organization = _own(number, actor)
    act, seen = request.form.get("act", ""), request.form.get("seen", "")
    if act == "leave":
        _leave(organization, member_id, actor)
        forget_actor()
        flash(_("您已退出 %(name)s。", name=organization.label.say(current_language())))
        return redirect(url_for("workspace.home"))
    if not can_manage(actor, organization):
        raise NotFound
    if act in ROLES:
        services.change_role(organization, member_id, act, actor, seen)
    elif act == "remove":
        services.remove_member(organization, member_id, actor, given_reason(clean(request.form.get("reason"))), seen)
    elif act == "hand_over":
        services.hand_over(organization, member_id, actor, seen)
    else:
        raise NotFound
    forget_actor()
    flash(_("已办理。"))
    return redirect(href(organization))


def _leave(organization: Organization, member_id: int, actor: Actor) -> None:
    if not is_oneself(actor, queries.member_of(organization, member_id)):
        raise NotFound
    services.leave(organization, actor)


def organization_panel(organization: Organization, actor: Actor) -> Markup | str:
    """On the page of an organization: its members for members, the way to join for everybody else who is signed in."""
    draw = get_template_attribute("members/panel.html", "panel")
    if can_see_members(actor, organization):
        return Markup(draw(organization, members_of(organization), ROLES))
    if actor.signed_in and queries.owner_count(organization):
        return Markup(draw(organization, (), ROLES))
    return ""


# ---- joining --------------------------------------------------------------------------------------------------------


def join() -> ResponseReturnValue:
    """Ask to join, and what became of it."""
    actor = current_actor()
    form = forms.JoinForm(data={"organization": request.args.get("organization", "")[:40]})
    if form.validate_on_submit():
        try:
            _ask(form, actor)
        except FieldError as error:
            form.refuse([error])
        else:
            flash(_("申请已提交，单位的所有者会收到邮件。"))
            return redirect(url_for("members.join"))
    rows = [(each, _named(each, actor), REQUEST.mark(each.state), list(offers(REQUEST, each)))
            for each in queries.my_requests(actor)]  # fmt: skip
    invitations = [(each, invitation_href(each)) for each in queries.my_invitations(actor)]
    return form_page("members/join.html", form, rows=rows, invitations=invitations, roles=ROLES)


def _ask(form: forms.JoinForm, actor: Actor) -> None:
    organization = queries.organization_asked(form.data["organization"], actor)
    if organization is None:
        raise FieldError(
            "organization", Text("没有这个编号或信用代码的单位", "No organization has this number or code")
        )
    services.ask_to_join(organization, actor, form.data["message"])


def _named(asked: JoinRequest, actor: Actor) -> Text:
    """The organization that was asked; one that is not public yet by the code that the person gave himself."""
    if can_view(actor, asked.organization):
        return asked.organization.label
    return Text(asked.organization.credit_code, asked.organization.credit_code)


def _take_request(asked: JoinRequest, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_request_step(asked, step.name, actor, reason, seen)


def _after_request(asked: JoinRequest) -> str:
    return href(asked.organization) if can_manage(current_actor(), asked.organization) else url_for("members.join")


# ---- invitations ----------------------------------------------------------------------------------------------------


def answer(token: str) -> ResponseReturnValue:
    """The link of an invitation. Opening it changes nothing; only who owns the address can answer."""
    form, actor = forms.AnswerForm(), current_actor()
    try:
        invitation = services.invitation_of_token(token, _config().secret_key)
    except Refused as refused:
        return render_template("members/dead_link.html", refused=refused), HTTPStatus.FORBIDDEN
    given = request.form.get("answer", "")
    if form.validate_on_submit() and given in ("accept", "decline"):
        services.take_invitation_step(invitation, given, actor, "", seen_version())
        forget_actor()
        if given == "accept":
            flash(_("您已加入 %(name)s。", name=invitation.organization.label.say(current_language())))
            return redirect(href(invitation.organization))
        flash(_("已谢绝邀请。"))
        return redirect(url_for("workspace.home"))
    return _invitation_page(form, invitation, actor)


def _invitation_page(form: forms.AnswerForm, invitation: Invitation, actor: Actor) -> ResponseReturnValue:
    wrong = actor.signed_in and not is_invited(actor, invitation)
    refusal = refusals.another_address(current_user.email, refusals.masked(invitation.email)) if wrong else None
    body = render_template(
        "members/invitation.html", form=form, invitation=invitation, organization=invitation.organization,
        mark=INVITATION.mark(invitation.state), role=ROLES[invitation.role], masked=refusals.masked(invitation.email),
        refusal=refusal, here=request.path, offers=[] if wrong else list(offers(INVITATION, invitation)),
    )  # fmt: skip
    return body, HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK


def invitation_href(invitation: Invitation) -> str:
    """The page on which an invitation is answered, as the mail links to it."""
    return url_for("invitations.answer", token=services.invitation_token(invitation, _config().secret_key))


def _take_invitation(invitation: Invitation, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    if step.name != "revoke":  # the other answers come from the page of the link
        raise Conflict(Text("请在邀请页面答复", "Answer on the page of the invitation"))
    services.take_invitation_step(invitation, step.name, actor, reason, seen)


def _after_invitation(invitation: Invitation) -> str:
    return href(invitation.organization)


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config


def _last_day(asked: JoinRequest | Invitation) -> date:
    return clock.beijing(asked.expires_at).date()


# ---- what waits -----------------------------------------------------------------------------------------------------


def duties(actor: Actor) -> list[Duty]:
    """Invitations to answer, and for owners requests to decide on."""
    language = current_language()
    found = [
        Duty(
            verb=Text("答复", "Answer"), title=each.organization.label.say(language), href=invitation_href(each),
            why=Text("邀请您加入单位", "Invites you to join"), since=each.created_at, due=_last_day(each),
        )
        for each in queries.my_invitations(actor)
    ]  # fmt: skip
    for each in queries.requests_to_decide(actor):
        why = Text("申请加入 %(name)s", "Asks to join %(name)s") % {"name": each.organization.label}
        found.append(
            Duty(
                verb=Text("答复", "Answer"),
                title=each.user.name,
                href=href(each.organization),
                why=why,
                since=each.created_at,
                due=_last_day(each),
            )
        )
    return found
