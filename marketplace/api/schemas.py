"""The shapes of the answers as JSON Schema (draft 2020-12), for the description and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.lists.items import public_fields
from marketplace.products.kind import PRODUCT
from marketplace.scenarios.kind import SCENARIO

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
YES_NO: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri"}


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": items}


def thing(fields: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def nothing_or(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def page_of(name: str) -> Schema:
    """One page of a list."""
    return thing({"items": listed(ref(name)), "total": WHOLE, "next": nothing_or(ADDRESS)})


FIGURE: Schema = {"type": "number"}
NUMBER: Schema = {"anyOf": [FIGURE, {"type": "null"}]}
PILOT: dict[str, Schema] = {
    **dict.fromkeys(
        ("number", "title", "title_en", "state", "product", "scenario", "supplier", "demander", "place", "region",
         "started", "ended", "valid_until", "plan_sha256", "data_sha256", "recommendation"), TEXT,
    ),
    "url": ADDRESS, "product_edition": WHOLE, "demo": YES_NO,
}  # fmt: skip
SITE: dict[str, Schema] = {
    **dict.fromkeys(
        ("number", "plate", "plate_url", "title", "title_en", "state", "level", "organization", "organization_name",
         "region", "domain", "address", "designated_on", "valid_until", "ended_on", "scenario", "sha256"), TEXT,
    ),
    "url": ADDRESS, "kind": {"enum": ["place", "street", "industry"]}, "pilots": TEXTS, "demo": YES_NO,
    "in_force": YES_NO, "longitude": NUMBER, "latitude": NUMBER, "map": nothing_or(listed(FIGURE)),
}  # fmt: skip
SITE_MORE: dict[str, Schema] = {
    **dict.fromkeys(
        ("building", "building_en", "running", "effects", "effects_en", "copying", "end_reason"), TEXT,
    ),
    "robots": listed(thing(dict.fromkeys(("name", "product", "count"), TEXT))), "yearly_reports": WHOLE,
}  # fmt: skip
PILOT_TARGET: Mapping[str, Schema] = {
    **dict.fromkeys(("code", "name", "name_en", "unit", "spec"), TEXT),
    "kind": {"enum": ["proportion", "mean", "rate", "time_to_failure"]}, "direction": {"enum": ["up", "down"]},
    "judgement": {"enum": ["met", "not_met", "not_shown"]}, "readings": WHOLE,
    **dict.fromkeys(("baseline", "stop", "value", "low", "high"), NUMBER),
    **dict.fromkeys(("target", "sample_needed", "sample"), FIGURE),
}  # fmt: skip


def schemas() -> dict[str, Schema]:
    """Every named schema."""
    return {
        **_values(), **_objects(), **_catalogue(), **_challenges(),
        "Products": page_of("Product"), "Scenarios": page_of("Scenario"), "Organizations": page_of("Organization"),
        "Matches": page_of("Match"),
        "Match": _match(),
        "Suggestions": page_of("Suggestion"), "Regions": page_of("Region"), "Domains": page_of("Domain"),
        "Categories": page_of("Category"), "Specs": page_of("Spec"),
        "Pilots": page_of("Pilot"), "Pilot": thing(PILOT), "PilotTarget": thing(PILOT_TARGET),
        **_chains(),
        "PilotWithTargets": thing(PILOT | {"targets": listed(ref("PilotTarget"))}), **_writing(),
        "Sites": page_of("Site"), "Site": thing(SITE), "SiteWithContent": thing(SITE | SITE_MORE),
        "Answer": thing({
            "items": listed(ref("Found")), "related": listed(ref("Found")), "total": WHOLE, "next": nothing_or(ADDRESS),
            "facets": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": WHOLE}},
            "approximate": YES_NO, "unknown": WHOLE, "synonyms": {"type": "object", "additionalProperties": TEXTS},
            "did_you_mean": nothing_or(thing({"q": TEXT, "total": WHOLE})), "wordless": YES_NO,
        }),
        "Problem": {
            "type": "object",
            "properties": {
                "type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "instance": TEXT, "next_step": TEXT,
                "errors": listed(thing({"field": TEXT, "message": TEXT})),
            },
            "required": ["type", "title", "status"],
        },
    }  # fmt: skip


def _writing() -> dict[str, Schema]:
    """What programs send, and what they are answered."""
    number_or_text: Schema = {"anyOf": [TEXT, {"type": "number"}]}
    reading = {"target": TEXT, "at": TEXT, "value": number_or_text, "base": number_or_text,
               **dict.fromkeys(("unit", "device", "note"), TEXT)}  # fmt: skip
    return {
        "Reading": thing(reading, optional=("target", "base", "unit", "device", "note")),
        "Readings": thing({"readings": listed(ref("Reading"))}),
        "Batch": thing({"batch": WHOLE, "count": WHOLE, "repeated": YES_NO}),
    }  # fmt: skip


def fields_of(name: str) -> tuple[str, ...]:
    """What an answer holds, by name; of a list, what each of its items holds."""
    named = schemas()
    fields = named[name]["properties"]
    if "items" in fields:
        fields = named[fields["items"]["items"]["$ref"].rpartition("/")[2]]["properties"]
    return tuple(fields)


def _values() -> dict[str, Schema]:
    """What is claimed and asked: numbers as decimal strings in the unit of the spec."""
    value = thing(
        {"from": TEXT, "to": TEXT, "approx": {"enum": [">=", "<=", "~"]}, "choice": TEXT, "choices": TEXTS,
         "flag": YES_NO, "text": TEXT},
        optional=("from", "to", "approx", "choice", "choices", "flag", "text"),
    )  # fmt: skip
    levels = {"enum": ["declared", "documented", "tested", "proven"]}
    claim = {"value": nothing_or(ref("Value")), "unit": TEXT, "evidence": levels, "source": TEXT, "note": TEXT}
    return {
        "Value": value,
        "Claim": thing(claim),
        "Requirement": thing({
            "spec": TEXT, "op": {"enum": [">=", "<=", "=", "covers", "in", "yes"]}, "value": ref("Value"), "why": TEXT,
        }),
        "Target": thing({
            "name": TEXT, "unit": TEXT, "direction": {"enum": ["up", "down"]}, "baseline": TEXT, "target": TEXT,
            "method": TEXT,
        }),
    }  # fmt: skip


def _match() -> Schema:
    """A pair with what it was judged by: points by part, and each must-have with its verdict."""
    part = thing({"part": TEXT, "points": {"type": "number"}, "of": WHOLE})
    requirement = thing({
        "spec": TEXT, "op": TEXT, "value": ref("Value"), "verdict": {"enum": ["met", "not_met", "unknown"]},
    })  # fmt: skip
    return thing({
        "scenario": TEXT, "product": TEXT, "score": {"type": "number"}, "rules": WHOLE, "parts": listed(part),
        "requirements": listed(requirement), "words": TEXTS,
    })  # fmt: skip


# Fields of a content that are no plain text.
SHAPES: Mapping[str, Schema] = {
    "domains": TEXTS, "marks": TEXTS, "ways": TEXTS, "payment": TEXTS, "sources": TEXTS,
    "conditions": {"type": "object", "additionalProperties": ref("Value")},
    "requirements": listed(ref("Requirement")), "targets": listed(ref("Target")),
}  # fmt: skip


def _objects() -> dict[str, Schema]:
    around = {
        "organization": ref("Owner"), "state": TEXT, "edition": WHOLE, "compiled": YES_NO, "demo": YES_NO,
        "published": nothing_or(INSTANT), "updated": nothing_or(INSTANT),
    }  # fmt: skip
    claims: Schema = {"type": "object", "additionalProperties": ref("Claim")}
    product = {key: SHAPES.get(key, TEXT) for key in public_fields(PRODUCT)}
    scenario = {key: SHAPES.get(key, TEXT) for key in public_fields(SCENARIO)}
    texts = (
        "name",
        "name_en",
        "kind",
        "credit_code",
        "region",
        "place",
        "place_en",
        "about",
        "about_en",
        "website",
        "state",
    )
    return {
        "Product": thing({"number": TEXT, "url": ADDRESS, **product, **around, "specs": claims}),
        "Scenario": thing({"number": TEXT, "url": ADDRESS, **scenario, **around}),
        "Organization": thing({
            "number": TEXT, "url": ADDRESS, **dict.fromkeys(texts, TEXT),
            **dict.fromkeys(("segments", "marks", "sources"), TEXTS), "compiled": YES_NO, "demo": YES_NO,
            "parent": nothing_or(ref("Owner")), "updated": nothing_or(INSTANT),
        }),
        "Owner": thing({"number": TEXT, "name": TEXT, "name_en": TEXT, "url": ADDRESS}),
        "Suggestion": thing({
            **dict.fromkeys(("kind", "kind_en", "text", "text_en", "number"), TEXT), "url": ADDRESS,
        }),
        "Found": thing({
            "kind": {"enum": ["product", "scenario", "organization", "challenge", "notice", "site"]},
            "number": TEXT, "title": TEXT, "title_en": TEXT, "summary": TEXT, "url": ADDRESS, "state": TEXT,
            "updated": nothing_or(INSTANT),
        }),
    }  # fmt: skip


def _chains() -> dict[str, Schema]:
    """A chain: the needs it goes over, what belongs to them, and what happened, with the hash of its history entry."""
    thing_on_it: dict[str, Schema] = {
        **dict.fromkeys(("number", "title", "title_en", "state", "state_en"), TEXT), "url": nothing_or(ADDRESS),
        "progress": {"enum": ["done", "now", "stop"]}, "since": nothing_or(INSTANT),
    }  # fmt: skip
    stage: Schema = {"enum": ["need", "talk", "pilot", "site", "copy"]}
    event = {
        "at": INSTANT, "stage": stage, "entry": WHOLE,
        **dict.fromkeys(("object", "what", "what_en", "reason", "reason_en", "who", "who_en", "sha256"), TEXT),
    }  # fmt: skip
    need = {**thing_on_it, "copied_from": nothing_or(TEXT)}
    return {
        "Chain": thing({
            "number": TEXT, "url": ADDRESS, "needs": listed(thing(need)),
            "objects": listed(thing({**thing_on_it, "stage": stage, "need": nothing_or(TEXT)})),
            "events": listed(thing(event)), "history": thing({"entries": WHOLE, "last": TEXT}),
        }),
    }  # fmt: skip


def _challenges() -> dict[str, Schema]:
    """Challenges with their terms, and notices."""
    known = thing({
        **dict.fromkeys(("number", "title", "title_en", "state", "organization", "organization_en"), TEXT),
        "url": ADDRESS, "scenario": nothing_or(TEXT), **dict.fromkeys(("domain", "task", "task_en"), TEXT),
        "indicators": listed(ref("Indicator")), "criteria": listed(ref("Criterion")),
        "payments": listed(thing(dict.fromkeys(("name", "name_en", "share"), TEXT))), "tie_rule": TEXT,
        "funds": nothing_or(TEXT), "mode": {"enum": ["single", "race"]}, "min_bids": WHOLE, "blind": YES_NO,
        **dict.fromkeys(
            ("published_at", "questions_until", "answers_until", "deadline", "opening_at"), nothing_or(INSTANT)
        ),
        "edition": WHOLE, "sha256": TEXT,
    })  # fmt: skip
    answer = thing({
        "number": WHOLE, **dict.fromkeys(("question", "question_en", "answer", "answer_en"), TEXT),
        "published_at": INSTANT,
    })  # fmt: skip
    addendum = thing({
        "number": WHOLE, "material": YES_NO, "text": TEXT, "text_en": TEXT,
        "difference": listed(thing(dict.fromkeys(("zh", "en", "before", "after"), TEXT))),
        "deadline": nothing_or(INSTANT), "edition": nothing_or(WHOLE), "issued_at": INSTANT,
    })  # fmt: skip
    fields = {**known["properties"], "answers": listed(answer), "addenda": listed(addendum)}
    return {
        "Challenges": page_of("ChallengeItem"), "ChallengeItem": known, "Challenge": thing(fields),
        "Indicator": thing(dict.fromkeys(
            ("name", "name_en", "unit", "comparator", "threshold", "present", "method", "method_en"), TEXT
        )),
        "Criterion": thing(dict.fromkeys(("key", "name", "name_en", "hint", "hint_en", "weight", "least"), TEXT)),
        "Notices": page_of("Notice"),
        "Notice": thing({
            **dict.fromkeys(("number", "kind", "about", "title", "title_en", "state", "issuer", "sha256"), TEXT),
            "url": ADDRESS, "days": WHOLE, "opened_at": INSTANT, "last_day": {"type": "string", "format": "date"},
        }),
    }  # fmt: skip


def _catalogue() -> dict[str, Schema]:
    named = {"code": TEXT, "name": TEXT, "name_en": TEXT}
    return {
        "Region": thing({**named, "level": {"enum": ["province", "city", "county"]}, "parent": TEXT}),
        "Subscenario": thing(named),
        "Domain": thing({**named, "subscenarios": listed(ref("Subscenario"))}),
        "Spec": thing({
            **dict.fromkeys(("key", "name", "name_en", "kind", "unit"), TEXT), "choices": listed(ref("Choice")),
        }),
        "Choice": thing(named),
        "Category": thing({
            **named, "class": TEXT, "class_name": TEXT, "class_name_en": TEXT, "segment": TEXT,
            "specs": TEXTS,
        }),
    }  # fmt: skip
