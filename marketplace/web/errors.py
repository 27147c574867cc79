"""Every error as a page (or, under /api, as a problem document) in the reader's language, with the way out."""

from __future__ import annotations

import logging
import math
import re
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, InternalServerError

from marketplace.core import clock
from marketplace.core.actor import VISITOR
from marketplace.core.errors import Conflict, FieldError, Invalid, NoSuchPage, NotFound, Refused, TooMany
from marketplace.core.text import Text
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.web.forms import Typed, entered
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import address
from marketplace.web.request import MEGABYTE, beginning, loggable, wants_json
from marketplace.web.ways import list_of_file, nearest, way_back

log = logging.getLogger(__name__)

# Typed text that a refused act must not lose is shown again, except what nobody should see twice.
KEEP_AT_MOST = 20_000
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


def typed(sent: MultiDict[str, str] | None = None) -> list[Typed]:
    """What the person had entered into a form that was not carried out, so that nothing is lost.

    As his form says it. Where no form reads the field, its label is not known here (""), and its name tells nobody.
    ``sent``: the fields, where the request cannot be read whole.
    """
    sent = request.form if sent is None else sent
    known, kept = entered(sent, current_app.view_functions.get(request.endpoint or "")), []
    for name, values in sent.lists():
        if SECRET.search(name):
            continue
        if name not in known:
            label = _("理由") if name == "reason" else ""
            said = [Typed(label, value) for value in values if value.strip() and name not in NOT_TYPED]
        else:
            said = known[name]
        kept += [each._replace(text=each.text[:KEEP_AT_MOST]) for each in said]
    return kept


def missing(error: NotFound) -> ResponseReturnValue:
    """There is no such object, or it is not for this person to know: for him one and the same.

    A list without the page asked for has a first one, with the same words and filters.
    """
    note_refusal(HTTPStatus.NOT_FOUND)
    return page(HTTPStatus.NOT_FOUND, first=address(page=None) if isinstance(error, NoSuchPage) else "")


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
    return page(HTTPStatus.CONFLICT, message=message, href=way_back(), typed=typed(), **acted(error.happened))


def acted(happened: Any) -> dict[str, Any]:
    """Who was first, for the page of a conflict: ``happened`` itself, ``own`` (the reader), ``who`` (a Text, or None).

    ``happened``: the entry of history, or None when it is not known.
    """
    actor, own, who = g.get("actor", VISITOR), False, None
    if happened is not None:
        own = happened.actor_id is not None and happened.actor_id == actor.user_id
        # Who knows how such an act is signed, and whether this reader may know, stands above.
        signers = current_app.extensions.get("signatures", ())
        who = next((said for sign in signers if (said := sign(happened, actor)) is not None), None)
    return {"happened": happened, "own": own, "who": who}


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
    return page(HTTPStatus.FORBIDDEN, "errors/refused.html", refusal=error, href=way_back(), typed=typed())


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
    shown = list_of_file()
    href = shown or way_back()
    return page(HTTPStatus.UNPROCESSABLE_ENTITY, errors=fields, href=href, read=bool(shown), typed=typed())


def forged(_error: CSRFError) -> ResponseReturnValue:
    """Without the token of the session: an old form, or a page of somebody else's that posts here."""
    note_refusal(HTTPStatus.BAD_REQUEST)
    return expired_form()


def expired_form() -> ResponseReturnValue:
    """The form was open longer than the session; what was typed is shown again, with the way to its page."""
    return page(HTTPStatus.BAD_REQUEST, "errors/expired.html", typed=typed(), back=way_back())


def no_index(error: IndexUnusable) -> ResponseReturnValue:
    """The worker builds a broken index anew by itself; until then searching waits, everything else works."""
    log.error("request %s: the search index cannot be used: %s", g.get("request_number"), error)
    return page(HTTPStatus.SERVICE_UNAVAILABLE, href=way_back())


def no_database(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer, or was locked for too long; nothing was written."""
    log.error("request %s: the database does not answer: %s", g.get("request_number"), error.orig)
    return page(HTTPStatus.SERVICE_UNAVAILABLE, typed=typed(), href=way_back())


def http_error(error: HTTPException) -> ResponseReturnValue:
    """404, 405, 413, 429 and the rest of HTTP; redirects pass."""
    if error.code is None or error.code < 400:
        return error
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, OperationalError):  # the database went away under the page of another error
        return no_database(cause)
    known = (400, 403, 404, 405, 413, 422, 429, 500, 503)
    template = f"errors/{error.code if error.code in known else 400}.html"
    context: dict[str, Any] = {"href": nearest(request.path) if error.code == 405 else way_back()}
    if error.code == 413:
        context |= _too_large()
    elif error.code == 500:
        context["typed"] = typed()
    response = make_response(page(error.code, template, **context))
    response.headers.extend((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
    return response


def _too_large() -> dict[str, Any]:
    """How much may be sent at a time, whether files were among it, and what was written before them."""
    files = request.mimetype == "multipart/form-data"
    return {
        "limit": f"{(request.max_content_length or 0) // MEGABYTE} MB", "files": files,
        "typed": typed(beginning()) if files else [],
    }  # fmt: skip


def unexpected(error: Exception) -> ResponseReturnValue:
    """A defect: logged with the number that the page shows."""
    log.exception("request %s failed: %s %s", g.get("request_number"), request.method, loggable(request.path))
    return http_error(InternalServerError(original_exception=error))
