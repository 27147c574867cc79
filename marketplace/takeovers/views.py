"""Pages of claims: the form, the claim before who sent it and who decides, and panels that lead to them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, get_template_attribute, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.members.queries import owner_count
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import organization_by_number
from marketplace.organizations.services import prepare_licence
from marketplace.organizations.views import licence_of
from marketplace.posts.queries import signatures
from marketplace.takeovers import queries, services
from marketplace.takeovers.forms import ClaimForm
from marketplace.takeovers.lifecycle import TAKEOVER
from marketplace.takeovers.models import Takeover
from marketplace.takeovers.policy import can_be_claimed, can_decide, is_claimant
from marketplace.web.actions import ActionRoute, add_actions, offers
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.plate import Named, Waiting
from marketplace.web.request import own_transaction, takes_files

DONE = {"file": Text("提交认领", "Sent the claim")}


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("takeovers", __name__, url_prefix="/takeovers")
    # An uploaded licence is checked before the transaction begins, because that is slow.
    view = takes_files(own_transaction(signed_in(new)))
    pages.add_url_rule("/new/<number>", "new", view, methods=["GET", "POST"])
    pages.add_url_rule("/<number>", "show", signed_in(show))
    add_actions(pages, ActionRoute(TAKEOVER, queries.takeover_by_key, _take, href))
    return pages


def href(takeover: Takeover) -> str:
    """The page of a claim."""
    return url_for("takeovers.show", number=takeover.id)


def new(number: str) -> ResponseReturnValue:
    """Claim an organization."""
    actor, form = current_actor(), ClaimForm()
    organization = organization_by_number(number, actor)
    services.check_claiming(organization, actor)
    if form.validate_on_submit():
        try:
            takeover = _claim(organization, form, actor)
        except (Invalid, FieldError) as error:
            form.refuse(error if isinstance(error, Invalid) else [error])
        else:
            flash(_("认领已提交，属地工信部门会核对材料后决定。"))
            return redirect(href(takeover))
    return form_page("takeovers/new.html", form, organization=organization)


def _claim(organization: Organization, form: ClaimForm, actor: Actor) -> Takeover:
    upload = form.licence.data
    prepared = prepare_licence(upload.stream, upload.filename) if upload else None
    with transaction():
        return services.claim(organization, form.data, prepared, actor)


def show(number: str) -> ResponseReturnValue:
    """A claim: what was sent, how it stands, and what the reader may do."""
    actor = current_actor()
    takeover = queries.takeover_by_key(number, actor)
    return render_template(
        "takeovers/show.html", takeover=takeover, organization=takeover.organization,
        mark=TAKEOVER.mark(takeover.state), licence=licence_of(takeover.licence_id), own=is_claimant(actor, takeover),
        decides=can_decide(actor, takeover), offers=offers(TAKEOVER, takeover), history=_history(takeover, actor),
    )  # fmt: skip


def _history(takeover: Takeover, actor: Actor) -> list[dict[str, object]]:
    """History for the macro ``log``, newest first; the claimant reads of officials by their post alone."""
    entries = list(reversed(ledger.history(takeover)))
    signed = signatures(entries, named=can_decide(actor, takeover))
    acts = {**{each.name: each.told for each in TAKEOVER.steps}, **DONE}
    lines: list[dict[str, object]] = []
    for entry in entries:
        act, name = acts[entry.action], takeover.user.name
        who = Text(name, name) if entry.actor_id == takeover.user_id else Text("系统", "System")
        text = entry.told(act)
        lines.append({"at": entry.at, "text": text, "who": signed.get(entry.id) or who})
    return lines


def _take(takeover: Takeover, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_takeover_step(takeover, step.name, actor, reason, seen)
    forget_actor()


def waiting_rows(ids: Sequence[int]) -> list[Waiting]:
    """Claims to decide on, for the queue of an official."""
    return [
        Waiting(
            key=each.id, title=each.organization.label, number=each.organization.number, what=TAKEOVER.label,
            organization=Text(each.user.name, each.user.name), at=each.submitted_at, href=href(each),
        )
        for each in queries.claims_with(ids)
    ]  # fmt: skip


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Claims as the logs name them: by the organization that is claimed."""
    return {each.id: Named(f"{each.organization.number} {each.organization.name}") for each in queries.claims_with(ids)}


def organization_panel(organization: Organization, actor: Actor) -> Markup | str:
    """On the page of an organization that nobody speaks for: the way to claim it, or the claims one may see."""
    if not can_be_claimed(organization) or owner_count(organization):
        return ""
    claims = queries.claims_to(organization, actor) if actor.signed_in else ()
    claimed = any(is_claimant(actor, each) for each in claims)
    return Markup(get_template_attribute("takeovers/panel.html", "panel")(organization, claims, claimed))


def workspace_panel(actor: Actor) -> Markup | None:
    """What the actor has claimed and how it stands, for his workspace."""
    claims = queries.claims_of(actor.user_id)
    if not claims:
        return None
    return Markup(get_template_attribute("takeovers/panel.html", "mine")(claims, TAKEOVER))
