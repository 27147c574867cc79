"""The plate of posts."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from marketplace.core.text import Text
from marketplace.posts import queries
from marketplace.posts.queries import posts_by_id
from marketplace.posts.views import account_panel
from marketplace.web.plate import Capability, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Posts as the logs of administrators name them."""
    return {key: Named(post.department) for key, post in posts_by_id(ids).items()}


RECORDED = Recorded("post", Text("岗位", "Post"), acts={"grant": Text("授予岗位", "Given")}, named=named)


def _init(app: Flask) -> None:
    app.extensions.setdefault("account_panels", []).append(account_panel)


POSTS = Capability(
    name="posts",
    records=(RECORDED,),
    init=_init,
    strict=lambda actor: bool(actor.posts),
    personal=queries.personal,
    keeps=queries.keeps,
)
