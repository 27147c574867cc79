"""Topic → who is told what: officials of what was submitted, members of what became of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from marketplace.accounts.models import User
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Quote
from marketplace.foundation.outbox import Message
from marketplace.listings.kind import Kind, kind_named
from marketplace.listings.lifecycle import REVIEW_DAYS
from marketplace.listings.models import Listing, Revision
from marketplace.organizations.queries import member_users
from marketplace.posts.queries import officials, posts_by_id
from marketplace.settings.queries import value

OWN_LISTINGS = LetterGroup(
    "own_listings",
    Text("本单位的产品与需求", "Your organization's products and needs"),
    Text("到期、撤回", "When one expires or is withdrawn"),
)
# Steps of a listing's own life that its members are told of. What an official decided is owed to them.
TOLD_TO_OWNER = {"suspend": DECISIONS, "resume": DECISIONS, "withdraw": OWN_LISTINGS, "expire": OWN_LISTINGS}


def revision_submitted(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge of the region have something to review; nothing when it was recalled meanwhile."""
    revision = db.session.get_one(Revision, message.subject_id)
    kind = _kind(revision.listing_type)
    listing = db.session.get_one(kind.model, revision.listing_id)
    if revision.state == "in_review":
        own = {user.id for user in member_users(listing.organization_id)}
        deciding = [user for user in officials("review", revision.region) if user.id not in own]
        link = f"{config.base_url}/review/{kind.plural}/{listing.number}"
        context = {"title": _title(revision.content, listing), "days": value(REVIEW_DAYS)}
        yield from _about(kind, listing, deciding, "submitted", DESK, link, **context)


def revision_decided(message: Message, config: Config) -> Iterator[Letter]:
    """The members read what an official decided, with his words. ``message.topic`` names the step."""
    revision = db.session.get_one(Revision, message.subject_id)
    kind = _kind(revision.listing_type)
    listing = db.session.get_one(kind.model, revision.listing_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    template = "returned" if message.topic == "revision.return" else "approved"
    page = f"{config.base_url}/{kind.plural}/{listing.number}"
    link = f"{page}/edit" if template == "returned" else page
    members = member_users(listing.organization_id)
    context = {"title": _title(revision.content, listing), "reason": Quote(entry.reason), "post": _post(entry)}
    yield from _about(kind, listing, members, template, DECISIONS, link, **context)


def listing_changed(message: Message, config: Config) -> Iterator[Letter]:
    """The members are told that their listing left the public, or came back. ``message.topic`` names the step."""
    name, _dot, step = message.topic.partition(".")
    kind = _kind(name)
    listing = db.session.get_one(kind.model, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    link = f"{config.base_url}/{kind.plural}/{listing.number}"
    members = member_users(listing.organization_id)
    context = {
        "step": kind.lifecycle.by_name[step].label, "state": kind.lifecycle.mark(entry.after).label,
        "title": listing.label, "reason": Quote(entry.reason),
    }  # fmt: skip
    yield from _about(kind, listing, members, "changed", TOLD_TO_OWNER[step], link, **context)


def _post(entry: LedgerEntry) -> Text:
    """In which post it was decided, as it was called then; in English as it is called now."""
    post = posts_by_id([entry.post_id]).get(entry.post_id) if entry.post_id else None
    return Text(entry.post, post.label.en if post else entry.post)


def _kind(name: str) -> Kind:
    kind = kind_named(name)
    if kind is None:
        raise LookupError(f"no kind of listing is named {name}")
    return kind


def _title(content: dict[str, Any], listing: Listing) -> Text:
    """As the revision calls it, in both languages."""
    title = content.get("title")
    return Text(title, content.get("title_en") or title) if title else listing.label


def _about(
    kind: Kind, listing: Listing, users: Sequence[User], template: str, group: LetterGroup, link: str, **context: Any
) -> Iterator[Letter]:
    for user in users:
        shared = {"name": user.name, "kind": kind.label, "number": listing.number, "link": link}
        about = {"organization": listing.organization.label, "edition": listing.edition}
        yield Letter(user.email, user.language, f"listings/{template}.txt", {**shared, **about, **context}, group)
