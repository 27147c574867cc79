"""The application class: a request that writes is one transaction, and an error rolls all of it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Request, Response, g, request, session
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, Map, Rule
from werkzeug.sansio.multipart import Data, Field, File, MultipartDecoder, NeedData
from whitenoise import WhiteNoise

from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

# Forms with many rows stay far below this.
MEGABYTE = 1024 * 1024
MAX_FORM_MEMORY = 2 * MEGABYTE
# What a view takes that is marked with ``takes_files``; each file has its own limit (foundation/files).
MAX_UPLOAD = 64 * MEGABYTE
MAX_FORM_PARTS = 2000
LARGEST_KEY = 2**31 - 1  # of the databases' INTEGER
YEAR = 365 * 24 * 3600
ZERO_BYTE = Text("不能含有零字节", "It cannot hold a zero byte")


# A path segment this long is a token (a link of a mail, a calendar's secret address), not a name or a number.
LONGEST_NAME = 24


def loggable(path: str) -> str:
    """A path as a log may show it: without query, tokens blotted out, one line whatever was sent."""
    parts = path.partition("?")[0].split("/")
    shown = "/".join("…" if len(part) > LONGEST_NAME else part for part in parts)
    return "".join(character if character.isprintable() else "�" for character in shown)


def beginning() -> MultiDict[str, str]:
    """The texts at the beginning of a form whose files are too large: of a body that nobody has begun to read."""
    found: MultiDict[str, str] = MultiDict()
    announced, name = request.content_length or 0, ""
    if announced <= (request.max_content_length or 0):
        return found  # refused while it was read, for its texts or their number
    boundary = request.mimetype_params.get("boundary", "").encode()
    decoder = MultipartDecoder(boundary, max_parts=MAX_FORM_PARTS)
    decoder.receive_data(request.environ["wsgi.input"].read(MAX_FORM_MEMORY))
    try:
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, Field | File):
                name = event.name if isinstance(event, Field) else ""
            elif isinstance(event, Data) and name and not event.more_data:
                found.add(name, event.data.decode("utf-8", "replace"))
    except (ValueError, RequestEntityTooLarge):
        pass  # not in the shape of a form, or too many parts: what was read until there
    return found


def own_transaction(view: View) -> View:
    """Mark a view that opens its transactions itself, because it does slow work (a password hash) before writing."""
    view.own_transaction = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """Mark a view whose form carries files; every other one reads no more than a form has."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class MarketplaceRequest(Request):
    """A request with the limits of this site."""

    max_content_length = MAX_FORM_MEMORY
    max_form_memory_size = MAX_FORM_MEMORY
    max_form_parts = MAX_FORM_PARTS


class LateRule(Rule):
    """A rule that compiles how to build its address when one is first built: most of them never are in a process.

    Werkzeug compiles two functions a rule at once, which was a third of the time to make the app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder

        def build(rule: LateRule, **values: Any) -> tuple[str, str]:
            made = compile_now(append_unknown).__get__(rule, None)
            if append_unknown:
                rule._build_unknown = made
            else:
                rule._build = made
            return made(**values)

        return build


class Marketplace(Flask):
    """Flask with one rule more: unsafe methods run inside ``transaction()``."""

    request_class = MarketplaceRequest
    url_rule_class = LateRule

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; commit what it answers with success, roll back when it refuses (400 and above) or raises."""
        view = self.view_functions.get(request.endpoint or "")
        if request.method in SAFE or getattr(view, "own_transaction", False):
            return super().dispatch_request()
        announced = list(session.get("_flashes", []))
        try:
            with transaction() as current:
                response = self.make_response(super().dispatch_request())
                if response.status_code >= HTTPStatus.BAD_REQUEST:
                    current.rollback()
                return response
        except Exception:
            # The message of success was written before the commit: what was not done is not announced.
            if session.get("_flashes", []) != announced:
                session["_flashes"] = announced
            raise


class KeyConverter(IntegerConverter):
    """``<int:…>`` of an address: a key that a database can hold; another one is 404 like every unknown key."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_KEY, **options})


def init_request(app: Flask) -> None:
    """Give every request a number, refuse what no text can hold, and end what was only read."""
    app.url_map.converters["int"] = KeyConverter

    @app.before_request
    def number() -> None:
        g.request_number = uuid.uuid4().hex[:12]
        # Files come in parts, and the fields beside them have their own bound; in any other form everything is text.
        in_parts = request.mimetype == "multipart/form-data"
        if in_parts and getattr(app.view_functions.get(request.endpoint or ""), "takes_files", False):
            request.max_content_length = MAX_UPLOAD

    @app.before_request
    def refuse_zero_bytes() -> None:
        """No person types one, and PostgreSQL takes none in a text."""
        given = [name for name, value in request.args.items(multi=True) if "\0" in value]
        if given and wants_json():
            raise Invalid([FieldError(name, ZERO_BYTE) for name in dict.fromkeys(given)])
        if given or "\0" in request.path:
            raise NotFound
        if request.method not in SAFE and any("\0" in value for _key, value in request.form.items(multi=True)):
            raise BadRequest

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        db.session.remove()


def wants_json() -> bool:
    """Whether the answer goes to a program: the API, or a list as JSON."""
    return request.path.startswith("/api/") or request.path.endswith(".json")


def redirect_target(default: str) -> str:
    """Where to go after an act: the page named by ``next`` when it is one of this site, else ``default``.

    Only a path is taken ("/scenarios/S-2026-000001?x=1"); a second slash or a backslash would name another host.
    """
    target = request.values.get("next", "")
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if inside and target.isprintable() else default


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(*, secure: bool) -> dict[str, str]:
    """What every answer carries: nothing but our own files, no inline script or style, no framing."""
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {})


def init_headers(app: Flask, *, secure: bool) -> None:
    """Send the security headers, and keep what one person was answered from being shown to another."""
    given = security_headers(secure=secure)

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in given.items():
            response.headers.setdefault(name, value)
        # What a signed-in person reads is kept by no browser; pictures say themselves how long they may be.
        signed_in = getattr(g.get("actor"), "signed_in", False)
        response.headers.setdefault("Cache-Control", "private, no-store" if signed_in else "private, no-cache")
        if response.mimetype in ("text/html", "application/json"):
            response.vary.update(("Cookie", "Accept-Language"))
        return response


def serve_static(app: Flask, folder: Path, *, secure: bool) -> None:
    """Serve the files of ``folder`` below /static/ before the app is asked, to be kept for a year."""
    given = security_headers(secure=secure)

    def add(headers: Any, _path: str, _url: str) -> None:
        for name, value in given.items():
            headers[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(folder), prefix="static/", max_age=YEAR, add_headers_function=add
    )
