"""What people read of a product, made ready once for its page, the preview, the comparison and the hits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marketplace.core.text import Text, enumerated
from marketplace.listings.files import shown_files
from marketplace.listings.kind import Content
from marketplace.listings.wording import both, paragraphs
from marketplace.organizations.views import place_of
from marketplace.products.content import EVIDENCE_LEVEL, WAYS, in_order
from marketplace.products.models import Product
from marketplace.reference import catalogue, values
from marketplace.reference.terms import Category, Mark, Spec

LANGUAGES = ("zh_CN", "en")
LONGEST_SHOWN = 60  # characters of an address or a source that are shown
# What a compiled row joins two sources of one claim with.
BETWEEN_SOURCES = " ; "
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\，。；、（）]+", re.IGNORECASE)

Fact = tuple[Text, Text | None, Text]
"""(name, value, unit), as the macro ``facts`` draws it; None is not known."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is documented. ``href`` only when it begins with an address of the web; ``rest`` follows it."""

    place: int
    text: str
    href: str
    rest: str

    @property
    def short(self) -> str:
        """The address as it is shown: without its scheme, and not longer than a line."""
        text = re.sub(r"^https?://(www\.)?", "", self.href, flags=re.IGNORECASE).rstrip("/")
        return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One content, ready to be drawn. Texts without English say the Chinese in both languages."""

    title: Text
    category: Category | None
    kinds: Sequence[Text]
    maker: Any
    place: Text
    summary: Text
    paragraphs: Mapping[str, Sequence[str]]
    has_english: Mapping[str, bool]
    facts: Sequence[Fact]
    groups: Sequence[tuple[Text, Sequence[Mapping[str, Any]]]]
    unknown: Sequence[Text]
    unknown_names: Text
    domains: Sequence[Any]
    marks: Sequence[Mark]
    ways: Sequence[tuple[Text, Text]]
    price: Text
    delivery: str
    cases: Sequence[str]
    pictures: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    sources: Sequence[Source]
    source_note: str
    valid_until: str


def sheet_of(listing: Product, content: Content) -> Sheet:
    """The sheet of a product with this content (the public one, or a draft's for its preview)."""
    category = catalogue.category(content["category"]) if content.get("category") else None
    claims = content.get("specs") or {}
    attached = shown_files(listing, content)
    sources = sources_of(content)
    unknown = [catalogue.spec(key).label for key in (category.specs if category else ()) if key not in claims]
    return Sheet(
        title=both(content, "title"),
        category=category,
        kinds=kinds(category),
        maker=listing.organization,
        place=place_of(listing.organization),
        summary=both(content, "summary"),
        paragraphs={
            "zh_CN": paragraphs(content.get("description")),
            "en": paragraphs(content.get("description_en") or content.get("description")),
        },
        has_english={key: bool(content.get(f"{key}_en")) for key in ("title", "summary", "description", "price_note")},
        facts=headline(category, claims),
        groups=_groups(category, claims, sources, attached["files"]),
        unknown=unknown,
        unknown_names=enumerated(unknown),
        domains=[catalogue.domain(code) for code in content.get("domains") or []],
        marks=[catalogue.mark(code) for code in content.get("marks") or []],
        ways=_ways(content.get("ways") or []),
        price=both(content, "price_note"),
        delivery=content.get("delivery", ""),
        cases=[line for line in content.get("cases", "").splitlines() if line.strip()],
        pictures=attached["pictures"],
        files=attached["files"],
        sources=sources,
        source_note=content.get("source_note", ""),
        valid_until=content.get("valid_until", ""),
    )


def kinds(category: Category | None) -> list[Text]:
    """Segment, class and category by name; those that repeat the one before are said once."""
    if category is None:
        return []
    names = [
        catalogue.segment(category.segment).label,
        catalogue.robot_class(category.robot_class).label,
        category.label,
    ]
    return list(dict.fromkeys(names))


def said(spec: Spec, value: Any) -> Text | None:
    """A value in both languages, without its unit; None stays None."""
    return None if value is None else Text(*(values.show(spec, value, language) for language in LANGUAGES))


def headline(category: Category | None, claims: Mapping[str, Any]) -> list[Fact]:
    """The four specs that lists show of a category."""
    specs = [catalogue.spec(key) for key in (category.headline if category else ())]
    return [(spec.label, said(spec, (claims.get(spec.key) or {}).get("value")), spec.unit_label) for spec in specs]


def best_evidence(claims: Mapping[str, Any]) -> str:
    """The strongest evidence among the claims; "" when there are none."""
    levels = [claim.get("evidence") or "declared" for claim in claims.values()]
    return max(levels, key=lambda level: EVIDENCE_LEVEL[level], default="")


def _ways(chosen: Sequence[str]) -> list[tuple[Text, Text]]:
    """Every way with whether it is offered; nothing when the owner says nothing of it."""
    offered, not_offered = Text("提供", "Offered"), Text("未提供", "Not offered")
    return [(label, offered if code in chosen else not_offered) for code, label in WAYS.items()] if chosen else []


def _groups(
    category: Category | None, claims: Mapping[str, Any], sources: Sequence[Source], files: Sequence[Mapping[str, Any]]
) -> list[tuple[Text, list[dict[str, Any]]]]:
    """The claims under their headings; of what is not known only the headline specs, the rest is ``unknown``."""
    shown = dict.fromkeys(in_order(claims))
    wanted = in_order({**shown, **dict.fromkeys(category.headline if category else ())})
    groups: dict[Text, list[dict[str, Any]]] = {}
    for key in wanted:
        spec = catalogue.spec(key)
        row = _row(spec, claims.get(key) or {}, sources, files)
        groups.setdefault(catalogue.group_label(spec.group), []).append(row)
    return list(groups.items())


def _row(
    spec: Spec, claim: Mapping[str, Any], sources: Sequence[Source], files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A claim as the macro ``spec_table`` draws it; its evidence leads to the file, else to the source at the foot."""
    row: dict[str, Any] = {
        "label": spec.label, "value": said(spec, claim.get("value")), "unit": spec.unit_label,
        "evidence": claim.get("evidence", ""), "href": "", "source": "", "note": claim.get("note", ""),
    }  # fmt: skip
    places = {file["id"]: place for place, file in enumerate(files, 1)}
    named = [source for source in sources if source.text + source.rest in _pieces(claim.get("source", ""))]
    if claim.get("file") in places:
        place = places[claim["file"]]
        row["href"] = files[place - 1]["href"]
        row["source"] = Text("附件 %(place)s", "file %(place)s") % {"place": place}
    elif named:
        row["href"] = f"#source-{named[0].place}"
        row["source"] = Text("来源 %(places)s", "source %(places)s") % {
            "places": enumerated(str(each.place) for each in named)
        }
    return row


# ---- sources ----


def sources_of(content: Mapping[str, Any]) -> list[Source]:
    """Where the content comes from, numbered: the sources of the whole, then those of single claims."""
    claims = content.get("specs") or {}
    texts = list(content.get("sources") or [])
    for key in in_order(claims):
        texts.extend(_pieces(claims[key].get("source", "")))
    unique = dict.fromkeys(text.strip() for text in texts if text.strip())
    return [_source(place, text) for place, text in enumerate(unique, 1)]


def _pieces(text: str) -> list[str]:
    return [piece.strip() for piece in text.split(BETWEEN_SOURCES) if piece.strip()]


def _source(place: int, text: str) -> Source:
    found = _ADDRESS.match(text)
    if found is None or not _has_host(found[0]):
        return Source(place, text, "", "")
    return Source(place, found[0], found[0], text[found.end() :])


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and not parts.username and not parts.password
    except ValueError:
        return False


# ---- side by side ----


def comparison(products: Sequence[Product], *, only_different: bool = False) -> tuple[list[dict[str, Any]], int, int]:
    """Rows for the macro ``compare_table`` over the public content of the products, how many differ, how many agree.

    A row that nobody states is left out, unless lists show it for all of them.
    """
    rows = [*_offer_rows(products), *_spec_rows(products)]
    compared = [row for row in rows if "cells" in row]
    same = sum(1 for row in compared if row["same"])
    if only_different:
        rows = _without_empty_groups([row for row in rows if not row.get("same")])
    return rows, len(compared) - same, same


def _offer_rows(products: Sequence[Product]) -> list[dict[str, Any]]:
    offers = (
        (Text("类别", "Category"), lambda content: enumerated(kinds(catalogue.category(content["category"]))[-1:])),
        (
            Text("应用领域", "Domains"),
            lambda content: enumerated([catalogue.domain(each).label for each in content["domains"]]),
        ),
        (Text("获取方式", "Ways to buy"), lambda content: enumerated([WAYS[each] for each in content["ways"]])),
        (Text("价格说明", "Price"), lambda content: both(content, "price_note")),
        (Text("交付周期", "Delivery"), lambda content: Text(content["delivery"], content["delivery"])),
        (
            Text("资质与标识", "Marks"),
            lambda content: enumerated([catalogue.mark(each).short for each in content["marks"]]),
        ),
    )
    rows = []
    for label, read in offers:
        cells = [{"value": words} if words.zh else None for words in (read(each.content) for each in products)]
        if any(cells):
            rows.append(_compared(label, Text("", ""), cells))
    return rows


def _spec_rows(products: Sequence[Product]) -> list[dict[str, Any]]:
    headlines = [set(catalogue.category(each.content["category"]).headline) for each in products]
    claims = [each.content.get("specs") or {} for each in products]
    wanted = set().union(*claims) | (set.intersection(*headlines) if headlines else set())
    rows: list[dict[str, Any]] = []
    heading = None
    for key in in_order(dict.fromkeys(wanted)):
        spec = catalogue.spec(key)
        if spec.group != heading:
            heading = spec.group
            rows.append({"group": catalogue.group_label(spec.group)})
        cells = [
            {"value": said(spec, each[key]["value"]), "evidence": each[key].get("evidence")} if key in each else None
            for each in claims
        ]
        rows.append(_compared(spec.label, spec.unit_label, cells))
    return rows


def _compared(label: Text, unit: Text, cells: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    shown = [cell["value"] if cell else None for cell in cells]
    same = len(cells) > 1 and None not in shown and len(set(shown)) == 1
    return {"label": label, "unit": unit, "same": same, "cells": cells}


def _without_empty_groups(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row, after in zip(rows, (*rows[1:], {}), strict=False) if "cells" in row or "cells" in after]
