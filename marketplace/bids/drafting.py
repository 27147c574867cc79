"""Commands of a bidder on what he writes: begin, save, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from marketplace.bids import codes, content
from marketplace.bids.consortium import take_part, writable
from marketplace.bids.diary import note
from marketplace.bids.drafts import draft_keys
from marketplace.bids.eligibility import barriers
from marketplace.bids.models import Bid
from marketplace.bids.owncopy import own_copy
from marketplace.bids.terms import closed_by
from marketplace.challenges.models import Challenge
from marketplace.challenges.questions import watch
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db, moment
from marketplace.foundation.files import StoredFile
from marketplace.organizations.models import Organization

SIGNS = 8


def start(challenge: Challenge, organization: Organization, actor: Actor) -> Bid:
    """Begin a bid of an organization: a draft that nobody else can see.

    Raises:
        Refused: the deadline has passed, the organization may not bid, or takes part in another bid of the challenge.
        NotFound: the actor is no member.
    """
    if not actor.belongs_to(organization.id):
        raise NotFound
    for refusal in (closed_by(challenge, moment()), *barriers(challenge, organization, lead=True)):
        if refusal is not None:
            raise refusal
    bid = Bid(
        number=f"B-{codes.random_signs(SIGNS)}", challenge_id=challenge.id, organization_id=organization.id,
        demo=organization.demo,
    )  # fmt: skip
    db.session.add(bid)
    db.session.flush()
    take_part(bid, organization, actor)
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, content.BLANK)
    note(bid, "begin", actor)
    watch(challenge, actor)  # of addenda he hears like everybody who watches: a letter to bidders would count them
    return bid


# ---- what is written ----


def draft_of(bid: Bid) -> dict[str, Any] | None:
    """What is being written; None when nothing is."""
    if bid.draft is None:
        return None
    return {**content.BLANK, **draft_keys().decrypt(bid.draft_key, bid.draft)}


def save(bid: Bid, written: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Keep what was written.

    Raises:
        NotFound: the actor does not write this bid.
        Refused: the deadline has passed.
        Conflict: it is newer than the version ``seen``, or nothing is being written.
    """
    writable(bid, actor)
    if bid.draft is None or (seen is not None and seen != bid.version):
        raise Conflict(
            Text("没有保存：内容刚刚在别处改过或封存", "Not saved: it has just been changed or sealed elsewhere")
        )
    bid.draft = draft_keys().encrypt(bid.draft_key, written)
    db.session.flush()


def write_again(bid: Bid, actor: Actor, code: str) -> None:
    """Begin another version, from the sealed one if its code is given, else from nothing.

    Raises:
        codes.Misread, envelope.Broken: the code is none, or not that of this bid.
        NotFound, Refused: as ``save``.
    """
    writable(bid, actor)
    if bid.draft is not None:
        return
    before = own_copy(bid, code)[0] if code else dict(content.BLANK)
    if not code:
        bid.own_public = None
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, before)
    db.session.flush()


# ---- files ----


def attach(bid: Bid, entry: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Add a file whose sealed bytes lie in the store already (files.py) to the draft."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None or len(written["files"]) >= content.MOST_FILES:
        raise Refused(
            Text("一份申报最多 %(most)s 个文件", "A bid has at most %(most)s files") % {"most": content.MOST_FILES},
            Text("已经有 %(most)s 个", "There are already %(most)s") % {"most": content.MOST_FILES},
            Text("先移除不需要的文件", "Remove one first"),
        )
    save(bid, {**written, "files": [*written["files"], dict(entry)]}, actor, seen)
    note_blob(bid, entry["blob"])


def note_blob(bid: Bid, blob: str) -> None:
    """Note what is known of a file outside the draft: sealed bytes without name, kind, size or author."""
    db.session.add(
        StoredFile(
            sha256=blob,
            name="sealed",
            media_type="application/octet-stream",
            size=0,
            purpose="document",
            owner_type=bid.subject_type,
            owner_id=bid.id,
            uploaded_by=None,
            created_at=clock.now(),
        )
    )
    db.session.flush()


def detach(bid: Bid, blob: str, actor: Actor, seen: int | None) -> None:
    """Take a file out of the draft; its sealed bytes stay as long as a sealed version may need them."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None:
        raise NotFound
    save(bid, {**written, "files": [each for each in written["files"] if each["blob"] != blob]}, actor, seen)
    if not bid.sealed:
        forget_files(bid, StoredFile.sha256 == blob)


def forget_files(bid: Bid, which: sa.ColumnElement[bool]) -> None:
    mine = (StoredFile.owner_type == bid.subject_type) & (StoredFile.owner_id == bid.id)
    db.session.execute(sa.delete(StoredFile).where(mine, which))
