"""What people read of a scenario, made ready once: for its page, the preview and the hits of a search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.core.text import Text
from marketplace.listings.files import shown_files
from marketplace.listings.kind import Content
from marketplace.listings.wording import both, paragraphs
from marketplace.reference import catalogue, regions, values
from marketplace.scenarios.content import BUDGETS, ORIGINS, PAYMENTS, RELIABILITY, requirement_text
from marketplace.scenarios.models import Scenario
from marketplace.web.languages import ten_thousands

LANGUAGES = ("zh_CN", "en")
SIGNS = {"up": "≥", "down": "≤"}
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prose:
    """A text of several paragraphs in both languages. ``english`` is False where the Chinese stands for both."""

    zh: Sequence[str]
    en: Sequence[str]
    english: bool

    def in_language(self, language: str) -> Sequence[str]:
        """The paragraphs for a reader of ``language``."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Requirement:
    """A must-have: "负载", "≥ 15 kg", and why."""

    name: Text
    wanted: Text
    why: str


@dataclass(frozen=True, slots=True)
class Target:
    """A target: "单次巡检时间", "90 min" or "", "≤ 60 min", how it is measured."""

    name: str
    now: str
    wanted: str
    method: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a compiled row comes from; ``href`` only for an address of the web."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One content, ready to be drawn. Texts without English say the Chinese in both languages."""

    title: Text
    title_english: bool
    owner: Any
    place: Text | None
    domain: Text | None
    domain_code: str
    subscenario: Text | None
    situation: Prose
    task: Prose
    conditions: Sequence[tuple[Text, Text]]
    requirements: Sequence[Requirement]
    targets: Sequence[Target]
    budget: Text | None
    budget_note: str
    payment: Text | None
    quantity: str
    start_by: str
    answer_by: str
    valid_until: str
    data_terms: Prose
    safety_terms: Prose
    pictures: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    compiled: bool
    demo: bool
    origin: str
    origin_label: Text | None
    owner_note: str
    year: str
    reliability: Text | None
    sources: Sequence[Source]
    source_note: str


def sheet_of(listing: Scenario, content: Content) -> Sheet:
    """The sheet of a scenario with this content (the public one, or a draft's for its preview)."""
    has_files = content.get("pictures") or content.get("files")
    attached = shown_files(listing, content) if has_files else {"pictures": [], "files": []}
    domain, sub, origin = (content.get(key, "") for key in ("domain", "subscenario", "origin"))
    return Sheet(
        title=both(content, "title"),
        title_english=bool(content.get("title_en")),
        owner=listing.organization,
        place=place(content),
        domain=catalogue.domain(domain).label if domain else None,
        domain_code=domain,
        subscenario=catalogue.subscenario(sub).label if sub else None,
        situation=prose(content, "situation"),
        task=prose(content, "task"),
        conditions=conditions(content),
        requirements=[_requirement(each) for each in content.get("requirements") or []],
        targets=[_target(each) for each in content.get("targets") or []],
        budget=budget(content),
        payment=_payment(content.get("payment") or []),
        data_terms=prose(content, "data_terms"),
        safety_terms=prose(content, "safety_terms"),
        pictures=attached["pictures"],
        files=attached["files"],
        compiled=listing.compiled,
        demo=listing.demo,
        origin=origin,
        origin_label=ORIGINS.get(origin),
        reliability=RELIABILITY.get(content.get("reliability", "")),
        sources=[_source(each) for each in content.get("sources") or []],
        **{key: content.get(key, "") for key in (
            "budget_note", "quantity", "start_by", "answer_by", "valid_until", "owner_note", "year", "source_note",
        )},
    )  # fmt: skip


def prose(content: Mapping[str, Any], key: str) -> Prose:
    """A text of the content in paragraphs, which an empty line parts."""
    chinese, english = (content.get(each) or "" for each in (key, f"{key}_en"))
    return Prose(paragraphs(chinese), paragraphs(english or chinese), bool(english) or not chinese)


def place(content: Mapping[str, Any]) -> Text | None:
    """City or county, and what is said of the place; of a compiled row only what its source says. None: not known."""
    region = regions.full_name(content["region"]) if content.get("region") else None
    said = both(content, "place") if content.get("place") else None
    if region is None or said is None:
        return said or region
    if content.get("origin"):
        return said
    return Text(f"{region.zh}　{said.zh}", f"{said.en}, {region.en}")


def conditions(content: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """Name and value of each site condition that is known, in the order of the catalogue."""
    known = content.get("conditions") or {}
    return [
        (spec.label, Text(*(values.show_with_unit(spec, known[spec.key], language) for language in LANGUAGES)))
        for spec in catalogue.conditions()
        if spec.key in known
    ]


def _requirement(each: Mapping[str, Any]) -> Requirement:
    wanted = Text(*(requirement_text(each, language) for language in LANGUAGES))
    return Requirement(catalogue.spec(each["spec"]).label, wanted, each.get("why", ""))


def _target(each: Mapping[str, Any]) -> Target:
    unit, now, aim = each["unit"], _printed(each.get("baseline", "")), _printed(each["target"])
    return Target(
        name=each["name"],
        now=f"{now} {unit}".strip() if now else "",
        wanted=f"{SIGNS[each['direction']]} {aim} {unit}".strip(),
        method=each.get("method", ""),
    )


def _printed(number: str) -> str:
    return number.replace("-", "−")


def _payment(codes: Sequence[str]) -> Text | None:
    labels = [label for code, label in PAYMENTS.items() if code in codes]
    if not labels:
        return None
    return Text("、".join(label.zh for label in labels), ", ".join(label.en.lower() for label in labels).capitalize())


def budget(content: Mapping[str, Any]) -> Text | None:
    """The budget in words: "60.00–90.00 万元", 面议, 未定; None when the source of a compiled row says nothing."""
    kind = content.get("budget_kind") or "none"
    if kind == "none" and content.get("origin"):
        return None
    if kind in ("negotiable", "none"):
        return BUDGETS[kind]
    ends = [content[key] for key in ("budget_from", "budget_to") if content.get(key)]
    yuan = [f"{Decimal(each) * 10_000:,.0f}" for each in ends]
    return Text("–".join(map(ten_thousands, ends)) + " 万元", "CNY " + "–".join(yuan))


def _source(text: str) -> Source:
    return Source(text, text if _ADDRESS.fullmatch(text) else "")
