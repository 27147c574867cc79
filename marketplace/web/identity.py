"""Who is asking: Flask-Login holds the session, a registered loader turns it into an actor once per request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_login.mixins import UserMixin

from marketplace.core.actor import VISITOR, Actor
from marketplace.web.errors import expired_form
from marketplace.web.languages import gettext as _

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Owed:
    """What somebody must do first: where (the first endpoint; the others belong to it), and why, in his language."""

    endpoints: tuple[str, ...]
    why: str


# Where somebody may go who owes something first: out, and to what he agrees to.
ALWAYS_OPEN = frozenset(("static", "accounts.sign_out", "site.privacy", "site.healthz", "site.readyz"))


def init_identity(
    app: Flask,
    load_user: Callable[[str], UserMixin | None],
    actor_of: Callable[[Any], Actor],
    owed: Callable[[Any, Actor], Owed | None],
    note: Callable[[Any, Actor], None],
) -> None:
    """Set up sign-in.

    ``load_user`` finds the user of a session token, ``actor_of`` says what he is, ``owed`` what he must do before
    anything else, ``note`` writes down that his session is in use.
    """
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)  # pages know the actor; an error page asks no database
    manager.user_loader(load_user)
    manager.session_protection = None  # sessions are rows and can be revoked; see accounts
    app.extensions["actor_of"] = actor_of

    @app.before_request
    def meet() -> ResponseReturnValue | None:
        if request.endpoint == "static" or not current_user.is_authenticated:
            return None
        user, actor = current_user._get_current_object(), current_actor()
        note(user, actor)
        debt = None if request.path.startswith("/api/") or request.endpoint in ALWAYS_OPEN else owed(user, actor)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            forget_actor()  # the transaction of a request that writes looks again
        if debt is None or request.endpoint in debt.endpoints:
            return None
        if ("warning", debt.why) not in session.get("_flashes", []):
            flash(debt.why, "warning")
        return redirect(url_for(debt.endpoints[0]))

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
        return ask_to_sign_in()

    return guarded  # type: ignore[return-value]


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and from there back to what was asked for."""
    ended = session.pop("_user_id", None) is not None
    if ended and request.method == "POST":
        return expired_form()
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    why = _("登录已结束，请重新登录，登录后回到原来的页面。") if ended else _("请先登录，登录后回到原来的页面。")
    if ("message", why) not in session.get("_flashes", []):  # asked for several files at once
        flash(why)
    return redirect(url_for("accounts.sign_in", next=back or None))
