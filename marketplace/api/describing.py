"""The OpenAPI 3.1 description, made from the table of routes."""

from __future__ import annotations

import re
from typing import Any

from marketplace import __version__
from marketplace.api.parameters import Parameter
from marketplace.api.routes import PREFIX, ROUTES, Route
from marketplace.api.schemas import ref, schemas
from marketplace.core.text import Text

JSON = "application/json"
PROBLEM = "application/problem+json"


def document(base_url: str, language: str) -> dict[str, Any]:
    """The whole description, its words in ``language``."""
    title = "机遇 Jiyu" if language.startswith("en") else "机遇"
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": f"1 ({__version__})"},
        "servers": [{"url": base_url.rstrip("/") + PREFIX}],
        "paths": {
            **{_template(route.path): {"get": _operation(route, language)} for route in ROUTES},
            "/pilots/{number}/readings": {"post": _readings(language)},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
            "responses": {
                "Problem": {"description": "RFC 9457", "content": {PROBLEM: {"schema": ref("Problem")}}},
            },
        },
    }


RECORD = Text("登记本单位场景验证的测量", "Record readings of one's own pilot")


def _readings(language: str) -> dict[str, Any]:
    """The one call that writes: with a token, and an Idempotency-Key under which a repeated call changes nothing."""
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 80}}
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
    body = {"required": True, "content": {JSON: {"schema": ref("Readings")}}}
    good = {"description": RECORD.say(language), "content": {JSON: {"schema": ref("Batch")}}}
    bad = {"$ref": "#/components/responses/Problem"}
    return {
        "operationId": "record_readings", "summary": RECORD.say(language), "security": [{"token": []}],
        "parameters": [number, key], "requestBody": body,
        "responses": {"200": good, "201": good, **dict.fromkeys(("401", "403", "404", "409", "422"), bad)},
    }  # fmt: skip


def _template(path: str) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", path)


def _operation(route: Route, language: str) -> dict[str, Any]:
    return {
        "operationId": route.name,
        "summary": route.text.say(language),
        "parameters": [_parameter(each, language) for each in route.parameters],
        "responses": {
            "200": {"description": route.text.say(language), "content": {JSON: {"schema": ref(route.schema)}}},
            **{str(status): {"$ref": "#/components/responses/Problem"} for status in route.errors},
        },
    }


def _parameter(parameter: Parameter, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "description": parameter.text.say(language),
        "required": parameter.in_path,
        "schema": parameter.schema(),
    }
    return found | ({"style": "form", "explode": True} if parameter.repeats or parameter.prefix else {})
