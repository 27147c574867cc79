"""Selects of listings, revisions, their files, and the queue of an official."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.queries import people
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import NotFound
from marketplace.core.reasons import in_words
from marketplace.core.text import Text
from marketplace.foundation import once
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.kind import KINDS, Kind, kind_named
from marketplace.listings.lifecycle import REVISION
from marketplace.listings.models import OPEN, Listing, Revision
from marketplace.listings.policy import can_edit, can_review, can_view, visible_to
from marketplace.organizations.models import Organization
from marketplace.posts.policy import may_decide
from marketplace.posts.queries import signatures
from marketplace.web.plate import PersonalPart

# Entries of the listing that repeat the revision's own entry of the same moment.
TOLD_BY_REVISION = ("submit", "return", "recall", "publish")


def listing_by_number(kind: Kind, number: str, actor: Actor) -> Listing:
    """The listing if the actor may see it, with its organization.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    model = kind.model
    select = sa.select(model).where(model.number == number, visible_to(actor, model))
    found = db.session.scalar(select.options(joinedload(model.organization)))
    if found is None:
        raise NotFound
    return found


def open_revision(listing: Listing) -> Revision | None:
    """The revision being written or reviewed, read now."""
    return db.session.scalar(
        sa.select(Revision).where(
            Revision.listing_type == listing.subject_type, Revision.listing_id == listing.id, Revision.state.in_(OPEN)
        )
    )


def begun_with(kind: Kind, form_key: str, actor: Actor) -> Listing | None:
    """What the actor has begun with this form (foundation/once.py), while he may write it."""
    key = once.begun_with(form_key, actor, kind.model.__tablename__)
    listing: Listing | None = db.session.get(kind.model, key) if key is not None else None
    return listing if listing is not None and can_edit(actor, listing) else None


def readable_revision(listing: Listing, actor: Actor) -> Revision | None:
    """The open revision as far as the actor may read it: the owner always, an official once it was submitted."""
    revision = open_revision(listing)
    if revision is None or can_edit(actor, listing):
        return revision
    submitted = revision.state in ("in_review", "returned")
    return revision if submitted and can_review(actor, listing) else None


def revisions(listing: Listing) -> Sequence[Revision]:
    """All revisions, the newest first."""
    mine = (Revision.listing_type == listing.subject_type) & (Revision.listing_id == listing.id)
    return db.session.scalars(sa.select(Revision).where(mine).order_by(Revision.number.desc())).all()


def history(listing: Listing) -> Sequence[LedgerEntry]:
    """What happened to the listing and its revisions, oldest first."""
    return [each for each, _number in numbered_history(listing)]


def numbered_history(listing: Listing) -> Sequence[tuple[LedgerEntry, int | None]]:
    """The same with the number of the revision that an entry is about."""
    of_revisions = sa.select(Revision.id).where(
        Revision.listing_type == listing.subject_type, Revision.listing_id == listing.id
    )
    own = (
        (LedgerEntry.subject_type == listing.subject_type)
        & (LedgerEntry.subject_id == listing.id)
        & LedgerEntry.action.not_in(TOLD_BY_REVISION)
    )
    theirs = (LedgerEntry.subject_type == "revision") & LedgerEntry.subject_id.in_(of_revisions)
    revision = (LedgerEntry.subject_type == "revision") & (LedgerEntry.subject_id == Revision.id)
    select = sa.select(LedgerEntry, Revision.number).outerjoin(Revision, revision)
    return [(each, number) for each, number in db.session.execute(select.where(own | theirs).order_by(LedgerEntry.id))]


def my_listings(kind: Kind, actor: Actor, state: str = "") -> sa.Select[Listing]:
    """The listings of the actor's organizations, the one changed last first; of one state, when it is given."""
    model = kind.model
    mine = model.organization_id.in_(sorted(actor.organization_ids))
    wanted = model.state == state if state else sa.true()
    return sa.select(model).where(mine, wanted).order_by(model.updated_at.desc(), model.id.desc())


