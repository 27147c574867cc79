"""A small judge of JSON against JSON Schema: as much of it as the API's description uses, and nothing unknown."""

from __future__ import annotations

from typing import Any

KNOWN = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "$ref", "anyOf", "format", "minimum",
    "maximum", "maxLength", "default",
}  # fmt: skip
TYPES: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def mistakes(value: Any, schema: dict[str, Any], document: dict[str, Any], place: str = "$") -> list[str]:
    """Every place where ``value`` is not what ``schema`` says."""
    unknown = schema.keys() - KNOWN
    assert not unknown, f"{place}: this judge does not know {unknown}"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return mistakes(value, document["components"]["schemas"][name], document, place)
    if "anyOf" in schema:
        tried = [mistakes(value, each, document, place) for each in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    wanted = schema.get("type")
    if wanted and (
        not isinstance(value, TYPES[wanted]) or (wanted in ("integer", "number") and isinstance(value, bool))
    ):
        return [f"{place}: {value!r} is no {wanted}"]
    found = []
    if isinstance(value, list) and "items" in schema:
        for number, each in enumerate(value):
            found += mistakes(each, schema["items"], document, f"{place}[{number}]")
    if isinstance(value, dict):
        found += _object(value, schema, document, place)
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{place}: {value} is too small")
    return found


def _object(value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], place: str) -> list[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    found = [f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, each in value.items():
        if name in properties:
            found += mistakes(each, properties[name], document, f"{place}.{name}")
        elif others is False:
            found.append(f"{place}: {name} is not described")
        else:
            found += mistakes(each, others, document, f"{place}.{name}")
    return found
