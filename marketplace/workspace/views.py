"""Pages of the workspace, and of an official's queue: what waits, what changed, what is decided."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.experts.queries import expert_of
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.desk import review_queue, submissions
from marketplace.listings.difference import drawn
from marketplace.listings.kind import KINDS, Check, Kind, differences
from marketplace.listings.lifecycle import REVIEW_DAYS, REVISION
from marketplace.listings.models import Listing, Revision
from marketplace.listings.policy import can_review
from marketplace.listings.precheck import automatic_checks
from marketplace.listings.queries import (
    decided_listing,
    file_ids,
    listing_by_number,
    log_lines,
    my_listings,
    my_open,
    my_states,
    open_revision,
    open_revisions,
)
from marketplace.listings.views import conflict_page, shown_files
from marketplace.listings.wording import both
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.organizations.queries import my_organizations
from marketplace.posts.models import DUTIES
from marketplace.reference import regions
from marketplace.reference.calendar import Overrides
from marketplace.reference.services import overrides
from marketplace.settings.queries import value
from marketplace.web.actions import seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import cut, paginate
from marketplace.web.plate import WayOn, capabilities
from marketplace.web.request import own_transaction
from marketplace.web.twins import asked_status
from marketplace.workspace import queries, verification
from marketplace.workspace.forms import DecisionForm
from marketplace.workspace.verification import own_submission
from marketplace.workspace.vetting import vet

ORGANIZATIONS = "organizations"  # the tab of the desk
HEAD = 5  # Rows of each table on the first page of the workspace.
SHOWN = 20  # Things to do on it.


def blueprints() -> tuple[Blueprint, Blueprint]:
    """The two blueprints, made anew for each app."""
    both = ["GET", "POST"]
    workspace = Blueprint("workspace", __name__, url_prefix="/workspace")
    workspace.add_url_rule("/", "home", signed_in(home))
    workspace.add_url_rule("/history", "history", signed_in(history))
    workspace.add_url_rule("/<plural>", "listings", signed_in(listings))
    review = Blueprint("review", __name__, url_prefix="/review")
    review.add_url_rule("/", "queue", signed_in(queue))
    # A decision that came too late is rolled back first, and answered after that.
    decision, verifying = own_transaction(signed_in(decide)), own_transaction(signed_in(verification.verify))
    review.add_url_rule("/<plural>/<number>", "decide", decision, methods=both)
    review.add_url_rule("/organizations/<number>", "verify", verifying, methods=both)
    review.add_url_rule("/experts/<number>", "expert", own_transaction(signed_in(vet)), methods=both)
    return workspace, review


# ---- the workspace --------------------------------------------------------------------------------------------------


def home() -> ResponseReturnValue:
    """What waits for the person, what waits for others, and what he and his organizations have."""
    actor = current_actor()
    organizations = my_organizations(actor)
    known = overrides()
    desk = queries.desk(actor, known)
    todo, total = queries.tasks(actor, desk, known, SHOWN)
    filed = _filed_first(organizations)
    panels = [panel(actor) for panel in current_app.extensions.get("workspace_panels", ())]
    return render_template(
        "workspace/home.html", today=clock.today(), tasks=todo, total=total, overdue=_overdue(todo, desk),
        drafts=_open(actor, filed, "drafted", known), waiting=_open(actor, filed, "in_review", known),
        tables=[_table(kind, actor) for kind in filed] if organizations else [], kinds=filed,
        organizations=[_standing(each, actor) for each in organizations],
        queues=[(queue, desk.count(queue), desk.head(queue)) for queue in desk.queues],
        posts=actor.posts, region_name=regions.name, duty_labels=DUTIES,
        panels=[panel for panel in panels if panel], ways=_ways(),
        newcomer=not (organizations or actor.posts or actor.administrator or expert_of(actor.user_id)),
    )  # fmt: skip


def _filed_first(organizations: Sequence[Organization]) -> list[Kind]:
    """The kinds of listings, first the one that brings these people here: vendors list products, all others needs."""
    vendors = bool(organizations) and all(each.kind == OrganizationKind.VENDOR for each in organizations)
    return sorted(KINDS.values(), key=lambda kind: (kind.plural == "products") != vendors)


def _overdue(todo: Sequence[queries.Task], desk: queries.Desk) -> int:
    """How much is overdue: on the queues, and of the person's own acts."""
    own = sum(bool(task.left and task.left.overdue and task.duty.due) for task in todo)
    return own + queries.term_counts(desk.keys)["over"]


