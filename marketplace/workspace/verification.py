"""The decision of an official on an organization, or on the new identity that it proposes."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.listings.difference import drawn
from marketplace.listings.kind import Difference
from marketplace.organizations.lifecycle import ORGANIZATION, PROPOSAL, VERIFICATION_DAYS
from marketplace.organizations.marks import mark_line
from marketplace.organizations.models import Organization, OrganizationKind, Proposal
from marketplace.organizations.policy import can_verify, can_verify_proposal
from marketplace.organizations.proposals import changed_since_return, take_proposal_step
from marketplace.organizations.proposals import changes as proposal_changes
from marketplace.organizations.queries import open_proposal, organization_by_number
from marketplace.organizations.services import take_organization_step
from marketplace.organizations.views import history_lines, licence_of, place_of
from marketplace.organizations.wording import compared
from marketplace.reference import catalogue
from marketplace.reference.services import overrides
from marketplace.settings.queries import value
from marketplace.web.actions import seen_version
from marketplace.web.errors import acted
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.workspace import queries
from marketplace.workspace.forms import VerificationForm


def own_submission() -> Refused:
    return Refused(
        Text(
            "不审核本单位及其上下级单位登记的内容",
            "Nobody decides on what his own organization, its parents or its subsidiaries filed",
        ),
        Text(
            "您（或委托您的人）是申请单位或其上下级单位的成员",
            "You, or the colleague for whom you act, belong to the organization that filed it or to its line",
        ),
        Text("由其他有职责的人办理，您不用做什么", "Another official in charge decides; nothing is asked of you"),
    )


def verify(number: str) -> ResponseReturnValue:
    """What an organization says of itself, or wants to change, and the decision."""
    actor, form = current_actor(), VerificationForm()
    organization = organization_by_number(number, actor)
    if not _in_charge(organization, actor):
        raise NotFound
    if request.method == "POST" and (form.validate() or not _waits(organization)):
        proposed = _proposed(organization) is not None
        try:
            with transaction():
                _verify(organization, form, actor)
        except Conflict as error:
            return _verification_conflict(error, organization_by_number(number, actor), form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已办理：%(title)s。", title=organization.label.say(current_language())))
            return redirect(url_for("review.queue", kind="identities" if proposed else "organizations"))
    return _verification_page(organization_by_number(number, actor), form)


def _proposed(organization: Organization) -> Proposal | None:
    proposal = open_proposal(organization)
    return proposal if proposal is not None and proposal.state == "in_review" else None


def _waits(organization: Organization) -> bool:
    return organization.state == "pending" or _proposed(organization) is not None


def _in_charge(organization: Organization, actor: Actor) -> bool:
    proposal = _proposed(organization)
    places = [organization.region, *([proposal.region] if proposal is not None else [])]
    return any(actor.post_for("verify", place) is not None for place in places)


def _may_decide(organization: Organization, actor: Actor) -> bool:
    proposal = _proposed(organization)
    return can_verify_proposal(actor, proposal) if proposal is not None else can_verify(actor, organization)


def _verify(organization: Organization, form: VerificationForm, actor: Actor) -> None:
    if _in_charge(organization, actor) and not _may_decide(organization, actor):
        raise own_submission()
    returns, seen = form.decision.data == "return", seen_version()
    if _proposed(organization) is not None:
        take_proposal_step(organization, "return" if returns else "approve", actor, form.words(), seen)
    else:
        take_organization_step(organization, "return" if returns else "verify", actor, form.words(), seen)


def _verification_conflict(error: Conflict, organization: Organization, form: VerificationForm) -> ResponseReturnValue:
    entry = error.happened
    line = None
    if isinstance(entry, ledger.LedgerEntry):
        table = PROPOSAL if entry.subject_type == "proposal" else ORGANIZATION
        step = table.by_name.get(entry.action)
        own = entry.organization_id == organization.id
        who = organization.label if own else Text(entry.post, entry.post)
        line = {"who": who, "at": entry.at, "what": step.label if step else Text(entry.action, entry.action)}
    body = render_template(
        "listings/conflict.html",
        message=error.message,
        line=line,
        href=url_for("review.queue"),
        typed=form.typed(),
        **acted(error.happened),
    )
    return body, HTTPStatus.CONFLICT


def _verification_page(organization: Organization, form: VerificationForm) -> ResponseReturnValue:
    actor, proposal = current_actor(), _proposed(organization)
    changes = proposal_changes(organization, proposal) if proposal else changed_since_return(organization)
    since = (proposal or organization).submitted_at
    body = render_template(
        "workspace/verify.html", organization=organization, form=form, proposal=proposal,
        mark=PROPOSAL.mark(proposal.state) if proposal else ORGANIZATION.mark(organization.state),
        kind_label=OrganizationKind(organization.kind).label, waiting=_waits(organization),
        what=PROPOSAL.label if proposal else Text("单位核验", "Verification"), since=since,
        left=queries.time_left(since, value(VERIFICATION_DAYS), overrides()),
        version=(proposal or organization).version,
        place=place_of(organization), segments=[catalogue.segment(code).label for code in organization.segments],
        marks=[mark_line(each) for each in organization.marks], rows=drawn(_changed_rows(changes)),
        licences=_licences(organization, proposal), history=history_lines(organization, actor),
        refusal=None if _may_decide(organization, actor) else own_submission(),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _changed_rows(changes: Mapping[str, list[Any]]) -> list[Difference]:
    language = current_language()
    return [
        Difference(key, label.say(language), old.say(language), new.say(language))
        for key, label, old, new in compared(changes)
    ]


def _licences(organization: Organization, proposal: Proposal | None) -> list[dict[str, str]]:
    """The licence, and the one that came with the proposal."""
    ids = [organization.licence_id, proposal.content["licence_id"] if proposal else None]
    return [found for each in dict.fromkeys(ids) if (found := licence_of(each)) is not None]