def public_of(kind: Kind, organization: Organization, limit: int) -> tuple[Sequence[Listing], int]:
    """What the organization has published of a kind, the newest first, at most ``limit``; and how many there are."""
    model = kind.model
    theirs = (model.organization_id == organization.id) & (model.state == "published")
    total = sa.select(sa.func.count()).where(theirs).scalar_subquery()
    newest = sa.select(model, total).where(theirs).order_by(model.published_at.desc(), model.id.desc())
    rows = db.session.execute(newest.limit(limit)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def my_states(kind: Kind, actor: Actor) -> dict[str, int]:
    """How many listings the actor's organizations have in each state, in the order of the life cycle."""
    model = kind.model
    mine = model.organization_id.in_(sorted(actor.organization_ids))
    rows = db.session.execute(sa.select(model.state, sa.func.count()).where(mine).group_by(model.state))
    found = dict(rows.all())
    return {state: found[state] for state in kind.lifecycle.states if state in found}


def open_revisions(kind: Kind, listings: Sequence[Listing]) -> dict[int, Revision]:
    """The revisions being written or reviewed, by the key of their listing."""
    rows = db.session.scalars(
        sa.select(Revision).where(
            Revision.listing_type == kind.name,
            Revision.listing_id.in_([listing.id for listing in listings]),
            Revision.state.in_(OPEN),
        )
    )
    return {row.listing_id: row for row in rows}


def my_open(kind: Kind, actor: Actor, *states: str, limit: int = 50) -> list[tuple[Listing, Revision]]:
    """The open revisions of the actor's organizations in these states, oldest change first, with their listings."""
    rows = db.session.scalars(
        sa.select(Revision)
        .where(Revision.organization_id.in_(sorted(actor.organization_ids)), Revision.listing_type == kind.name)
        .where(Revision.state.in_(states))
        .order_by(Revision.updated_at, Revision.id)
        .limit(limit)
    ).all()
    listings = listings_of(kind, rows)
    return [(listings[row.listing_id], row) for row in rows]


def duty_selects(actor: Actor) -> list[sa.Select[Any]]:
    """The returned revisions of the actor's organizations, a row each."""
    mine = Revision.organization_id.in_(sorted(actor.organization_ids)) & (Revision.state == "returned")
    return [sa.select(Revision.id).where(mine)] if actor.organization_ids else []


def waits_for_review(actor: Actor, listing_type: str) -> sa.ColumnElement[bool]:
    """The revisions that wait for the actor's decision, as a condition; never those of his own organizations."""
    decides = may_decide(actor, "review", Revision.region, Revision.organization_id)
    return (Revision.listing_type == listing_type) & (Revision.state == "in_review") & decides


def revisions_with(ids: Sequence[int]) -> Sequence[Revision]:
    """The revisions with these keys and their organizations, whoever asks (for a queue)."""
    select = sa.select(Revision).where(Revision.id.in_(ids))
    return db.session.scalars(select.options(joinedload(Revision.organization))).all()


def listings_of(kind: Kind, revisions_found: Sequence[Revision]) -> dict[int, Listing]:
    """The listings of some revisions, by key."""
    ids = [revision.listing_id for revision in revisions_found]
    rows = db.session.scalars(sa.select(kind.model).where(kind.model.id.in_(ids)))
    return {row.id: row for row in rows}


def returned_before(revisions_found: Sequence[Revision]) -> frozenset[int]:
    """The keys of those that were returned once already."""
    ids = [revision.id for revision in revisions_found]
    returns = sa.select(LedgerEntry.subject_id).where(
        LedgerEntry.subject_type == "revision", LedgerEntry.subject_id.in_(ids), LedgerEntry.action == "return"
    )
    return frozenset(db.session.scalars(returns))


def decided_listing(kind: Kind, number: str, actor: Actor) -> Listing | None:
    """A listing that the actor had before him in review and that went back to a draft: for telling him so."""
    listing = db.session.scalar(sa.select(kind.model).where(kind.model.number == number))
    if listing is None or actor.post_for("review", listing.region) is None:
        return None
    return listing if any(revision.submitted_at for revision in revisions(listing)) else None


def latest(listing: Listing) -> LedgerEntry | None:
    """The newest entry about the listing or one of its revisions, for telling who was first."""
    entries = history(listing)
    return entries[-1] if entries else None


# ---- files ----


def file_ids(content: Any) -> set[int]:
    """The keys of all files that a content names, wherever ("file": 12)."""
    if isinstance(content, dict):
        own = {content["file"]} if isinstance(content.get("file"), int) else set()
        return own.union(*(file_ids(each) for each in content.values()))
    if isinstance(content, list):
        return set().union(*(file_ids(each) for each in content))
    return set()


def files_of(listing: Listing, content: Mapping[str, Any]) -> dict[int, StoredFile]:
    """The files that the content names, by key; what belongs to another object is left out."""
    mine = (StoredFile.owner_type == listing.subject_type) & (StoredFile.owner_id == listing.id)
    rows = db.session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(sorted(file_ids(content))), mine))
    return {row.id: row for row in rows}


