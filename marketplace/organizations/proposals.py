"""Commands on a new identity of a verified organization: the public keeps seeing the verified one until approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.organizations.lifecycle import PROPOSAL
from marketplace.organizations.models import Organization, Proposal
from marketplace.organizations.policy import can_propose
from marketplace.organizations.queries import history_of, open_proposal
from marketplace.organizations.services import PRIVATE, VOUCHED, checked_vouched, write_values

SAME = Text("和现在公开的信息一样，没有要变更的内容", "This is what is public already: nothing would change")


def present(organization: Organization) -> dict[str, Any]:
    """What somebody has vouched for, as a proposal keeps it."""
    return {key: getattr(organization, key) for key in VOUCHED}


def propose(organization: Organization, values: Mapping[str, Any], actor: Actor, seen: int | None) -> Proposal:
    """Propose a new identity and submit it; a returned or waiting proposal is replaced.

    Args:
        values: keys of services.VOUCHED; what is not given stays.
        seen: the version of the open proposal that the actor had before him, 0 for none.

    Raises:
        Invalid: for values that cannot be, or that change nothing.
        Conflict: somebody else proposed or decided meanwhile.
        NotFound: the actor may not propose.
    """
    lock(organization)
    if not can_propose(actor, organization):
        raise NotFound
    proposal = open_proposal(organization)
    if seen is not None and seen != (proposal.version if proposal else 0):
        raise Conflict(
            Text("这项变更刚刚有变化", "This proposal has just changed"), ledger.latest(proposal or organization)
        )
    content = checked_vouched({**present(organization), **values}, organization)
    if content == present(organization):
        raise Invalid([FieldError("name", SAME)])
    if proposal is not None and proposal.state == "in_review":
        move(PROPOSAL, proposal, "discard", actor, organization_id=organization.id)
        proposal = None
    proposal = _kept(organization, proposal, content)
    changed = changes(organization, proposal)
    move(PROPOSAL, proposal, "submit", actor, organization_id=organization.id, data={"changed": sorted(changed)})
    proposal.submitted_at, proposal.remark = clock.now(), ""
    db.session.flush()
    db.session.expire(organization, ["open_proposal"])
    return proposal


def _kept(organization: Organization, proposal: Proposal | None, content: dict[str, Any]) -> Proposal:
    if proposal is not None:
        proposal.content, proposal.region = content, content["region"]
        return proposal
    made = Proposal(organization_id=organization.id, content=content, region=content["region"])
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:  # proposed twice in the same moment
        raise Conflict(
            Text("这项变更刚刚有变化", "This proposal has just changed"), ledger.latest(organization)
        ) from error
    return made


def changes(organization: Organization, proposal: Proposal) -> dict[str, list[Any]]:
    """Key → [what is public, what is proposed], for what differs."""
    now = present(organization)
    return {key: [now[key], proposal.content[key]] for key in VOUCHED if now[key] != proposal.content[key]}


def changed_since_return(organization: Organization) -> dict[str, list[Any]]:
    """What members changed since an official last returned the organization: key → [then, now]; {} for none."""
    merged: dict[str, list[Any]] = {}
    returned = False
    for entry in reversed(history_of(organization)):
        if entry.subject_type == "organization" and entry.action == "return":
            merged, returned = {}, True
        elif entry.action == "edit" and returned:
            for key, (old, new) in entry.data["changed"].items():
                merged[key] = [merged[key][0] if key in merged else old, new]
    return {
        key: [old, getattr(organization, key)] for key, (old, new) in merged.items() if old != new or key in PRIVATE
    }


def take_proposal_step(organization: Organization, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Return, approve or discard the open proposal; an approved one becomes what the public sees.

    Raises:
        Refused, Conflict, Invalid: as ``move``; Invalid also when the code was taken meanwhile.
    """
    lock(organization)
    proposal = open_proposal(organization)
    if proposal is None:
        message = Text("没有可办理的变更：它已被办结或放弃", "There is nothing to decide: it was decided or given up")
        raise Conflict(message, ledger.latest(organization))
    own = organization.id if actor.belongs_to(organization.id) else None
    post = actor.post_to_decide("verify", proposal.region, organization.id) if own is None else None
    changed = changes(organization, proposal)
    move(PROPOSAL, proposal, name, actor, reason, post=post, organization_id=own, seen=seen, data={"changed": changed})
    if name == "return":
        proposal.remark = reason.strip()
    if name == "approve":
        content = checked_vouched(proposal.content, organization)
        write_values(organization, content, "change_identity", actor, post=post)
        organization.verified_at = clock.now()
    db.session.flush()
    db.session.expire(organization, ["open_proposal"])
