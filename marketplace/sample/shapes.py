"""The keys of product and scenario content with their empty values; sample content is one of these, filled in."""

from typing import Any


def product_content(**given: Any) -> dict[str, Any]:
    """Product content with every key; raises KeyError for a key that is not in the shape."""
    return _filled(
        {
            **_texts("title", "title_en", "model", "category"),
            **_texts("summary", "summary_en", "description", "description_en"),
            **_lists("domains", "marks"),
            "specs": {},
            **_lists("ways"),
            **_texts("price_note", "price_note_en", "delivery", "cases"),
            **_lists("pictures", "files"),
            **_texts("contact_name", "contact_phone", "contact_email", "valid_until"),
            **_lists("sources"),
            **_texts("source_note"),
        },
        given,
    )


def scenario_content(**given: Any) -> dict[str, Any]:
    """Scenario content with every key; raises KeyError for a key that is not in the shape."""
    return _filled(
        {
            **_texts("title", "title_en", "domain", "subscenario", "region", "place", "place_en"),
            **_texts("situation", "situation_en", "task", "task_en"),
            "conditions": {},
            **_lists("requirements", "targets"),
            **_texts("quantity"),
            "budget_kind": "none",
            **_texts("budget_from", "budget_to", "budget_note"),
            **_lists("payment"),
            **_texts("start_by", "answer_by", "valid_until", "data_terms", "safety_terms"),
            **_texts("contact_name", "contact_phone", "contact_email"),
            **_lists("pictures", "files", "sources"),
            **_texts("source_note", "origin", "owner_note", "year", "reliability"),
        },
        given,
    )


def _texts(*keys: str) -> dict[str, Any]:
    return dict.fromkeys(keys, "")


def _lists(*keys: str) -> dict[str, Any]:
    return {key: [] for key in keys}


def _filled(content: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    unknown = given.keys() - content.keys()
    if unknown:
        raise KeyError(f"not in the shape: {', '.join(sorted(unknown))}")
    return content | given
