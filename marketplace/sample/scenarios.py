"""The 73 compiled scenarios in the content shape of a scenario; owned by demo units, never by the unit reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketplace.sample.catalogue import DOMAINS
from marketplace.sample.organizations import OWNERS, owners
from marketplace.sample.rows import rows, rows_by
from marketplace.sample.shapes import scenario_content

# What kind of source a row comes from: an item of a published list, a scene named by a policy, a reported case.
ORIGINS = {"清单/榜单项": "listed", "政策列明场景": "policy", "已落地案例改写为需求": "reported"}
# Cities and counties of Anhui as the rows write them, with their codes of GB/T 2260.
PLACES = {"合肥": "340100", "芜湖": "340200", "淮南": "340400", "黄山": "341000", "合肥(庐江)": "340124"}


@dataclass(frozen=True, slots=True)
class SampleScenario:
    """One compiled scenario. `owner` is the key of a demo unit, `owner_type` the original words of the row."""

    sample_id: str
    owner: str
    owner_kind: str
    owner_type: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Companions:
    """What was written beside the rows, by scenario id."""

    split: dict[str, dict[str, str]]
    english: dict[str, dict[str, str]]
    facts: dict[str, dict[str, str]]
    targets: dict[str, list[dict[str, str]]]
    requirements: dict[str, list[dict[str, Any]]]


def scenarios() -> Iterator[SampleScenario]:
    """All rows in file order; each content has every key of the shape, empty where the row says nothing."""
    kinds = {unit.key: unit.kind for unit in owners()}
    beside = _companions()
    for row in rows("scenarios.csv"):
        owner = OWNERS[row["owner_type"]]
        yield SampleScenario(
            sample_id=row["scenario_id"],
            owner=owner,
            owner_kind=kinds[owner],
            owner_type=row["owner_type"],
            content=_content(row, beside),
        )


def _companions() -> _Companions:
    targets: dict[str, list[dict[str, str]]] = {}
    for row in rows("scenario_targets.csv"):
        target = {key: row[key] for key in ("name", "unit", "direction", "baseline", "target")}
        targets.setdefault(row["scenario_id"], []).append(target | {"method": ""})
    requirements: dict[str, list[dict[str, Any]]] = {}
    for row in rows("scenario_requirements.csv"):
        must = {"spec": row["spec"], "op": row["op"], "value": {"from": row["value"]}, "why": row["why"]}
        requirements.setdefault(row["scenario_id"], []).append(must)
    return _Companions(
        split=rows_by("scenarios_split.csv", "scenario_id"),
        english=rows_by("scenarios_en.csv", "scenario_id"),
        facts=rows_by("scenario_facts.csv", "scenario_id"),
        targets=targets,
        requirements=requirements,
    )


def _content(row: dict[str, str], beside: _Companions) -> dict[str, Any]:
    """One row as scenario content. Contacts, dates, conditions and terms are empty: the rows do not give them."""
    sample_id = row["scenario_id"]
    split, english, facts = beside.split[sample_id], beside.english[sample_id], beside.facts[sample_id]
    return scenario_content(
        title=row["title"],
        title_en=english["title_en"],
        domain=DOMAINS[row["domain"]],
        subscenario=facts["subscenario"],
        region=PLACES.get(row["city"], "") if row["province"] == "安徽" else "",
        place=place_of(row),
        place_en=english["place_en"],
        situation=split["situation"],
        situation_en=english["situation_en"],
        task=split["task"],
        task_en=english["task_en"],
        requirements=beside.requirements.get(sample_id, []),
        targets=beside.targets.get(sample_id, []),
        quantity=facts["quantity"],
        budget_note=f"公开资料所载：{row['budget']}" if row["budget"] else "",
        sources=row["source"].split(" ; "),
        source_note=_source_note(row),
        origin=ORIGINS[row["kind"]],
        owner_note=f"公开资料所载需求主体类型：{row['owner_type']}；由演示单位代为展示",
        year=row["year"],
        reliability=row["reliability"],
    )


def place_of(row: dict[str, str]) -> str:
    """Province and city as the row writes them, one space between; a municipality is named once."""
    province, city = row["province"], row["city"]
    if province and city.startswith(province):
        return city
    return " ".join(part for part in (province, city) if part)


def _source_note(row: dict[str, str]) -> str:
    """The row's own words about figures, kept whole so that a reader can check what was made of them."""
    if row["targets"] in ("", "未公布"):
        return "公开资料整理，未公布量化指标" if row["targets"] else "公开资料整理"
    return f"公开资料整理。公开资料所载指标：{row['targets']}"
