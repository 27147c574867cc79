"""The API over HTTP: one view for every route of the table, its description, and the page that shows it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.api.describing import document
from marketplace.api.parameters import read_parameters
from marketplace.api.routes import PREFIX, ROUTES, Route
from marketplace.api.schemas import fields_of
from marketplace.config import Config
from marketplace.web.languages import current_language

api = Blueprint("api", __name__, url_prefix=PREFIX)


def _add(route: Route) -> None:
    def answer(**path: str) -> ResponseReturnValue:
        given: dict[str, Any] = {**read_parameters(route.parameters, request.args), **path}
        return _json(route.answer(given))

    api.add_url_rule(route.path, route.name, answer)


for _route in ROUTES:
    _add(_route)


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The description for programs."""
    config: Config = current_app.extensions["config"]
    return _json(document(config.base_url, current_language()))


@api.get("/docs")
def docs() -> ResponseReturnValue:
    """The description for people."""
    return render_template("api/docs.html", routes=ROUTES, prefix=PREFIX, fields_of=fields_of)


def _json(data: dict[str, Any]) -> Response:
    response = jsonify(data)
    response.add_etag()
    response.make_conditional(request)
    return response
