"""The plate of the workspace: its pages, and what waits for members and officials."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.listings.kind import KINDS
from marketplace.listings.queries import my_open, waiting_count
from marketplace.web.languages import current_language
from marketplace.web.plate import Capability, Duty, FooterLink
from marketplace.workspace import queries, views

MOST = 100


def duties(actor: Actor) -> Sequence[Duty]:
    """Returned listings of the actor's organizations, and submitted ones that wait for his decision."""
    found = [*_returned(actor)] if actor.organization_ids else []
    for plural in queries.duties_held(actor):
        if plural != queries.ORGANIZATIONS:  # those are on the plate of accounts
            found += _to_decide(actor, plural)
    return found


def _returned(actor: Actor) -> Sequence[Duty]:
    return [
        Duty(
            verb=Text("补正", "Correct"),
            title=revision.content.get("title") or listing.title or listing.number,
            href=url_for(f"{plural}.edit", number=listing.number),
            why=Text("%(kind)s被退回：%(reason)s", "This %(kind)s was returned: %(reason)s")
            % {"kind": kind.label, "reason": _first_line(revision.remark)},
            since=revision.decided_at,
        )
        for plural, kind in KINDS.items()
        for listing, revision in my_open(kind, actor, "returned")
    ]


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:80]


def _to_decide(actor: Actor, plural: str) -> Sequence[Duty]:
    return [
        Duty(
            verb=Text("审核", "Review"),
            title=row.title.say(current_language()) or row.number,
            href=url_for("review.decide", plural=plural, number=row.number),
            why=Text("%(organization)s，%(what)s", "%(organization)s, %(what)s")
            % {"organization": row.organization, "what": row.what},
            since=row.at,
            due=row.left.due if row.left else None,
            overdue=row.left.overdue if row.left else False,
        )
        for row in queries.head_of_queue(actor, plural, MOST)
    ]


WORKSPACE = Capability(
    name="workspace",
    blueprints=views.blueprints,
    footer=(FooterLink(1, Text("工作台", "Workspace"), "workspace.home", 30),),
    duties=duties,
    duty_count=waiting_count,
)