def _ways() -> list[WayOn]:
    ways = [way for capability in capabilities() for way in capability.ways]
    return sorted(ways, key=lambda way: way.order)


def _standing(organization: Organization, actor: Actor) -> dict[str, Any]:
    """An organization with its state, and why it cannot be submitted yet."""
    missing = [offer.refusal for offer in ORGANIZATION.open_to(actor, organization) if offer.refusal]
    return {
        "organization": organization, "mark": ORGANIZATION.mark(organization.state),
        "missing": missing[0] if missing else None, "owner": actor.owns(organization.id),
    }  # fmt: skip


def _open(actor: Actor, kinds: Sequence[Kind], state: str, known: Overrides) -> list[dict[str, Any]]:
    """Open revisions of the person's organizations, with the way on."""
    if not actor.organization_ids:
        return []
    allowed = value(REVIEW_DAYS)
    return [
        {
            "kind": kind, "listing": listing, "revision": revision,
            "title": both(revision.content, "title"),
            "left": queries.time_left(revision.submitted_at, allowed, known),
        }
        for kind in kinds
        for listing, revision in my_open(kind, actor, state, limit=HEAD * 2)
    ]  # fmt: skip


def _table(kind: Kind, actor: Actor) -> dict[str, Any]:
    rows = db.session.scalars(my_listings(kind, actor).limit(HEAD)).all()
    states = my_states(kind, actor)
    return {
        "kind": kind, "rows": rows, "open": open_revisions(kind, rows), "total": sum(states.values()),
        "states": [(key, kind.lifecycle.mark(key), count) for key, count in states.items()],
    }  # fmt: skip


def listings(plural: str) -> ResponseReturnValue:
    """All listings of one kind that the person's organizations have, by state."""
    kind, actor = _kind(plural), current_actor()
    states = my_states(kind, actor)
    state = asked_status(kind.lifecycle.states)
    page = paginate(my_listings(kind, actor, state))
    return render_template(
        "workspace/listings.html", kind=kind, page=page, states=states, state=state,
        open=open_revisions(kind, page.items), revision_mark=REVISION.mark,
    )  # fmt: skip


# ---- the queue ------------------------------------------------------------------------------------------------------


def queue() -> ResponseReturnValue:
    """What waits for the official: overdue first, then what is due next."""
    desk = queries.desk(current_actor(), overrides())
    if not desk.queues:
        raise _no_desk()
    tab, term, city = (request.args.get(key, "") for key in ("kind", "due", "city"))
    if (tab and tab not in {each.key for each in desk.queues}) or (term and term not in TERM_WORDS):
        raise NotFound
    on_tab = desk.narrowed(tab)
    page = cut(desk.narrowed(tab, term, city))
    return render_template(
        "workspace/queue.html", tab=tab, term=term, city=city, page=page, rows=queries.rows_of(page.items),
        tabs=_tabs(desk, tab), days=sorted(set(desk.allowed.values())), term_words=TERM_WORDS,
        terms=queries.term_counts(on_tab), cities=queries.city_counts(on_tab),
        checked=any(key.queue.checked for key in page.items),
    )  # fmt: skip


TERM_WORDS = {
    "over": Text("已超期", "Overdue"),
    "2": Text("2 个工作日内", "Within 2 working days"),
    "5": Text("5 个工作日内", "Within 5 working days"),
}


def _no_desk() -> Refused:
    return Refused(
        Text("审核由有相应职责的岗位办理", "Reviews are done by people whose post has that duty"),
        Text("您的账号没有这样的岗位", "Your account holds no such post"),
        Text("请换用有岗位的账号；您的事项在工作台", "Use an account that does; what is yours is in the workspace"),
    )


def _tabs(desk: queries.Desk, now: str) -> list[tuple[Any, int, str, bool]]:
    whole = [(_("全部"), len(desk.keys), url_for("review.queue"), not now)] if len(desk.queues) > 1 else []
    each = [(one.label, desk.count(one), url_for("review.queue", kind=one.key), now == one.key) for one in desk.queues]
    return [*whole, *each]


