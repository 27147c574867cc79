"""The plate of posts."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.worker import Task
from marketplace.posts import notify, queries, services
from marketplace.posts.lifecycle import DELEGATION
from marketplace.posts.views import account_panel, blueprint
from marketplace.web.plate import Capability, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Posts as the logs of administrators name them."""
    return {key: Named(post.department) for key, post in queries.posts_by_id(ids).items()}


ACTS = {
    "grant": Text("授予岗位", "Given"), "change": Text("变更岗位", "Changed"), "end": Text("结束岗位", "Ended"),
}  # fmt: skip
RECORDED = Recorded("post", Text("岗位", "Post"), acts=ACTS, named=named)
DELEGATED = Recorded(
    "delegation", DELEGATION.label, acts={"give": Text("委托职责", "Handed over")}, lifecycle=DELEGATION
)

EXPIRY_SECONDS = 600.0


def _expire() -> bool:
    with transaction():
        return services.expire_due()


def _signature(entry: LedgerEntry, _actor: Actor) -> Text | None:
    return queries.signatures([entry], named=False).get(entry.id)


def _init(app: Flask) -> None:
    app.extensions.setdefault("signatures", []).append(_signature)
    app.extensions.setdefault("account_panels", []).append(account_panel)


POSTS = Capability(
    name="posts",
    blueprints=lambda: (blueprint(),),
    letters={
        "post.grant": notify.post_changed,
        "post.change": notify.post_changed,
        "post.end": notify.post_changed,
        "delegation.give": notify.delegation_changed,
        "delegation.revoke": notify.delegation_changed,
        "delegation.give_back": notify.delegation_changed,
        "delegation.expire": notify.delegation_changed,
    },
    tasks=(Task("posts.expire", _expire, EXPIRY_SECONDS),),
    settings=(services.DELEGATION_DAYS,),
    init=_init,
    letter_groups=(notify.POSTS,),
    records=(RECORDED, DELEGATED),
    strict=lambda actor: bool(actor.posts),
    personal=queries.personal,
    keeps=queries.keeps,
)
