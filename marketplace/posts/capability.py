"""The plate of posts."""

from __future__ import annotations

from flask import Flask

from marketplace.posts import queries
from marketplace.posts.views import account_panel
from marketplace.web.plate import Capability


def _init(app: Flask) -> None:
    app.extensions.setdefault("account_panels", []).append(account_panel)


POSTS = Capability(
    name="posts", init=_init, strict=lambda actor: bool(actor.posts), personal=queries.personal, keeps=queries.keeps
)