# ---- what the person did --------------------------------------------------------------------------------------------


def history() -> ResponseReturnValue:
    """What the person did, the newest first, with the way to it."""
    page = paginate(queries.history_of(current_actor()))
    return render_template("workspace/history.html", page=page, lines=queries.told(page.items))


# ---- a decision on a listing ----------------------------------------------------------------------------------------


def decide(plural: str, number: str) -> ResponseReturnValue:
    """What was submitted, what changed, and the decision."""
    kind, actor, form = _kind(plural), current_actor(), DecisionForm()
    if request.method == "GET":
        listing = listing_by_number(kind, number, actor)
        if actor.post_for("review", listing.region) is None:
            raise NotFound
        return _decision_page(kind, listing, form)
    found = decided_listing(kind, number, actor)
    if found is None:
        raise NotFound
    revision = open_revision(found)
    if form.validate() or revision is None or revision.state != "in_review":
        try:
            with transaction():
                _carry_out(kind, number, form, actor)
        except Conflict as error:
            return conflict_page(kind, error, found, url_for("review.queue"), form.typed())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已办理：%(title)s。", title=found.label.say(current_language())))
            return redirect(url_for("review.queue", kind=plural))
    return _decision_page(kind, listing_by_number(kind, number, actor), form)


def _carry_out(kind: Kind, number: str, form: DecisionForm, actor: Actor) -> None:
    listing = decided_listing(kind, number, actor)
    if listing is None:
        raise NotFound
    if not can_review(actor, listing):
        raise own_submission()
    if form.decision.data == "return":
        services.send_back(kind, listing, actor, form.words(), seen_version())
    else:
        services.approve(kind, listing, actor, form.words(), seen_version())


def _decision_page(kind: Kind, listing: Listing, form: DecisionForm) -> ResponseReturnValue:
    actor = current_actor()
    revision = open_revision(listing)
    waiting = revision is not None and revision.state == "in_review"
    body = render_template(
        "workspace/decide.html", kind=kind, listing=listing, form=form, revision=revision if waiting else None,
        row=_row(kind, revision) if revision is not None and waiting else None,
        lines=log_lines(kind, listing, actor), mark=REVISION.mark("in_review"),
        state_mark=kind.lifecycle.mark(listing.state),
        refusal=None if can_review(actor, listing) else own_submission(),
        **(_submitted(kind, listing, revision) if revision is not None and waiting else {}),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _row(kind: Kind, revision: Revision) -> queries.Row:
    """The row of the queue that is being decided on, with the time that is left."""
    left = queries.time_left(revision.submitted_at, value(REVIEW_DAYS), overrides())
    return queries.Row(review_queue(kind), submissions(kind, [revision])[0], left)


def _submitted(kind: Kind, listing: Listing, revision: Revision) -> dict[str, Any]:
    """What the reviewer compares and checks."""
    language, everything = current_language(), request.args.get("all") == "1"
    rows = differences(kind, listing.content, revision.content, language, unchanged=True) if listing.edition else []
    changed = [row for row in rows if not row.same]
    attached = shown_files(listing, revision.content)
    known = file_ids(listing.content)
    return {
        "rows": drawn(rows if everything else changed),
        "changed": len(changed),
        "unchanged": len(rows) - len(changed),
        "everything": everything,
        "checks": [_line(each) for each in automatic_checks(kind, listing.content, revision.content)],
        "pictures": [each for each in attached["pictures"] if each["id"] not in known],
        "files": [each for each in attached["files"] if each["id"] not in known],
        "content": revision.content,
        "shown": kind.preview(listing, revision.content),
        "contact": [
            (field.label, field.show(revision.content.get(field.key), language))
            for field in kind.fields
            if field.private and revision.content.get(field.key)
        ],
    }


def _line(check: Check) -> dict[str, Any]:
    return {"kind": check.kind, "text": check.text, "why": check.why, "href": ""}


def _kind(plural: str) -> Kind:
    if plural not in KINDS:
        raise NotFound
    return KINDS[plural]
