"""What an expert declares: its fields in words, what is still missing, and what changed between two declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text, enumerated
from marketplace.experts.ties import RELATIONS, TIES, Content, Tie, first_day, folded
from marketplace.reference import catalogue, regions
from marketplace.reference.reading import normalize

LIMITS = {
    "name": 60, "title": 60, "about": 2000, "organization": 120, "code": 40, "position": 60, "person": 60, "note": 200,
    "period": 20, "percent": 20,
}  # fmt: skip
MOST_ROWS = 40
BLANK: Content = {
    "name": "", "title": "", "region": "", "about": "", "domains": [], "categories": [],
    "employers": [], "holdings": [], "no_holdings": False, "relations": [], "no_relations": False,
}  # fmt: skip

NONE = Text("无", "None")
NOT_STATED = Text("未写", "Not stated")
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check: what is right, what must be mended, what would help; ``step`` is where."""

    kind: Literal["ok", "fix", "tip"]
    text: Text
    why: Text | None = None
    step: str = ""


def fields_of(content: Mapping[str, Any]) -> list[str]:
    """The fields he may be drawn for, as ``ExpertField`` names them."""
    domains = [f"domain.{code}" for code in content.get("domains") or []]
    return [*domains, *(f"category.{code}" for code in content.get("categories") or [])]


def field_label(field: str) -> Text:
    """The words of "domain.industrial" or "category.quadruped"."""
    kind, _dot, code = field.partition(".")
    return catalogue.domain(code).label if kind == "domain" else catalogue.category(code).label


# ---- the check ----


def checks(content: Mapping[str, Any]) -> list[Check]:
    """The check before declaring, the same for the expert and the official."""
    return [*_person(content), *_career(content), *_tied(content, "holdings"), *_tied(content, "relations")]


def blocking(content: Mapping[str, Any]) -> list[Check]:
    """What must be mended before it can be declared."""
    return [each for each in checks(content) if each.kind == "fix"]


def _person(content: Mapping[str, Any]) -> Iterator[Check]:
    for key, missing in _PERSON.items():
        if not content.get(key):
            yield Check("fix", missing, step="who")
    if all(content.get(key) for key in _PERSON):
        yield Check("ok", Text("姓名、职称和所在地已填", "Name, title and place are given"))
    if not fields_of(content):
        why = Text("抽取评审组时按领域和品类挑选", "Panels are drawn by domain and category")
        yield Check("fix", Text("至少选一个领域或品类", "Choose at least one domain or category"), why, "who")
    else:
        yield Check("ok", Text("评审领域已选", "Fields are chosen"))
    if not content.get("about"):
        why = Text("审核人据此判断领域是否相符", "The official judges by it whether the fields fit")
        yield Check("tip", Text("写几句专长和代表性工作", "Say a few words on what you are good at"), why, "who")


_PERSON = {
    "name": Text("没有填姓名", "The name is missing"),
    "title": Text("没有填职称或职务", "The title is missing"),
    "region": Text("没有选所在地", "The place is missing"),
}


def _career(content: Mapping[str, Any]) -> Iterator[Check]:
    rows = content.get("employers") or []
    if not rows:
        why = Text("现单位和前单位都是回避的依据", "Present and past employers decide on conflicts of interest")
        yield Check("fix", Text("没有填任职单位", "No employer is given"), why, "employers")
        return
    yield Check("ok", Text("任职 %(count)s 段", "%(count)s employments") % {"count": len(rows)})
    if any(not row["code"] for row in rows):
        why = Text(
            "只写名称时按全称比对，改名或简称会漏掉", "A name alone is compared in full; another spelling is missed"
        )
        yield Check(
            "tip", Text("补上单位的统一社会信用代码", "Add the credit codes of the organizations"), why, "employers"
        )


def _tied(content: Mapping[str, Any], key: str) -> Iterator[Check]:
    rows, label = content.get(key) or [], SECTIONS[key]
    if rows:
        yield Check("ok", Text("%(what)s %(count)s 条", "%(what)s: %(count)s") % {"what": label, "count": len(rows)})
    elif content.get(f"no_{key}"):
        yield Check("ok", Text("%(what)s：声明没有", "%(what)s: declared to be none") % {"what": label})
    else:
        why = Text("没有就勾选“没有”，空着不算申报", "Where there is none, say so; an empty page declares nothing")
        yield Check("fix", Text("%(what)s没有申报", "%(what)s: nothing declared") % {"what": label}, why, key)


SECTIONS = {
    "employers": Text("任职", "Employments"),
    "holdings": Text("持股", "Shareholdings"),
    "relations": Text("关系", "Relations"),
}


# ---- what is typed ----

FIRST_YEAR = 1940
_PERIOD = re.compile(r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?\s*月?)?\s*年?", re.ASCII)


