"""A site in files, feeds and for programs: what everybody may read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, current_app, url_for

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.reference import regions
from marketplace.sites import mapping, queries, wording
from marketplace.sites.content import KINDS, LEVELS
from marketplace.sites.models import Site
from marketplace.sites.policy import is_in_force
from marketplace.web.languages import current_language
from marketplace.web.twins import items_answer, table_answer

TITLE = Text("示范应用名录", "Demonstration sites")
CELLS = (
    Text("牌号", "Plate"), Text("编号", "Number"), Text("名称", "Title"), Text("类型", "Kind"), Text("级别", "Level"),
    Text("申报单位", "Applicant"), Text("领域", "Domain"), Text("所在地", "Region"), Text("地址", "Address"),
    Text("状态", "State"), Text("命名日期", "Designated"), Text("有效期至", "Valid through"),
    Text("场景验证", "Pilots"), Text("来源需求", "Need"), Text("摘要", "SHA-256"),
)  # fmt: skip


def cells(site: Site, language: str) -> list[str]:
    """One row of the list's files."""
    domain = wording.domain(site)
    return [
        site.plate or "", site.number, site.label.say(language), KINDS[site.kind].say(language),
        LEVELS[site.level].say(language), site.organization.label.say(language), domain.say(language) if domain else "",
        regions.full_name(site.region).say(language), str(site.filed.get("content", {}).get("address", "")),
        wording.mark(site).label.say(language), _day(site.designated_on), _day(site.valid_until),
        " ".join(each.number for each in site.pilots), site.scenario.number if site.scenario else "", site.filed_sha256,
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def day_starts(day: date) -> datetime:
    """The first instant of a day in Beijing, for feeds."""
    return clock.end_of_day(day - timedelta(days=1))


def answer(sites: Sequence[Site], ending: str) -> Response:
    """The register as a file."""
    name, language = f"sites-{clock.today().isoformat()}", current_language()
    if ending == "json":
        return items_answer(name, [item(each) for each in sites])
    table = (cells(each, language) for each in sites)
    return table_answer(name, ending, [each.say(language) for each in CELLS], table, TITLE.say(language))


def item(site: Site, *, whole: bool = False) -> dict[str, Any]:
    """The site for programs; ``whole`` with what was filed in words and what became of it."""
    content = site.filed.get("content", {})
    placed = site.longitude is not None and site.latitude is not None
    found = {
        "number": site.number, "url": address("sites.show", number=site.number), "plate": site.plate or "",
        "plate_url": address("plates.show", plate=site.plate) if site.plate else "", "title": site.title,
        "title_en": site.title_en, "kind": site.kind, "state": site.state, "in_force": is_in_force(site),
        "level": site.level, "organization": site.organization.number, "organization_name": site.organization.label.zh,
        "region": site.region, "domain": site.domain, "address": str(content.get("address", "")),
        "longitude": site.longitude, "latitude": site.latitude,
        "map": list(mapping.point(site.longitude or 0, site.latitude or 0)) if placed else None,
        "designated_on": _day(site.designated_on), "valid_until": _day(site.valid_until),
        "ended_on": _day(site.ended_on), "pilots": [each.number for each in site.pilots],
        "scenario": site.scenario.number if site.scenario else "", "sha256": site.filed_sha256, "demo": site.demo,
    }  # fmt: skip
    if whole:
        texts = ("building", "building_en", "running", "effects", "effects_en", "copying")
        found |= {key: str(content.get(key, "")) for key in texts}
        found["robots"] = [dict(each) for each in content.get("robots", ())]
        found["end_reason"] = site.remark if site.state == "revoked" else ""
        found["yearly_reports"] = queries.years_reported(site)
    return found


def address(endpoint: str, **values: Any) -> str:
    """A page of the site as a full address."""
    config: Config = current_app.extensions["config"]
    return config.base_url.rstrip("/") + url_for(endpoint, **values)
