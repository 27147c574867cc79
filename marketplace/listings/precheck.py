"""What a machine can see in a submitted text that a person should look at; beside the kind's own pre-check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.core.text import Text
from marketplace.listings.kind import Check, Kind

LEVELS = {"declared": 1, "documented": 2, "tested": 3, "proven": 4}
LEVEL_NAMES = {
    "declared": Text("自述", "declared"),
    "documented": Text("有据", "documented"),
    "tested": Text("检测", "tested"),
    "proven": Text("实测", "proven"),
}
# Where an address belongs: what proves a claim, and where compiled rows come from.
SOURCES = ("source", "sources", "source_note", "file")

CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"  # mobile
    r"|(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)|(?<!\d)400[ -]?\d{3}[ -]?\d{4}(?!\d)"  # fixed, 400
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.[A-Za-z]{2,}"
    r"|(?:微信|WeChat|QQ|VX)[号:： ]*[A-Za-z0-9_-]{5,}",
    re.IGNORECASE,
)
WEB = re.compile(r"https?://|www\.|(?<![@\w.-])[\w-]+\.(?:com|cn|net|org|top|xyz|cc)\b", re.IGNORECASE)


def automatic_checks(kind: Kind, public: Mapping[str, Any], submitted: Mapping[str, Any]) -> list[Check]:
    """The kind's pre-check of what was submitted, and what only a reviewer is told.

    ``public``: the content that the public reads now; empty before the first approval.
    """
    return [*kind.check(dict(submitted)), *_addresses(kind, submitted), *_weaker_evidence(kind, public, submitted)]


def _addresses(kind: Kind, content: Mapping[str, Any]) -> list[Check]:
    found = []
    for field in kind.fields:
        if field.private or field.key in SOURCES:
            continue
        for text in _texts(content.get(field.key)):
            hit = CONTACT.search(text) or WEB.search(text)
            if hit:
                message = Text(
                    "“%(field)s”里像是有联系方式或网址：%(found)s",
                    "“%(field)s” seems to hold contact data or a web address: %(found)s",
                )
                why = Text("联系方式在对接被接受后才给对方看", "Contact data are shown only after a talk is accepted")
                found.append(Check("fix", message % {"field": field.label, "found": hit[0]}, why))
                break
    return found or [
        Check("ok", Text("公开文字中未发现联系方式和网址", "No contact data or web address in public text"))
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in SOURCES:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _weaker_evidence(kind: Kind, public: Mapping[str, Any], submitted: Mapping[str, Any]) -> list[Check]:
    """A claim that changed and is proved less well than before."""
    old, new = public.get("specs") or {}, submitted.get("specs") or {}
    names = _part_names(kind, new)
    found = []
    for key in old.keys() & new.keys():
        before, after = (claims[key].get("evidence") or "declared" for claims in (old, new))
        if LEVELS.get(after, 1) >= LEVELS.get(before, 1):
            continue
        changed = old[key].get("value") != new[key].get("value")
        message = (
            Text("“%(name)s”改了数值，依据却由“%(before)s”降为“%(after)s”",
                 "“%(name)s” has a new value, but its evidence went from “%(before)s” down to “%(after)s”")
            if changed
            else Text("“%(name)s”的依据由“%(before)s”降为“%(after)s”",
                      "The evidence of “%(name)s” went from “%(before)s” down to “%(after)s”")
        )  # fmt: skip
        values: dict[str, object] = {
            "name": names.get(key, Text(key, key)),
            "before": LEVEL_NAMES[before],
            "after": LEVEL_NAMES[after],
        }
        why = Text("可要求补充材料，或保留原值", "Ask for material, or for the old value")
        found.append(Check("fix" if changed else "tip", message % values, why))
    return found


def _part_names(kind: Kind, specs: Mapping[str, Any]) -> dict[str, Text]:
    field = next((each for each in kind.fields if each.key == "specs"), None)
    if field is None or field.parts is None:
        return {}
    chinese, english = (field.parts(specs, language) for language in ("zh_CN", "en"))
    return {zh[0]: Text(zh[1], en[1]) for zh, en in zip(chinese, english, strict=True)}
