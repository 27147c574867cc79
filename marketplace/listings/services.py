"""Commands on a listing and its revisions. They flush and never commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger, once
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep, prepare_document, prepare_picture
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.listings.kind import Content, Kind, differences
from marketplace.listings.lifecycle import REVISION
from marketplace.listings.models import Listing, Revision
from marketplace.listings.policy import can_edit, can_file
from marketplace.listings.queries import latest, open_revision
from marketplace.organizations.lifecycle import ORGANIZATION, way_to_verified
from marketplace.organizations.models import Organization

# States in which a listing is revised beside what the public reads; in the others the draft is the listing itself.
REVISABLE = ("published", "expired", "suspended")

# Pictures of a listing, and documents.
MOST_UPLOADS = 8

Upload = tuple[BinaryIO, str]
"""A file as it came: its bytes, and the name that its owner gave it."""


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as JSON with sorted keys: what an approval was about."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def create(
    kind: Kind, organization: Organization, actor: Actor, content: Content | None = None, form_key: str = ""
) -> Listing:
    """Begin a listing with a first draft. ``form_key``: the form it came with (foundation/once.py).

    Raises:
        Refused: the actor is no member, or the organization may not file this kind.
    """
    if not (can_file(actor, organization) or actor.is_system) or not kind.may_file(organization):
        raise Refused(
            Text("由本单位成员登记%(kind)s", "A %(kind)s is filed by a member of its organization")
            % {"kind": kind.label},
            Text("您不是该单位成员，或该单位不办理此类登记", "You are no member, or it does not file this kind"),
            Text("请先登记或加入单位", "Register or join an organization first"),
        )
    draft = {**kind.blank(organization), **(content or {})}
    listing = kind.model(
        number=next_number(kind.letter), organization_id=organization.id, region=organization.region,
        created_by=actor.user_id, demo=organization.demo,
    )  # fmt: skip
    kind.project(listing, draft)
    db.session.add(listing)
    db.session.flush()
    _new_revision(listing, 1, draft)
    ledger.record(listing, "create", actor, organization_id=organization.id, data=once.noted(form_key) or None)
    return listing


def _new_revision(listing: Listing, number: int, content: Content) -> Revision:
    revision = Revision(
        listing_type=listing.subject_type, listing_id=listing.id, number=number, content=content,
        region=listing.region, organization_id=listing.organization_id,
    )  # fmt: skip
    db.session.add(revision)
    db.session.flush()
    db.session.expire(listing, ["open_revision"])
    return revision


def save(kind: Kind, listing: Listing, content: Content, actor: Actor, seen: int | None) -> Revision:
    """Save the draft.

    Raises:
        NotFound: there is nothing the actor may write.
        Conflict: it changed since the actor saw it, or is being reviewed.
    """
    lock(listing)
    revision = open_revision(listing)
    if revision is None or not can_edit(actor, listing):
        raise NotFound
    lock(revision)
    if revision.state not in ("drafted", "returned") or (seen is not None and seen != revision.version):
        raise Conflict(
            Text(
                "没有保存：这份草稿刚刚被别人改过或已送审",
                "Not saved: somebody else has just changed or submitted this draft",
            ),
            latest(listing),
        )
    revision.content = content
    if not listing.edition:
        kind.project(listing, content)
    db.session.flush()
    return revision


def prepare(pictures: Sequence[Upload], files: Sequence[Upload], content: Content) -> list[Prepared]:
    """Check uploaded files; slow, and outside of any transaction. ``attach`` writes them down.

    Raises:
        Invalid: too many, or one that is not accepted, under "new_pictures" or "new_files".
    """
    errors: list[FieldError] = []
    prepared: list[Prepared] = []
    for key, uploads, accept in (("pictures", pictures, prepare_picture), ("files", files, prepare_document)):
        if len(content.get(key) or []) + len(uploads) > MOST_UPLOADS:
            message = Text("最多 %(max)d 个，请先删去一些", "At most %(max)d; remove some first") % {
                "max": MOST_UPLOADS
            }
            errors.append(FieldError(f"new_{key}", message))
            continue
        for stream, name in uploads:
            try:
                prepared.append(accept(stream, name, field=f"new_{key}"))
            except FieldError as error:
                errors.append(error)
    if errors:
        raise Invalid(errors)
    return prepared


def attach(listing: Listing, content: Content, prepared: Sequence[Prepared], actor: Actor) -> Content:
    """The content with the prepared files behind those it has; they belong to the listing from now on."""
    added: dict[str, list[Any]] = {"pictures": [], "files": []}
    for each in prepared:
        file = keep(each, listing, actor)
        if each.purpose == "picture":
            added["pictures"].append({"file": file.id, "caption": ""})
        else:
            added["files"].append({"file": file.id, "title": ""})
    return {**content, **{key: [*(content.get(key) or []), *rows] for key, rows in added.items() if rows}}


def detach(content: Content, file_id: int) -> Content:
    """The content without a file: out of the pictures and files, and no longer what a claim points to."""
    return {key: _without(value, file_id, key in ("pictures", "files")) for key, value in content.items()}


def _without(value: Any, file_id: int, drop: bool = False) -> Any:
    if isinstance(value, list):
        kept = [each for each in value if not (drop and isinstance(each, dict) and each.get("file") == file_id)]
        return [_without(each, file_id) for each in kept]
    if isinstance(value, dict):
        return {
            key: None if key == "file" and each == file_id else _without(each, file_id) for key, each in value.items()
        }
    return value


def revise(kind: Kind, listing: Listing, actor: Actor) -> Revision:
    """Begin a revision of what is public; the public keeps seeing the approved one.

    Raises:
        Conflict: a revision is open already, or the listing is not public.
    """
    lock(listing)
    if not can_edit(actor, listing):
        raise NotFound
    if open_revision(listing) is not None or listing.state not in REVISABLE:
        raise Conflict(
            Text(
                "不能新开修订：已有一份修订，或内容已不公开", "A revision is open already, or this is no longer public"
            ),
            latest(listing),
        )
    number = max(each.number for each in _all(listing)) + 1
    revision = _new_revision(listing, number, dict(listing.content))
    ledger.record(revision, "revise", actor, organization_id=listing.organization_id, data={"number": number})
    return revision


def _all(listing: Listing) -> list[Revision]:
    return db.session.query(Revision).filter_by(listing_type=listing.subject_type, listing_id=listing.id).all()


def submit(kind: Kind, listing: Listing, actor: Actor, seen: int | None) -> None:
    """Submit the draft for review.

    Raises:
        Refused: the organization is not verified, or the pre-check still finds something to mend.
    """
    lock(listing)
    revision = _open(listing)
    if listing.state not in ("draft", "returned", *REVISABLE):
        raise Conflict(Text("没有送审：这份清单已结束", "Not submitted: this listing has ended"), latest(listing))
    refusal = refusal_to_submit(kind, listing, revision)
    if refusal is not None:
        raise refusal
    changed = [row.key for row in differences(kind, listing.content, revision.content, "zh_CN")]
    own = listing.organization_id
    move(REVISION, revision, "submit", actor, organization_id=own, seen=seen, data={"changed": changed})
    revision.submitted_at = clock.now()
    revision.remark = ""
    if listing.state in ("draft", "returned"):
        move(kind.lifecycle, listing, "submit", actor, organization_id=own)


def refusal_to_submit(kind: Kind, listing: Listing, revision: Revision) -> Refused | None:
    """Why the draft cannot be submitted yet, or None."""
    missing = kind.blocking(revision.content)
    if missing:
        return Refused(
            Text("预检通过才能送审", "Only what passes the pre-check can be submitted"),
            Text("还有 %(count)d 处要补：%(first)s", "%(count)d still to be corrected: %(first)s")
            % {"count": len(missing), "first": missing[0].text},
            Text("请按预检逐条补正", "Follow the pre-check line by line"),
        )
    if listing.organization.state == "verified":
        return None
    return Refused(
        Text("已核验的单位才能送审", "Only a verified organization can submit"),
        Text("单位现在是“%(state)s”", "The organization is now “%(state)s”")
        % {"state": ORGANIZATION.mark(listing.organization.state).label},
        Text("%(way)s；草稿会保留", "%(way)s; the draft is kept") % {"way": way_to_verified(listing.organization)},
    )


def recall(kind: Kind, listing: Listing, actor: Actor, seen: int | None) -> None:
    """Take a submitted draft back."""
    lock(listing)
    own = listing.organization_id
    move(REVISION, _open(listing), "recall", actor, organization_id=own, seen=seen)
    if listing.state == "in_review":
        move(kind.lifecycle, listing, "recall", actor, organization_id=own)


def discard(listing: Listing, actor: Actor, seen: int | None) -> None:
    """Give a revision of a public listing up (a first draft stays with its listing)."""
    lock(listing)
    if listing.state not in REVISABLE:
        raise NotFound
    move(REVISION, _open(listing), "discard", actor, organization_id=listing.organization_id, seen=seen)
    db.session.expire(listing, ["open_revision"])


def send_back(kind: Kind, listing: Listing, actor: Actor, reason: str, seen: int | None) -> None:
    """Return a submitted revision with a reason; what is public stays."""
    lock(listing)
    revision = _open(listing)
    post = _post(actor, listing)
    move(REVISION, revision, "return", actor, reason, post=post, seen=seen)
    revision.decided_at = clock.now()
    revision.remark = reason.strip()
    if listing.state == "in_review":
        move(kind.lifecycle, listing, "return", actor, reason, post=post)


def approve(kind: Kind, listing: Listing, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Approve the submitted revision: it replaces what was public."""
    lock(listing)  # first the listing, then its revision, as every command does: two at once wait, none deadlocks
    revision = _open(listing)
    lock(revision)
    post = _post(actor, listing)
    private = {each.key for each in kind.fields if each.private}
    changes = {
        row.key: [row.old, row.new]
        for row in differences(kind, listing.content, revision.content, "zh_CN")
        if row.key.partition(".")[0] not in private and listing.edition
    }
    previous = _approved(listing)
    if revision.state == "in_review" and previous is not None:
        move(REVISION, previous, "supersede", SYSTEM)
    move(
        REVISION, revision, "approve", actor, reason, post=post, seen=seen,
        data={"number": revision.number, "sha256": content_hash(revision.content), "changed": changes},
    )  # fmt: skip
    revision.decided_at = clock.now()
    publish_content(kind, listing, revision)
    if listing.state in ("in_review", "expired"):
        move(kind.lifecycle, listing, "publish", actor, reason, post=post)
    dirty.note(kind.name, listing.id)