def read_period(typed: str, field: str, *, ahead: int = 0) -> str:
    """A year, month or day as "2019", "2019-03" or "2019-03-15"; "" stays "".

    Raises:
        FieldError: on ``field``: no such time, before 1940, or later than ``ahead`` years from today.
    """
    typed = normalize(typed)
    if not typed:
        return ""
    found = _PERIOD.fullmatch(typed)
    parts = [f"{int(part):02d}" for part in found.groups() if part] if found else []
    read = "-".join(parts)
    try:
        first = first_day(read)
    except ValueError:
        first = None
    last = date(clock.today().year + ahead, 12, 31) if ahead else clock.today()
    if first is None or not first.year >= FIRST_YEAR or first > last:
        message = Text(
            "请写年月，例如 2019-03，不早于 %(year)s 年", "Give year and month like 2019-03, not before %(year)s"
        )
        if first is not None and first > last:
            message = Text("不能晚于 %(last)s", "Not later than %(last)s") % {"last": last.isoformat()}
        raise FieldError(field, message % {"year": FIRST_YEAR})
    return read


# ---- in words ----


def place(region: str) -> Text:
    """The city, or outside Anhui."""
    if not region:
        return NOT_STATED
    return Text("安徽省外", "Outside Anhui") if region == OUTSIDE else regions.full_name(region)


def period(row: Mapping[str, Any]) -> Text:
    """From when to when a line holds."""
    since, until = row["since"] or Text("起始不详", "unknown start"), row["until"]
    if until:
        return Text("%(since)s 至 %(until)s", "%(since)s to %(until)s") % {"since": since, "until": until}
    return Text("%(since)s 至今", "%(since)s to now") % {"since": since}


def tied_to(row: Mapping[str, Any]) -> str:
    """Whom a line is about: the organization with its code, and the person of a relation."""
    organization = f"{row['organization']} ({row['code']})" if row["code"] else row["organization"]
    return " · ".join(filter(None, (row.get("person", ""), organization)))


def who_of(tie: Tie) -> str:
    """Whom a tie is to."""
    return tied_to({"organization": tie.organization, "code": tie.code, "person": tie.person})


def kind_of(tie: Tie) -> Text:
    """What kind of tie it is."""
    return TIES[tie.kind]


def line_label(key: str, row: Mapping[str, Any]) -> Text:
    """What a line is about, for a table and for the difference."""
    kind = RELATIONS[row["kind"]] if key == "relations" else SECTIONS[key]
    who = tied_to(row)
    return Text(f"{kind.zh}：{who}", f"{kind.en}: {who}")


def line_head(key: str, row: Mapping[str, Any]) -> Text | str:
    """The same under a heading that names the section."""
    return line_label(key, row) if key == "relations" else tied_to(row)


def line_words(row: Mapping[str, Any]) -> Text:
    """What a line says besides."""
    percent = f"{row['percent']} %" if row.get("percent") else ""
    said = [each for each in (row.get("position", ""), percent, row.get("note", "")) if each]
    time = period(row)
    return Text(" · ".join([*said, time.zh]), " · ".join([*said, time.en]))


def _listing(labels: list[Text]) -> Text:
    return enumerated(labels) if labels else NONE


def person_pairs(content: Mapping[str, Any]) -> list[tuple[str, Text, Text]]:
    """(key, label, words) of what is not a tie."""
    name, title, about = (content.get(key) or "" for key in ("name", "title", "about"))
    domains = [catalogue.domain(code).label for code in content.get("domains") or []]
    categories = [catalogue.category(code).label for code in content.get("categories") or []]
    return [
        ("name", Text("姓名", "Name"), Text(name, name)),
        ("title", Text("职称或职务", "Title"), Text(title, title)),
        ("region", Text("所在地", "Place"), place(content.get("region") or "")),
        ("domains", Text("领域", "Domains"), _listing(domains)),
        ("categories", Text("品类", "Categories"), _listing(categories)),
        ("about", Text("专长", "Expertise"), Text(about, about)),
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the difference, as the macro ``diff`` draws it; an empty side came or went."""

    field: Text
    old: Text | str
    new: Text | str
    same: bool = False


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What changed from one declaration to another, line by line."""
    before, after = _said(old), _said(new)
    nothing = (Text("", ""), Text("", ""))
    rows = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, nothing), after.get(key, nothing)
        if was[1] != now[1]:
            rows.append(
                Change(now[0] if now[0].zh else was[0], was[1] if was[1].zh else "", now[1] if now[1].zh else "")
            )
    return rows


def _said(content: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[Text, Text]]:
    """Key → (label, words) of everything in a declaration; several lines about the same are told together."""
    found: dict[tuple[str, ...], tuple[Text, Text]] = {
        (key,): (label, words) for key, label, words in person_pairs(content)
    }
    for section, label in SECTIONS.items():
        if content.get(f"no_{section}"):
            found[(section,)] = (label, NONE)
        for row in content.get(section) or []:
            key = (section, row.get("kind", ""), row["code"] or folded(row["organization"]), row.get("person", ""))
            words = line_words(row)
            if key in found:
                words = Text(f"{found[key][1].zh}；{words.zh}", f"{found[key][1].en}; {words.en}")
            found[key] = (line_label(section, row), words)
    return found
