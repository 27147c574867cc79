"""What an applicant writes: its fields in words, the checklist, what is missing, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.experts.services import months_on
from marketplace.settings.queries import value
from marketplace.sites.figures import RUNNING_MONTHS, STREET_POINTS

Content = Mapping[str, Any]

KINDS = {
    "place": Text("示范点", "Demonstration place"),
    "street": Text("示范街区", "Demonstration street"),
    "industry": Text("行业示范场景", "Industry scenario"),
}
KIND_HINTS = {
    "place": Text("一个单位的一处场地", "One place of one organization"),
    "street": Text("一条街或一个园区里的多处应用", "Several uses in one street or park"),
    "industry": Text("一个行业里可以照着做的整套做法", "A whole solution that others in a trade can follow"),
}
LEVELS = {
    "": Text("未评级", "No further mark"),
    "province": Text("省级示范", "Provincial demonstration"),
    "national": Text("国家级示范", "National demonstration"),
}
LIMITS = {
    "title": 100, "title_en": 200, "address": 200, "building": 3000, "building_en": 5000, "running": 2000,
    "effects": 2000, "effects_en": 4000, "copying": 2000, "safety_officer": 60, "safety": 2000, "economics": 2000,
    "partners": 200,
}  # fmt: skip
LABELS = {
    "title": Text("示范应用名称", "Title"),
    "title_en": Text("名称（英文）", "Title in English"),
    "address": Text("详细地址", "Address"),
    "investment": Text("总投资（万元）", "Investment (10,000 yuan)"),
    "points": Text("应用点数量", "Places of use"),
    "building": Text("建设内容", "What was built"),
    "building_en": Text("建设内容（英文）", "What was built (English)"),
    "running_since": Text("开始运行日期", "Running since"),
    "running": Text("运行情况", "How it runs"),
    "effects": Text("成效：前后对比", "Effect: before and after"),
    "effects_en": Text("成效（英文）", "Effect (English)"),
    "copying": Text("可复制性", "What copying it takes"),
    "safety_officer": Text("安全责任人", "Who answers for safety"),
    "safety": Text("安全管理：应急、保险、数据", "Safety: emergencies, insurance, data"),
    "economics": Text("经济性", "Economy"),
    "partners": Text("联合供方单位编号", "Numbers of further vendors"),
}
# What an application cannot do without.
NEEDED = (
    "title", "address", "building", "running_since", "running", "effects", "copying", "safety_officer", "safety",
)  # fmt: skip
CHECKLIST = {
    "legal": Text("依法登记、经营正常的单位", "A lawfully registered organization in sound standing"),
    "credit": Text("没有列入严重失信主体名单", "Not on a list of serious breaches of trust"),
    "calm": Text("近 12 个月没有严重安全事件", "No serious safety incident within the last 12 months"),
    "rights": Text("没有知识产权争议", "No dispute over intellectual property"),
    "insured": Text("已投保并有应急预案", "Insured, with an emergency plan"),
    "data": Text("数据采集和使用合法合规", "Data are collected and used lawfully"),
    "pictures": Text("照片和视频已取得授权", "Pictures and films are shown with permission"),
    "truth": Text("对材料真实性负责", "We answer for the truth of what is filed"),
}
PICTURES_MOST, FILES_MOST, ROBOTS_MOST = 8, 8, 20

BLANK: dict[str, Any] = {
    **dict.fromkeys(LABELS, ""), "checklist": [], "robots": [], "pictures": [], "files": [],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the pre-check: what must be corrected, what is advised, what is fulfilled; ``field`` in the form."""

    kind: Literal["fix", "tip", "ok"]
    text: Text
    field: str = ""
    why: Text | None = None


def canonical(content: Any) -> str:
    """Content as canonical JSON: its SHA-256 is the digest that history keeps."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content: Any) -> str:
    """The SHA-256 of content, as hex."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def written(content: Content, kind: str) -> Iterator[Point]:
    """What the text of an application lacks, and what it has."""
    missing = [key for key in NEEDED if not content.get(key)]
    for key in missing:
        yield Point("fix", Text("“%(what)s”还没有填写", "“%(what)s” is missing") % {"what": LABELS[key]}, key)
    if not missing:
        yield Point("ok", Text("各项内容已填写", "Every part is filled in"))
    open_points = [each for each in CHECKLIST if each not in content.get("checklist", ())]
    if open_points:
        said = Text("申报清单还有 %(count)s 项没有确认", "%(count)s points of the checklist are not confirmed")
        yield Point("fix", said % {"count": len(open_points)}, "checklist", CHECKLIST[open_points[0]])
    else:
        yield Point("ok", Text("申报清单已逐项确认", "Every point of the checklist is confirmed"))
    if not content.get("robots"):
        yield Point("fix", Text("还没有列出机器人", "No robot is listed"), "robots")
    yield from _running(content)
    if kind == "street":
        yield from _points(content)
    if not content.get("pictures"):
        yield Point("tip", Text("还没有现场照片", "There is no picture of it"), "new_pictures",
                    Text("公示和名录会用到", "The notice and the register show them"))  # fmt: skip
    if not content.get("title_en"):
        yield Point("tip", Text("没有英文名称，英文页面显示中文", "Without an English title the Chinese one is shown"),
                    "title_en")  # fmt: skip


def _running(content: Content) -> Iterator[Point]:
    since, least = content.get("running_since"), value(RUNNING_MONTHS)
    if not since or not least:
        return
    ready = months_on(date.fromisoformat(since), least)
    if ready > clock.today():
        said = Text("运行还不满 %(months)s 个月，%(day)s 起可以提交",
                    "It has not run for %(months)s months; it can be submitted from %(day)s on")  # fmt: skip
        yield Point("fix", said % {"months": least, "day": ready.isoformat()}, "running_since")
    else:
        yield Point("ok", Text("运行已满 %(months)s 个月", "It has run for %(months)s months") % {"months": least})


def _points(content: Content) -> Iterator[Point]:
    least, given = value(STREET_POINTS), str(content.get("points") or "")
    if given.isdigit() and int(given) >= least:
        return
    said = Text("示范街区至少要有 %(least)s 个应用点", "A street has at least %(least)s places of use")
    yield Point("fix", said % {"least": least}, "points")
