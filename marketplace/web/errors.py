"""Every error as a page (or, under /api, as a problem document) in the reader's language, with the way out."""

from __future__ import annotations

import logging
import math
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from marketplace.core import clock
from marketplace.core.actor import VISITOR
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused, TooMany
from marketplace.core.text import Text
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.web.languages import current_language
from marketplace.web.request import loggable, wants_json

log = logging.getLogger(__name__)

# Typed text that a refused act must not lose is shown again, except what nobody should see twice.
KEEP_AT_MOST = 20_000
MEGABYTE = 1024 * 1024
SECRET = re.compile(r"password|token|^code$")  # a credit code is none
# What a form says by itself: which button, which version, where to go on.
NOT_TYPED = frozenset(
    "go version seen next transition organization act add answer among consent decision digest drop group kind no"
    " promise remove scenario state undo up_to watch".split()
)


def init_errors(app: Flask) -> None:
    """Register a handler for every error of core and of HTTP."""
    app.register_error_handler(NotFound, missing)
    app.register_error_handler(Conflict, conflict)
    app.register_error_handler(StaleDataError, stale)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(TooMany, too_many)
    app.register_error_handler(Invalid, invalid)
    app.register_error_handler(FieldError, lambda error: invalid(Invalid([error])))
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(IndexUnusable, no_index)
    app.register_error_handler(OperationalError, no_database)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def page(status: int, template: str = "", **context: Any) -> ResponseReturnValue:
    """The error page of ``status``, or its problem document."""
    if wants_json():
        return problem(status, **context)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and "actor" not in g:
        g.actor = VISITOR  # such a page must not need what may just have failed: the database
    name = template or f"errors/{int(status)}.html"
    body = render_template(name, status=int(status), number=g.get("request_number", ""), **context)
    return body, int(status)


def problem(status: int, title: str = "", errors: list[dict[str, str]] | None = None, **more: Any) -> Response:
    """An RFC 9457 problem document; ``errors`` names fields, ``next_step`` says what to do about a refusal."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": int(status),
        "instance": request.path,
    }
    document |= {key: more[key] for key in ("detail", "next_step") if more.get(key)}
    if errors:
        document["errors"] = errors
    response = jsonify(document)
    response.status_code = int(status)
    response.mimetype = "application/problem+json"
    return response


def typed() -> list[tuple[str, str]]:
    """What the person had typed into a form that was not carried out, so that nothing is lost.

    ("", text) each: what a field is called on its page is not known here, and its name in the form tells nobody.
    """
    kept = []
    for name, value in request.form.items(multi=True):
        if value.strip() and name not in NOT_TYPED and not SECRET.search(name):
            kept.append(("", value[:KEEP_AT_MOST]))
    return kept


def missing(_error: NotFound) -> ResponseReturnValue:
    """There is no such object, or it is not for this person to know: for him one and the same."""
    note_refusal(HTTPStatus.NOT_FOUND)
    return page(HTTPStatus.NOT_FOUND)


def note_refusal(status: int) -> None:
    """A line of the log for who is refused something by a view or a rule (ASVS 16.3.2).

    Not in history: a stranger who tries numbers would fill it. An address that does not exist at all is no attempt.
    """
    user = g.actor.user_id if "actor" in g else getattr(current_user, "id", None)
    log.warning(
        "request %s refused: %d %s %s (%s), user %s",
        g.get("request_number"), int(status), request.method, loggable(request.path), request.endpoint,
        user or "none",
    )  # fmt: skip


def conflict(error: Conflict) -> ResponseReturnValue:
    """Somebody else was first: what happened, and what was typed."""
    message = error.message.say(current_language())
    if wants_json():
        return problem(HTTPStatus.CONFLICT, detail=message)
    happened = error.happened
    sign = current_app.extensions.get("signature")  # posts stand above: how the post of an act is called
    post = sign(happened) if sign and happened is not None else None
    return page(HTTPStatus.CONFLICT, message=message, happened=happened, post=post, href=_readable(), typed=typed())


def _readable() -> str:
    """The page to go back to: the one that the form stood on, else the one that was posted to, if it can be read."""
    adapter = current_app.create_url_adapter(request)
    if request.method != "POST" or adapter is None:
        return ""
    came = urlsplit(request.referrer or "")
    if came.netloc == request.host and adapter.test(came.path, "GET"):
        return came.path + ("?" + came.query if came.query else "")
    return request.path if adapter.test(request.path, "GET") else ""


def stale(_error: StaleDataError) -> ResponseReturnValue:
    """The database itself noticed that somebody else was first."""
    return conflict(Conflict(Text("这项内容刚刚被别人改过", "Somebody else has just changed this")))


def refused(error: Refused) -> ResponseReturnValue:
    """The rule, the fact, the next step."""
    note_refusal(HTTPStatus.FORBIDDEN)
    language = current_language()
    if wants_json():
        rule, fact, step = (each.say(language) for each in (error.rule, error.fact, error.next))
        return problem(HTTPStatus.FORBIDDEN, title=rule, detail=fact, next_step=step)
    return page(HTTPStatus.FORBIDDEN, "errors/refused.html", refusal=error, href=_readable(), typed=typed())


def too_many(error: TooMany) -> ResponseReturnValue:
    """Refused for a time: the same page, and for programs how many seconds to wait (RFC 6585)."""
    response = make_response(refused(error))
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response.headers["Retry-After"] = str(max(1, math.ceil((error.until - clock.now()).total_seconds())))
    return response


def invalid(error: Invalid) -> ResponseReturnValue:
    """Values outside a form's own page (a button with a missing reason, an API body)."""
    language = current_language()
    fields = [{"field": each.field, "message": each.message.say(language)} for each in error.errors]
    if wants_json():
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, errors=fields)
    return page(HTTPStatus.UNPROCESSABLE_ENTITY, errors=fields, href=_readable(), typed=typed())


