"""Whose object each argument of an address names, and the objects of somebody else to put in its place.

A new address with a new argument fails in test_foreign.py until this file says what the argument names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from werkzeug.routing import Rule

from marketplace.listings.lifecycle import REVISION
from marketplace.organizations.lifecycle import PARENT, PROPOSAL
from marketplace.web.plate import records
from tests.architecture.rows import TABLES, Changed, Owners, foreign
from tests.architecture.world import World

# "endpoint.argument" or "blueprint.argument" → the table and column of the object that it names.
NAMES = {
    "products.number": "product.number", "scenarios.number": "scenario.number",
    "organizations.number": "organization.number", "members.number": "organization.number",
    "members.member_id": "member.id", "experts.number": "expert.number", "review.expert.number": "expert.number",
    "review.verify.number": "organization.number", "review.decide.number": "product.number",
    "matching.of_product.number": "product.number", "matching.of_scenario.number": "scenario.number",
    "matching.file_of_scenario.number": "scenario.number", "matching.file_of_product.number": "product.number",
    "api.organizations_one.number": "organization.number",
    "api.products_one.number": "product.number", "api.products_matches.number": "product.number",
    "api.scenarios_one.number": "scenario.number", "api.scenarios_matches.number": "scenario.number",
    "join_requests.number": "join_request.id", "invitations.act_do.number": "invitation.id",
    "takeovers.new.number": "organization.number", "takeovers.number": "takeover.id",
    "posts.act_delegation.number": "delegation.id", "posts.post_id": "post.id",
    "files.file_id": "stored_file.id", "notifications.key": "notification.id",
    "saved_searches.saved_id": "saved_search.id", "accounts.session_id": "user_session.id",
    "vocabulary.group_id": "synonym_group.id", "admin.act_on_mail.key": "delivery.id",
    "admin.act_on_message.key": "outbox_message.id", "admin.decision.key": "ledger_entry.id",
    "admin.user.key": "user_account.id", "admin.act_on_user.key": "user_account.id",
    "admin.post.key": "post.id", "admin.end_post.key": "post.id",
    "enquiries.number": "enquiry.number", "outcomes.number": "enquiry_outcome.id",
    "enquiry_ways.number": "scenario.number", "enquiry_ways.invite.number": "product.number",
    "challenges.number": "challenge.number",
    "addenda.number": "challenge_addendum.id", "notices.number": "notice.number", "objections.number": "objection.id",
    "bids.number": "bid.number", "bids.challenge": "challenge.number", "bids.key": "bid_participation.id",
    "pilots.number": "pilot.number", "sites.number": "site.number", "plates.plate": "site.plate",
    "pilots.begin.number": "enquiry.number",
    "tokens.key": "api_token.id", "chains.number": "scenario.number", "api.chains_one.number": "scenario.number",
    "cultivation.number": "scenario.number",
    "api.pilots_one.number": "pilot.number", "api.challenges_one.number": "challenge.number",
    "api.notices_one.number": "notice.number", "api.sites_one.number": "site.number",
    "api_writing.post_readings.number": "pilot.number",
    "panels.key": "panel_assignment.id", "panels.record.key": "panel_draw.id", "panels.number": "challenge.number",
    "panels.act_do.number": "panel.id", "scoring.challenge": "challenge.number", "awards.challenge": "challenge.number",
    "award_lots.number": "award.id", "milestones.number": "award_milestone.id",
    "acceptances.number": "award_acceptance.id",
    "terminations.number": "award_termination.id", "award_contracts.number": "award_contract.id",
    "extensions.number": "award_extension.id", "award_payments.number": "award_payment.id",
}  # fmt: skip
# Arguments that name nobody's object, and what stands there; a token is signed, which tests of its capability try.
NOBODYS = {
    "token": "no-such-token", "filename": "css/site.css", "name": "products", "ending": "csv", "plural": "products",
    "edition": "1", "version": "1", "sha256": "0" * 64,
    # Parts, looked up within the object that the same address names.
    "pilots.correct.key": "1", "pilots.decide_day.key": "1", "challenges.decline.key": "1",
    "panels.kind": "challenge", "panels.waive.key": "1", "scoring.code": "A", "scoring.place": "1",
    "scoring.rank": "1",
    "scoring.report.number": "1", "pilots.begin.kind": "enquiry", "cultivation.remove_resource.key": "1",
    "sites.state.kind": "yearly", "step": "basics", "day": "2026-10-01", "admin.one_setting.key": "matching.new_days",
}  # fmt: skip
# Of these nobody but those concerned learns even that they exist.
PRIVATE = {
    "takeover", "join_request", "invitation", "delegation", "notification", "saved_search", "user_session", "delivery",
    "outbox_message", "ledger_entry", "user_account", "synonym_group", "member",
    "enquiry", "enquiry_outcome", "bid", "bid_participation", "api_token",
}  # fmt: skip
HIDDEN = (302, 403, 404, 405)
# Life cycles beside the object's own, by the last part of their address.
FURTHER_CYCLES = {"act_identity": PROPOSAL, "act_parent": PARENT, "act_revision": REVISION}
# The acts of pages that tell several apart by a field.
ACTS = ("remove", "hand_over", "owner", "leave", "retire", "retry", "disable", "appoint")
SEVERAL = ("members.change", "vocabulary.edit", "admin.act_on_user", "admin.act_on_mail", "admin.act_on_message")
# Their administrator may do everything there; which kind may what is the matrix's.
OFFICE = ("admin", "vocabulary")


def meaning(endpoint: str, argument: str) -> str | None:
    """The object that an argument names, "" for none, None when this file does not know it."""
    blueprint = endpoint.partition(".")[0]
    if f"{endpoint}.{argument}" in NOBODYS:
        return ""
    for key in (f"{endpoint}.{argument}", f"{blueprint}.{argument}"):
        if key in NAMES:
            return NAMES[key]
    places = (f"{endpoint}.{argument}", f"{blueprint}.{argument}", argument)
    return "" if any(each in NOBODYS for each in places) else None


def strangers(world: World, allowed: Owners, table: str) -> list[dict[str, Any]]:
    """The first and the last row of a table that the walker has no part in."""
    kept = world.kept
    names = [column[1] for column in kept.execute(f"PRAGMA table_info({table})")]
    rows = [dict(zip(names, row, strict=True)) for row in kept.execute(f"SELECT * FROM {table} ORDER BY id")]
    theirs = [
        row for row in rows
        if table in ("ledger_entry", "outbox_message") or foreign(Changed(table, row), allowed, kept, kept)
    ]  # fmt: skip
    return theirs[:1] + theirs[1:][-1:]


def posted(endpoint: str, table: str, row: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What would be carried out if nobody asked for the right: true versions, every step, every act."""
    version = str(row.get("version", 1))
    if endpoint.rpartition(".")[2].startswith("act_") and not endpoint.startswith(OFFICE):
        own = records()[{known: kind for kind, known in TABLES.items()}.get(table, table)].lifecycle
        cycle = FURTHER_CYCLES.get(endpoint.rpartition(".")[2], own)
        for name in [each.name for each in cycle.steps] if cycle else ():
            yield {"transition": name, "version": version, "reason": "借道"}
        return
    for act in ACTS if endpoint in SEVERAL else ("",):
        yield {
            "act": act, "version": version, "reason": "借道", "seen": str(row.get("role", "")), "decision": "approve",
            "name": "借道", "title": "借道", "rhythm": "daily", "kind": "security", "words": "借道\n绕路",
        }  # fmt: skip


def named_by(rule: Rule) -> tuple[str, str, str] | None:
    """The argument that names an object, its table and its column; a member's comes before his organization's."""
    named = {each: meaning(rule.endpoint, each) for each in rule.arguments}
    objects = {each: found for each, found in named.items() if found}
    if not objects:
        return None
    argument = "member_id" if "member_id" in objects else next(iter(objects))
    table, _, column = objects[argument].partition(".")
    return argument, table, column


def address(world: World, rule: Rule, values: dict[str, str], row: dict[str, Any]) -> str:
    """The address with the object in it; a member stands in his organization."""
    if "member_id" in values:
        at = "SELECT number FROM organization WHERE id = ?"
        ((values["number"],),) = world.kept.execute(at, (row["organization_id"],))
    path = str(rule.rule)
    for each in rule.arguments:
        blueprint = rule.endpoint.partition(".")[0]
        known = (NOBODYS.get(key) for key in (f"{rule.endpoint}.{each}", f"{blueprint}.{each}", each))
        fixed = next((value for value in known if value is not None), "")
        if each == "step" and rule.endpoint.startswith("scenarios"):
            fixed = "what"
        path = re.sub(rf"<(?:[^<>]*:)?{each}>", values.get(each, fixed), path)
    return path
