"""What programs write: readings of their organization's pilots, with a token, each call once whatever is repeated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.pilots import intake, measuring
from marketplace.pilots.queries import dealt_with
from marketplace.tokens.services import bearer
from marketplace.web.errors import problem
from marketplace.web.forms import clean
from marketplace.web.languages import current_language

MOST_READINGS = 5000
FIELDS = ("target", "at", "value", "base", "unit", "device", "note")
_KEY = re.compile(r"[\x21-\x7e]{1,80}")

writing = Blueprint("api_writing", __name__, url_prefix="/api/v1")


def init(app: Flask) -> None:
    """These calls carry a token, no cookie: no page of another site can make them."""
    app.extensions["csrf"].exempt(writing)


@writing.post("/pilots/<number>/readings")
def post_readings(number: str) -> ResponseReturnValue:
    """Record readings: 201 with the batch, 200 when this Idempotency-Key has brought them before."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    known = bearer(secret.strip()) if scheme.casefold() == "bearer" else None
    if known is None:
        answer = problem(HTTPStatus.UNAUTHORIZED, detail=_said(NO_TOKEN))
        answer.headers["WWW-Authenticate"] = 'Bearer realm="jiyu"'
        return answer
    token, actor = known
    if "readings" not in token.scopes:
        return problem(HTTPStatus.FORBIDDEN, detail=_said(NO_SCOPE))
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Invalid([FieldError("Idempotency-Key", NO_KEY)])
    pilot = dealt_with(number, actor)
    measuring.speaking(pilot, actor)
    body = request.get_data()
    digest = hashlib.sha256(body).hexdigest()
    side = measuring.speaking(pilot, actor)
    before = measuring.batch_of(pilot, side, key)
    found = intake.Judgement() if before is not None else intake.check(_rows(), measuring.rules_of(pilot))
    if found.problems:
        raise Invalid(FieldError(f"readings.{each.row}", each.message) for each in found.problems)
    batch = measuring.record(pilot, actor, found, "api", digest, key=key, token_id=token.id)
    answer = jsonify({"batch": batch.id, "count": batch.count, "repeated": before is not None})
    answer.status_code = HTTPStatus.OK if before is not None else HTTPStatus.CREATED
    return answer


def _said(text: Text) -> str:
    return text.say(current_language())


def _rows() -> Iterator[tuple[int, Mapping[str, str]]]:
    """The readings of the body, numbered from 0 as programs count."""
    body = request.get_json(silent=True)
    readings = body.get("readings") if isinstance(body, dict) else None
    if not isinstance(readings, list) or not 0 < len(readings) <= MOST_READINGS:
        raise Invalid([FieldError("readings", NO_READINGS % {"most": MOST_READINGS})])
    for place, each in enumerate(readings):
        yield place, _row(place, each)


def _row(place: int, given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or set(given) - set(FIELDS):
        raise Invalid([FieldError(f"readings.{place}", WRONG_FIELDS % {"names": ", ".join(FIELDS)})])
    found = {}
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Invalid([FieldError(f"readings.{place}.{key}", NO_TEXT)])
        found[key] = clean(value) if isinstance(value, str) else repr(value)[:60]
    return found


NO_TOKEN = Text("需要有效的接口令牌（Authorization: Bearer …）；在工作台“接口令牌”建立",
                "A valid token is needed (Authorization: Bearer …); make one in the workspace")  # fmt: skip
NO_SCOPE = Text("这个令牌没有登记测量的权限", "This token may not record readings")
NO_KEY = Text(
    "须带 Idempotency-Key：1 到 80 个可见 ASCII 字符，每次新的内容换一个",
    "Send an Idempotency-Key of 1 to 80 visible ASCII characters, a new one for each new content",
)
NO_READINGS = Text("须为 JSON：{\"readings\": [ … ]}，1 到 %(most)d 条",
                   "The body is JSON: {\"readings\": [ … ]} with 1 to %(most)d of them")  # fmt: skip
WRONG_FIELDS = Text("每条是一个对象，字段只有：%(names)s", "Each is an object with these fields only: %(names)s")
NO_TEXT = Text("须为文字或数值", "It must be a text or a number")
