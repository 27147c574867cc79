"""Commands: found, load and change an organization, take a step of its life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import EITHER, Prepared, keep, prepare
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import keep_clear_of, next_numbers
from marketplace.organizations import tree
from marketplace.organizations.checks import ORGANIZATION_CHECKS
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.marks import checked_marks, codes_of, from_codes
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.policy import IDENTITY_OPEN_STATES
from marketplace.organizations.queries import holder_of_code, organization_named
from marketplace.organizations.wording import NOT_KEPT

# The fields of an organization that its members write. What an official vouches for is fixed once it is submitted;
# afterwards it changes by a proposal (proposals.py).
IDENTITY = ("name", "name_en", "kind", "credit_code", "region", "place", "place_en")
VOUCHED = (*IDENTITY, "marks", "licence_id")
PRIVATE = ("contact_name", "contact_phone", "contact_email")
DESCRIPTION = ("about", "about_en", "website", "segments", *PRIVATE)


def found_organization(values: Mapping[str, Any], actor: Actor) -> Organization:
    """Found an organization with the actor as its owner; fields that are not given stay empty.

    Raises:
        Invalid: for values that cannot be; a code that is taken leads to its holder.
    """
    checked = _checked(values, None)
    organization = Organization(number=next_numbers("O", 1)[0], **checked)
    try:
        with db.session.begin_nested():
            db.session.add(organization)
    except IntegrityError as error:  # somebody founded it in this moment
        raise Invalid([_taken()]) from error
    db.session.add(Member(organization_id=organization.id, user_id=actor.user_id, role="owner"))
    ledger.record(organization, "found", actor, organization_id=organization.id)
    dirty.note("organization", organization.id)
    return organization


def load_organization(
    *, number: str = "", compiled: bool = True, demo: bool = False,
    sources: Sequence[str] = (), marks: Sequence[str] = (), actor: Actor = SYSTEM, **values: Any,
) -> Organization:  # fmt: skip
    """Enter an organization that has no members yet as verified: the sample and the importer.

    Args:
        number: the one it had in an earlier export; a new one is given when it is empty.
        compiled: its page says that it comes from public material.

    Raises:
        Invalid: as ``found_organization``.
    """
    checked = _checked(values, None, loaded=True)
    if number:
        keep_clear_of(number)
    organization = Organization(
        number=number or next_numbers("O", 1)[0], compiled=compiled, demo=demo, sources=list(sources),
        marks=from_codes(marks), verified_at=clock.now(), **checked,
    )  # fmt: skip
    db.session.add(organization)
    db.session.flush()
    tree.name_parent(organization, values.get("parent_id"), SYSTEM)
    move(ORGANIZATION, organization, "load", SYSTEM, data={"by": actor.user_id})
    dirty.note("organization", organization.id)
    return organization


def reload_organization(organization: Organization, values: Mapping[str, Any], actor: Actor = SYSTEM) -> bool:
    """Replace values of a loaded organization (fields of IDENTITY and DESCRIPTION, "parent_id", "sources", "marks").

    Returns False when nothing differs.

    Raises:
        Invalid: for values that cannot be.
        Conflict: it has members, who write their own.
    """
    if db.session.scalar(sa.select(Member.id).where(Member.organization_id == organization.id).limit(1)):
        message = Text("%(number)s 已有成员，由成员自己修改", "%(number)s has members, who change it themselves")
        raise Conflict(message % {"number": organization.number}, ledger.latest(organization))
    checked = _checked({**_present(organization), **values}, organization, loaded=True)
    if "sources" in values:
        checked["sources"] = list(values["sources"])
    if "marks" in values and list(values["marks"]) != codes_of(organization.marks):
        checked["marks"] = from_codes(values["marks"])
    before = organization.parent_id
    tree.name_parent(organization, values.get("parent_id", before), SYSTEM)
    return write_values(organization, checked, "reload", actor) or before != organization.parent_id


def change_organization(
    organization: Organization, values: Mapping[str, Any], actor: Actor, seen: int | None = None
) -> None:
    """Change what members may write; history keeps the difference.

    Args:
        values: keys of VOUCHED and DESCRIPTION, and "parent_id"; what is not given stays.

    Raises:
        Invalid: for values that cannot be, or changed ones of VOUCHED once they were submitted.
        Conflict: it is newer than the version ``seen``.
    """
    lock(organization)
    if seen is not None and seen != organization.version:
        raise Conflict(Text("单位信息刚刚被别人改过", "Somebody has just changed this"), ledger.latest(organization))
    checked = _checked({**_present(organization), **values}, organization)
    checked |= _checked_papers(values)
    fixed = [key for key in VOUCHED if key in checked and getattr(organization, key) != checked[key]]
    if fixed and organization.state not in IDENTITY_OPEN_STATES:
        message = Text("已提交或已核验的单位不能改名称、代码和所在地", "Name, code and place are fixed once submitted")
        raise Invalid([FieldError(fixed[0], message)])
    write_values(organization, checked, "edit", actor)
    tree.name_parent(organization, values.get("parent_id", organization.parent_id), actor)


def prepare_licence(stream: BinaryIO, name: str) -> Prepared:
    """Check an uploaded licence, a document or a picture of it; slow, and outside of any transaction.

    Raises:
        FieldError: on "licence".
    """
    return prepare(stream, name, EITHER, field="licence")


def keep_licence(organization: Organization, prepared: Prepared, actor: Actor) -> int:
    """Keep an uploaded licence as the organization's file and return its key, to be given as "licence_id"."""
    return keep(prepared, organization, actor).id