def forged(_error: CSRFError) -> ResponseReturnValue:
    """Without the token of the session: an old form, or a page of somebody else's that posts here."""
    note_refusal(HTTPStatus.BAD_REQUEST)
    return expired_form()


def expired_form(back: str = "") -> ResponseReturnValue:
    """The form was open longer than the session; what was typed is shown again. ``back``: the path of its page."""
    return page(HTTPStatus.BAD_REQUEST, "errors/expired.html", typed=typed(), back=back)


def no_index(error: IndexUnusable) -> ResponseReturnValue:
    """The worker builds a broken index anew by itself; until then searching waits, everything else works."""
    log.error("request %s: the search index cannot be used: %s", g.get("request_number"), error)
    return page(HTTPStatus.SERVICE_UNAVAILABLE)


def no_database(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer, or was locked for too long; nothing was written."""
    log.error("request %s: the database does not answer: %s", g.get("request_number"), error.orig)
    return page(HTTPStatus.SERVICE_UNAVAILABLE, typed=typed())


def http_error(error: HTTPException) -> ResponseReturnValue:
    """404, 405, 413, 429 and the rest of HTTP; redirects pass."""
    if error.code is None or error.code < 400:
        return error
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, OperationalError):  # the database went away under the page of another error
        return no_database(cause)
    known = (400, 403, 404, 405, 413, 422, 429, 500, 503)
    template = f"errors/{error.code if error.code in known else 400}.html"
    context = _too_large() if error.code == 413 else {}
    response = make_response(page(error.code, template, **context))
    response.headers.extend((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
    return response


def _too_large() -> dict[str, Any]:
    """How much may be sent at a time, and whether files were among it."""
    files = request.mimetype == "multipart/form-data"
    return {"limit": f"{(request.max_content_length or 0) // MEGABYTE} MB", "files": files}


def unexpected(error: Exception) -> ResponseReturnValue:
    """A defect: logged with the number that the page shows."""
    log.exception("request %s failed: %s %s", g.get("request_number"), request.method, loggable(request.path))
    return http_error(InternalServerError(original_exception=error))
