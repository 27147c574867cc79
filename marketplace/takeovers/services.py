"""Commands: claim an organization, decide on a claim. Whoever is approved becomes its first owner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, StoredFile, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.members.queries import owner_count
from marketplace.members.services import AGAIN_DAYS
from marketplace.organizations.checks import ORGANIZATION_CHECKS
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.queries import holder_of_code
from marketplace.organizations.services import write_values
from marketplace.settings.queries import value
from marketplace.takeovers import queries, refusals
from marketplace.takeovers.lifecycle import OPEN_MOST, TAKEOVER
from marketplace.takeovers.models import MESSAGE_LIMIT, Takeover
from marketplace.takeovers.policy import can_be_claimed, deciding_post


def check_claiming(organization: Organization, actor: Actor) -> None:
    """Whether the actor may claim the organization now; the page asks before it is filled in.

    Raises:
        Refused: it has an owner, was not compiled, or the actor has claimed it, too many others, or must wait.
    """
    if owner_count(organization):
        raise refusals.has_owner()
    if not can_be_claimed(organization):
        raise refusals.not_compiled()
    if queries.open_claim(organization.id, actor.user_id) is not None:
        raise refusals.claimed_already()
    if queries.open_count(actor.user_id) >= value(OPEN_MOST):
        raise refusals.too_many(value(OPEN_MOST))
    declined = queries.declined_at(organization.id, actor.user_id)
    if declined is not None and clock.now() < declined + timedelta(days=value(AGAIN_DAYS)):
        raise refusals.must_wait(declined + timedelta(days=value(AGAIN_DAYS)))


def claim(
    organization: Organization, values: Mapping[str, Any], licence: Prepared | None, actor: Actor
) -> Takeover:  # fmt: skip
    """Ask to speak for an organization.

    Args:
        values: "credit_code", the real one, and "message", who the actor is there and how to reach him.
        licence: the licence as checked by ``organizations.services.prepare_licence``.

    Raises:
        Refused: as ``check_claiming``.
        Invalid: on "credit_code", "message" or "licence".
    """
    lock(organization)
    check_claiming(organization, actor)
    code, message = _checked(organization, values, licence)
    takeover = Takeover(
        organization_id=organization.id, user_id=actor.user_id, region=organization.region, credit_code=code,
        message=message,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(takeover)
    except IntegrityError as error:  # claimed twice in the same moment
        raise refusals.claimed_already() from error
    if licence is not None:
        takeover.licence_id = keep(licence, takeover, actor).id
    db.session.flush()
    entry = ledger.record(takeover, "file", actor, data={"organization": organization.id})
    emit("takeover.file", takeover, {"entry": entry.id})
    return takeover


def _checked(organization: Organization, values: Mapping[str, Any], licence: Prepared | None) -> tuple[str, str]:
    errors: list[FieldError] = []
    code, message = "", (values.get("message") or "").strip()
    try:
        code = ORGANIZATION_CHECKS["credit_code"](values.get("credit_code"))
    except FieldError as error:
        errors.append(error)
    holder = holder_of_code(code) if code else None
    if holder is not None and holder.id != organization.id:
        errors.append(refusals.code_taken())
    if not message:
        errors.append(
            FieldError("message", Text("请写明您的部门、职务和电话", "Give your department, role and telephone"))
        )
    if len(message) > MESSAGE_LIMIT:
        most = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": MESSAGE_LIMIT}
        errors.append(FieldError("message", most))
    if licence is None:
        errors.append(FieldError("licence", Text("请上传营业执照或法人证书", "Upload the licence")))
    if errors:
        raise Invalid(errors)
    return code, message


def take_takeover_step(takeover: Takeover, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Approve, decline or withdraw a claim.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(takeover.organization)
    post = deciding_post(actor, takeover) if name in ("approve", "decline") else None
    move(TAKEOVER, takeover, name, actor, reason, post=post, seen=seen)
    takeover.decided_at = clock.now()
    if name == "approve":
        _hand_to(takeover, actor)
    db.session.flush()


def _hand_to(takeover: Takeover, actor: Actor) -> None:
    """Make the claimant the owner; what the official has checked counts from now, and other claims lapse."""
    organization, post = takeover.organization, deciding_post(actor, takeover)
    licence = db.session.get_one(StoredFile, takeover.licence_id)
    licence.owner_type, licence.owner_id = organization.subject_type, organization.id
    found = {"credit_code": takeover.credit_code, "licence_id": licence.id, "compiled": False}
    organization.verified_at = clock.now()
    write_values(organization, found, "take_over", actor, post)
    db.session.add(Member(organization_id=organization.id, user_id=takeover.user_id, role="owner"))
    told = {"user": takeover.user_id, "role": "owner", "takeover": takeover.id}
    ledger.record(organization, "join", actor, post=post, data=told)
    db.session.flush()
    for other in queries.open_claims(organization):
        move(TAKEOVER, other, "lapse", SYSTEM)
        other.decided_at = clock.now()