def covers_of(listings: Sequence[Listing]) -> dict[int, StoredFile]:
    """The first picture of each listing's public content, by the key of the listing."""
    first = {
        int(listing.content["pictures"][0]["file"]): listing for listing in listings if listing.content.get("pictures")
    }
    rows = db.session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(sorted(first))))
    return {
        row.owner_id: row
        for row in rows
        if (row.owner_type, row.owner_id) == (first[row.id].subject_type, first[row.id].id)
    }


def public_contents(model: Any, ids: Sequence[int]) -> Sequence[Any]:
    """(key, content, name of the owner, the same in English) of those of these listings that everybody may read.

    Plain rows: a search reads a hundred of them for the order of its hits.
    """
    select = sa.select(model.id, model.content, Organization.name, Organization.name_en).join(model.organization)
    return db.session.execute(select.where(model.id.in_(ids), visible_to(VISITOR, model))).all()


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor may read a file of a listing.

    What is in the public content: whoever may view the listing. The rest: members of its owner, and officials as
    far as the revision before them names it.
    """
    kind = kind_named(file.owner_type)
    listing = db.session.get(kind.model, file.owner_id) if kind else None
    if listing is None or not can_view(actor, listing):
        return False
    if can_edit(actor, listing) or actor.is_system or file.id in file_ids(listing.content):
        return True
    revision = readable_revision(listing, actor)
    return revision is not None and file.id in file_ids(revision.content)


# ---- history in words ----


# What has a name in no life cycle.
def numbers_of(kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """Key → number of listings, whoever asks (for the logs)."""
    rows = db.session.execute(sa.select(kind.model.id, kind.model.number).where(kind.model.id.in_(ids)))
    return {row.id: row.number for row in rows}


def key_of(kind: Kind, number: str) -> int | None:
    """The key of a number, None when no listing of the kind has it."""
    return db.session.scalar(sa.select(kind.model.id).where(kind.model.number == number))


def revision_numbers(kind: Kind, ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """(key, number of the listing, number of the revision) of those that are revisions of this kind."""
    of_kind = (Revision.listing_type == kind.name) & (Revision.listing_id == kind.model.id)
    select = sa.select(Revision.id, kind.model.number, Revision.number).join(kind.model, of_kind)
    return [(row[0], row[1], row[2]) for row in db.session.execute(select.where(Revision.id.in_(ids)))]


OTHER_ACTS = {
    "create": Text("建立草稿", "Draft begun"),
    "revise": Text("开始修订", "Revision begun"),
    "reload": Text("按新资料更新", "Updated from new material"),
    "prove": Text("参数经场景验证实测", "Claims proven in a pilot"),
}
# The public reads what became of what is public, not how its next version is being made.
TOLD_TO_NOBODY = ("create", "submit", "recall", "return", "reopen", "publish")
# Between the official and the owner.
PRIVATE_REASONS = ("return", "approve", "suspend", "resume")
SYSTEM_NAME = Text("系统", "the system")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of history as a reader sees it: when, who (organization, post, and for insiders the person), what."""

    at: datetime
    who: Text
    what: Text
    reason: str = ""

    @property
    def text(self) -> Text:
        """What was done, with the reason that was given."""
        if not self.reason:
            return self.what
        return Text("%(what)s：%(reason)s", "%(what)s: %(reason)s") % {
            "what": self.what,
            "reason": in_words(self.reason),
        }


