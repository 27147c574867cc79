"""The application class: a request that writes is one transaction, and an error rolls all of it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response, g, request
from flask.typing import ResponseReturnValue

from marketplace.foundation.db import db, transaction

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

# Forms with many rows stay far below this; files have their own limits (foundation/files).
MAX_REQUEST = 64 * 1024 * 1024
MAX_FORM_MEMORY = 2 * 1024 * 1024
MAX_FORM_PARTS = 2000


def own_transaction(view: View) -> View:
    """Mark a view that opens its transactions itself, because it does slow work (a password hash) before writing."""
    view.own_transaction = True  # type: ignore[attr-defined]
    return view


class MarketplaceRequest(Request):
    """A request with the limits of this site."""

    max_content_length = MAX_REQUEST
    max_form_memory_size = MAX_FORM_MEMORY
    max_form_parts = MAX_FORM_PARTS


class Marketplace(Flask):
    """Flask with one rule more: unsafe methods run inside ``transaction()``."""

    request_class = MarketplaceRequest

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; commit when it returns, roll back when it raises."""
        view = self.view_functions.get(request.endpoint or "")
        if request.method in SAFE or getattr(view, "own_transaction", False):
            return super().dispatch_request()
        with transaction():
            return super().dispatch_request()


def init_request(app: Flask) -> None:
    """Give every request a number, and end what it only read."""

    @app.before_request
    def number() -> None:
        g.request_number = uuid.uuid4().hex[:12]

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        db.session.remove()


def redirect_target(default: str) -> str:
    """Where to go after an act: the page named by ``next`` when it is one of this site, else ``default``.

    Only a path is taken ("/scenarios/S-2026-000001?x=1"); a second slash or a backslash would name another host.
    """
    target = request.values.get("next", "")
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if inside and target.isprintable() else default


def init_headers(app: Flask, *, secure: bool) -> None:
    """Send the security headers: nothing but our own files, no inline script or style, no framing."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    @app.after_request
    def guard(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.mimetype in ("text/html", "application/json"):
            headers.setdefault("Cache-Control", "private, no-cache")
            response.vary.update(("Cookie", "Accept-Language"))
        return response
