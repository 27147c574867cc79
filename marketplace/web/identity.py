"""Who is asking: Flask-Login holds the session, a registered loader turns it into an actor once per request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from flask_login.mixins import UserMixin

from marketplace.core.actor import VISITOR, Actor
from marketplace.web.languages import gettext as _

View = TypeVar("View", bound=Callable[..., Any])


def init_identity(app: Flask, load_user: Callable[[str], UserMixin | None], actor_of: Callable[[Any], Actor]) -> None:
    """Set up sign-in: ``load_user`` finds the user of a session token, ``actor_of`` says what he is."""
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)  # pages know the actor; an error page asks no database
    manager.user_loader(load_user)
    manager.session_protection = None  # sessions are rows and can be revoked; see accounts
    app.extensions["actor_of"] = actor_of

    @app.context_processor
    def supply() -> dict[str, Any]:
        return {"actor": current_actor()}


def current_actor() -> Actor:
    """The actor of this request, made once."""
    if "actor" not in g:
        user = current_user._get_current_object()
        g.actor = current_app.extensions["actor_of"](user) if user.is_authenticated else VISITOR
    actor: Actor = g.actor
    return actor


def forget_actor() -> None:
    """Read the actor anew after signing in or out, or after a change of membership."""
    g.pop("actor", None)


def signed_in(view: View) -> View:
    """Send a visitor to the sign-in page, and from there back to where he was."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_actor().signed_in:
            return view(*args, **kwargs)
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        flash(_("请先登录，登录后回到原来的页面。"))
        return redirect(url_for("accounts.sign_in", next=back or None))

    return guarded  # type: ignore[return-value]