def log_lines(kind: Kind, listing: Listing, actor: Actor) -> list[LogLine]:
    """The history of a listing as the actor may read it, the newest first. Four statements at most, however long.

    Everybody reads what became of the public content, signed by organization or post. Members also read how their
    drafts went, with the names of their own people; officials in charge read everything, with all names.
    """
    told = numbered_history(listing)
    numbers = {entry.id: number for entry, number in told}
    entries = [entry for entry, _number in told]
    member, official = can_edit(actor, listing), actor.post_for("review", listing.region) is not None
    if not (member or official):
        entries = [entry for entry in entries if _is_public(entry)]
    names = _names(entries, listing, member=member, official=official)
    lines = []
    for entry in reversed(entries):
        tells = member or official or entry.action not in PRIVATE_REASONS
        what = _what(kind, entry, numbers[entry.id])
        lines.append(LogLine(entry.at, names[entry.id], what, entry.reason if tells else ""))
    return lines


def log_line(kind: Kind, listing: Listing, entry: LedgerEntry, actor: Actor) -> LogLine:
    """One entry of the listing or of a revision in words, for telling who was first."""
    member, official = can_edit(actor, listing), actor.post_for("review", listing.region) is not None
    name = _names([entry], listing, member=member, official=official)[entry.id]
    return LogLine(entry.at, name, _what(kind, entry, None), "")


def _is_public(entry: LedgerEntry) -> bool:
    if entry.subject_type == "revision":
        return entry.action == "approve"
    return entry.action not in TOLD_TO_NOBODY


def _what(kind: Kind, entry: LedgerEntry, number: int | None) -> Text:
    of_revision = entry.subject_type == "revision"
    step = (REVISION if of_revision else kind.lifecycle).by_name.get(entry.action)
    what = step.told if step else OTHER_ACTS.get(entry.action, Text(entry.action, entry.action))
    if not of_revision or number is None:
        return what
    return Text("第 %(number)s 版：%(what)s", "Revision %(number)s: %(what)s") % {"number": number, "what": what}


def _names(entries: Sequence[LedgerEntry], listing: Listing, *, member: bool, official: bool) -> dict[int, Text]:
    """Who acted, by the key of the entry; organizations, posts and people are read together."""
    own = listing.organization
    others = _by_id(Organization, {entry.organization_id for entry in entries} - {own.id})
    organizations = {own.id: own, **others}
    signed = signatures(entries, named=official)
    users = people(sorted({entry.actor_id for entry in entries if entry.actor_id})) if member or official else {}
    named: dict[int, Text] = {}
    for entry in entries:
        organization = organizations.get(entry.organization_id)
        sign = signed.get(entry.id) or (organization.label if organization else SYSTEM_NAME)
        person = users.get(entry.actor_id or 0)
        if person is not None and (official or (member and entry.organization_id == own.id)):
            sign = Text("%(sign)s %(person)s", "%(sign)s, %(person)s") % {"sign": sign, "person": person.name}
        named[entry.id] = sign
    return named


def _by_id(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    wanted = sorted(each for each in ids if each is not None)
    rows = db.session.scalars(sa.select(model).where(model.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows}


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person began and uploaded, for the copy of his data."""
    begun = {"number": Text("编号", "Number"), "title": Text("标题", "Title"), "created_at": Text("时间", "When")}
    parts = []
    for kind in KINDS.values():
        mine = sa.select(kind.model).where(kind.model.created_by == user_id).order_by(kind.model.id)
        rows = [{key: getattr(each, key) for key in begun} for each in db.session.scalars(mine)]
        parts.append(PersonalPart(kind.model.__tablename__, kind.label, begun, rows))
    uploaded = {"name": Text("文件名", "File"), "size": Text("字节", "Bytes"), "created_at": Text("时间", "When")}
    files = sa.select(StoredFile).where(StoredFile.uploaded_by == user_id).order_by(StoredFile.id)
    rows = [{key: getattr(each, key) for key in uploaded} for each in db.session.scalars(files)]
    return (*parts, PersonalPart("stored_file", Text("上传的文件", "Uploaded files"), uploaded, rows))
