"""Topic → who is told what: the holder of a post, and both sides of a delegation."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.text import Text, enumerated
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import Letter, LetterGroup, Quote
from marketplace.foundation.outbox import Message
from marketplace.posts.models import DUTIES, Delegation, Post
from marketplace.reference import regions

POSTS = LetterGroup(
    "posts",
    Text("岗位与委托", "Posts and delegations"),
    Text(
        "岗位设置、变更、结束，职责委托和收回",
        "When a post is given, changed or ended, and when duties are handed over",
    ),
    owed=Text("关系到您能办理哪些事项", "It bears on what you may decide"),
    concerns=lambda actor: bool(actor.posts),
)


def post_changed(message: Message, config: Config) -> Iterator[Letter]:
    """Who holds a post is told when it is given, changed or ended; ``message.topic`` names the act."""
    post = db.session.get_one(Post, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    if post.user.is_active:
        yield letter(
            post.user, f"posts/{entry.action}", POSTS, post=post.label, region=regions.name(post.region),
            duties=_listed(post.duties), reason=Quote(entry.reason), link=f"{config.base_url}/posts/",
        )  # fmt: skip


def delegation_changed(message: Message, config: Config) -> Iterator[Letter]:
    """Both sides are told when duties are handed over, and when that ends; ``message.topic`` names the step."""
    delegation = db.session.get_one(Delegation, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    giver, deputy = delegation.post.user, delegation.user
    for user in (giver, deputy):
        if user.is_active:
            yield letter(
                user, "posts/delegated" if entry.action == "give" else "posts/delegation_over", POSTS, giver=giver.name,
                deputy=deputy.name, post=delegation.post.label, duties=_listed(delegation.duties),
                first=clock.beijing(delegation.since).date(), last=clock.last_day(delegation.until),
                reason=Quote(entry.reason), link=f"{config.base_url}/posts/",
            )  # fmt: skip


def _listed(duties: list[str]) -> Text:
    return enumerated(DUTIES[duty] for duty in duties)
