"""What pages show of posts."""

from __future__ import annotations

from flask import get_template_attribute
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.core.actor import Actor
from marketplace.posts.queries import posts_in_force
from marketplace.reference import regions


def account_panel(user: User, _actor: Actor) -> Markup:
    """The posts a person holds, for the page of his account; nothing for who holds none."""
    draw = get_template_attribute("posts/account_panel.html", "account_panel")
    return Markup(draw(posts_in_force(user), regions.name))