def publish_content(kind: Kind, listing: Listing, revision: Revision) -> None:
    """Make the revision's content the public one."""
    listing.content = dict(revision.content)
    listing.edition = revision.number
    listing.published_at = clock.now()
    kind.project(listing, revision.content)
    db.session.flush()
    db.session.expire(listing, ["open_revision"])


def _approved(listing: Listing) -> Revision | None:
    return (
        db.session.query(Revision)
        .filter_by(listing_type=listing.subject_type, listing_id=listing.id, state="approved")
        .one_or_none()
    )


def take_step(kind: Kind, listing: Listing, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Take a step that stands alone (suspend, resume, withdraw, reopen, and the kind's own endings)."""
    post = _post(actor, listing)
    own = listing.organization_id if actor.belongs_to(listing.organization_id) else None
    move(kind.lifecycle, listing, step.name, actor, reason, post=post, organization_id=own, seen=seen)
    if step.name == "reopen" and open_revision(listing) is None:
        number = max(each.number for each in _all(listing)) + 1
        _new_revision(listing, number, dict(listing.content))
    dirty.note(kind.name, listing.id)


def expire_due(kind: Kind) -> bool:
    """End the listings whose validity is over; the clock's own task. True when there are more."""
    model = kind.model
    due = db.session.query(model).filter(model.state == "published", model.valid_until < clock.today()).limit(100).all()
    for listing in due:
        take_step(kind, listing, kind.lifecycle.by_name["expire"], SYSTEM, "", None)
    return len(due) == 100


def follow_organization(kind: Kind, organization: Organization) -> None:
    """Bring the region that listings and revisions keep of their owner up to date, after it has moved."""
    model = kind.model
    theirs = (model.organization_id == organization.id) & (model.region != organization.region)
    for listing in db.session.query(model).filter(theirs):
        lock(listing)
        listing.region = organization.region
        dirty.note(kind.name, listing.id)
    named = (Revision.organization_id == organization.id) & (Revision.region != organization.region)
    for revision in db.session.query(Revision).filter(named, Revision.listing_type == kind.name):
        lock(revision)
        revision.region = organization.region
    db.session.flush()


def _open(listing: Listing) -> Revision:
    revision = open_revision(listing)
    if revision is None:
        raise Conflict(
            Text("没有可办理的修订：它已被办结或放弃", "There is nothing to decide: it was decided or discarded"),
            latest(listing),
        )
    return revision


def _post(actor: Actor, listing: Listing) -> PostHeld | None:
    return actor.post_to_decide("review", listing.region, listing.organization_id)


def parsed_day(text: str) -> date | None:
    """A day of the content ("2027-03-31"), or None when it is empty."""
    return date.fromisoformat(text) if text else None