def checked_vouched(values: Mapping[str, Any], organization: Organization) -> dict[str, Any]:
    """The fields of VOUCHED as stored.

    Raises:
        Invalid: for values that cannot be; a code that is taken leads to its holder.
    """
    checked = _checked({**_present(organization), **values}, organization) | _checked_papers(values)
    return {key: checked[key] for key in VOUCHED}


def _checked_papers(values: Mapping[str, Any]) -> dict[str, Any]:
    papers = {key: values[key] for key in ("licence_id",) if key in values}
    return papers | ({"marks": checked_marks(values["marks"])} if "marks" in values else {})


def take_organization_step(organization: Organization, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Take a step of the organization's life; an official acts in the post that gives him the right."""
    own = organization.id if actor.belongs_to(organization.id) else None
    post = actor.post_to_decide("verify", organization.region, organization.id) if own is None else None
    move(ORGANIZATION, organization, name, actor, reason, post=post, organization_id=own, seen=seen)
    if name == "submit":
        organization.submitted_at = clock.now()
    if name == "verify":
        organization.verified_at = clock.now()
    db.session.flush()
    dirty.note("organization", organization.id)


def parent_named(text: str, actor: Actor) -> int | None:
    """The key of the parent that a form names by its number or credit code; None for an empty text.

    Raises:
        FieldError: on "parent".
    """
    if not text.strip():
        return None
    found = organization_named(text, actor)
    if found is None:
        raise FieldError("parent", Text("没有这个编号或信用代码的单位", "No organization has this number or code"))
    return found.id


def write_values(
    organization: Organization, wanted: Mapping[str, Any], action: str, actor: Actor, post: PostHeld | None = None
) -> bool:
    """Write checked values, and the difference into history; False when nothing differs."""
    changed = {key: value for key, value in wanted.items() if getattr(organization, key) != value}
    if not changed:
        return False
    data = {
        key: [NOT_KEPT, NOT_KEPT] if key in PRIVATE else [getattr(organization, key), changed[key]] for key in changed
    }
    for key, value in changed.items():
        setattr(organization, key, value)
    db.session.flush()
    own = organization.id if actor.belongs_to(organization.id) else None
    ledger.record(organization, action, actor, organization_id=own, post=post, data={"changed": data})
    dirty.note("organization", organization.id)
    return True


def _present(organization: Organization) -> dict[str, Any]:
    return {key: getattr(organization, key) for key in (*IDENTITY, *DESCRIPTION)}


def _checked(values: Mapping[str, Any], organization: Organization | None, *, loaded: bool = False) -> dict[str, Any]:
    """Stored values of given ones. Public material does not always say where an organization is (``loaded``)."""
    errors: list[FieldError] = []
    checked: dict[str, Any] = {}
    for key, check in ORGANIZATION_CHECKS.items():
        try:
            checked[key] = check(values.get(key))
        except FieldError as error:
            errors.append(error)
    if checked.get("region") == "" and not checked.get("place") and not loaded:
        errors.append(FieldError("place", Text("安徽省外的单位请写所在省市", "Give the place of one outside Anhui")))
    holder = holder_of_code(checked.get("credit_code", ""))
    if holder is not None and (organization is None or holder.id != organization.id):
        errors.append(_taken())
    parent_id = values.get("parent_id")
    if organization is not None and parent_id != organization.parent_id and tree.is_below(parent_id, organization):
        errors.append(tree.own_parent())
    if errors:
        raise Invalid(errors)
    return checked


def _taken() -> FieldError:
    message = Text(
        "这个信用代码已有单位登记，请向该单位的所有者申请加入",
        "An organization with this code is registered; ask its owner to let you join",
    )
    return FieldError("credit_code", message)
