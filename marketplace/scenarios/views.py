"""Pages of scenarios: the public page of one, what its form shows beside the fields, and the hits of a search."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.listings.policy import PUBLIC_STATES, can_see_contact
from marketplace.listings.queries import listing_by_number, log_lines
from marketplace.listings.views import ListingPages, added_panels, ended
from marketplace.listings.wording import both
from marketplace.organizations.policy import can_view as can_view_organization
from marketplace.scenarios import queries, sheet
from marketplace.scenarios.content import ORIGINS
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.web.identity import current_actor
from marketplace.web.languages import day
from marketplace.web.ready import ready_for_visitors

log = logging.getLogger(__name__)

scenarios = Blueprint("scenarios", __name__, url_prefix="/scenarios")
pages = ListingPages(SCENARIO, scenarios)

EXAMPLES = 3
CONTACT = ("contact_name", "contact_phone", "contact_email")


@scenarios.get("/<number>")
@ready_for_visitors
def show(number: str) -> ResponseReturnValue:
    """The page of one scenario; before its first approval it shows the draft, to those who may read that."""
    actor = current_actor()
    listing = listing_by_number(SCENARIO, number, actor)
    assert isinstance(listing, Scenario)
    desk = pages.desk(listing)
    content = listing.content
    if not listing.edition:
        if desk is None or desk.revision is None:
            raise NotFound
        content = desk.revision.content
    lines = log_lines(SCENARIO, listing, actor)
    sees_contact = can_see_contact(actor, listing)
    return render_template(
        "scenarios/show.html", kind=SCENARIO, listing=listing, shown=sheet.sheet_of(listing, content), desk=desk,
        lines=lines, ended=ended(SCENARIO, listing, lines), public=listing.state in PUBLIC_STATES,
        contact=[content.get(key, "") for key in CONTACT] if sees_contact else None,
        similar=queries.similar(listing.domain, listing.subscenario, leave_out=listing.id),
        sees_owner=can_view_organization(actor, listing.organization), added=added_panels(listing, actor),
        acts=added_panels(listing, actor, "listing_acts"),
    )  # fmt: skip


# ---- beside the form ----


@scenarios.context_processor
def beside_the_form() -> dict[str, Any]:
    """``examples(content, listing)`` and ``counts(form)`` for the pages of the guided form."""
    return {"examples": examples, "counts": counts}


def examples(content: Mapping[str, Any], listing: Scenario | None) -> list[sheet.Sheet]:
    """How others wrote theirs: published scenarios of the same domain."""
    found = queries.similar(
        content.get("domain", ""),
        content.get("subscenario", ""),
        leave_out=listing.id if listing else None,
        most=EXAMPLES,
    )
    return [sheet.sheet_of(each, {**each.content, "pictures": [], "files": []}) for each in found]


def counts(form: Any) -> tuple[int, int, int] | None:
    """How many published products meet the must-haves as they stand, leave some unknown, or fail one.

    Asked of ``app.extensions["requirement_counts"]``, which an upper capability sets; None without it, without
    must-haves, or while the index cannot be used: a form is filled in without it.
    """
    count = current_app.extensions.get("requirement_counts")
    requirements = form.good()
    try:
        return count(requirements) if count is not None and requirements else None
    except IndexUnusable as error:  # mended by the worker
        log.warning("must-haves are not counted: the search index cannot be used: %s", error)
        return None


# ---- hits of a search ----


def cards(ids: Sequence[int], actor: Actor) -> list[Mapping[str, Any]]:
    """Scenarios for the macro ``hit_scenario``, in the order given, from one statement; others are left out."""
    return [_card(scenario) for scenario in queries.scenarios_by_id(ids, actor)]


def _card(scenario: Scenario) -> Mapping[str, Any]:
    content = scenario.content
    shown = sheet.sheet_of(scenario, {**content, "pictures": [], "files": []})
    return {
        "id": scenario.id,
        "number": scenario.number,
        "href": url_for("scenarios.show", number=scenario.number),
        "title": shown.title,
        "text": both(content, "task" if content.get("task") else "situation"),
        "meta": [shown.owner.label, shown.place, shown.domain, shown.subscenario],
        # A compiled need would only repeat “unknown”; the usual state needs no tag.
        "facts": [fact for fact in facts(shown) if fact[1] or not scenario.compiled],
        "state": None if scenario.state == "published" else SCENARIO.lifecycle.mark(scenario.state),
        "tags": [(label, "", "") for label in tags(scenario)],
        "updated": scenario.published_at,
        "valid_until": shown.valid_until,
        "demo": scenario.demo,
    }


def facts(shown: sheet.Sheet) -> list[tuple[Text, Any, Text]]:
    """(name, value, unit) of what needs are compared by; None is not known."""
    nothing = Text("", "")
    # Of a compiled row nobody knows whether there are must-haves beside those that were published.
    number = len(shown.requirements) or (None if shown.origin else 0)
    return [
        (Text("预算", "Budget"), shown.budget, nothing),
        (Text("数量", "Quantity"), shown.quantity, nothing),
        (Text("期望开始", "Wanted from"), day(shown.start_by), nothing),
        (Text("硬性要求", "Must-haves"), number, Text("项", "")),
    ]


def tags(scenario: Scenario) -> list[Text]:
    """What must be known of where a scenario comes from."""
    if scenario.content.get("origin"):
        return [ORIGINS[scenario.content["origin"]]]
    return [Text("公开资料整理", "Compiled from public material")] if scenario.compiled else []
