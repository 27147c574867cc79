"""What both sides agree on before anything is measured: its shape, its words, what is missing, its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.reference import catalogue
from marketplace.reference.reading import normalize
from marketplace.settings.queries import value, values

Plan = Mapping[str, Any]

KINDS = {
    "proportion": Text("比例（成功数/总数）", "Proportion (successes of trials)"),
    "mean": Text("均值（每次一个数）", "Mean (one value each time)"),
    "rate": Text("发生率（次数/暴露量）", "Rate (events per unit of exposure)"),
    "time_to_failure": Text("无故障时间（运行小时与故障数）", "Time to failure (hours run and failures)"),
}
# What a minimum sample counts, by kind.
SAMPLES = {
    "proportion": Text("次", "trials"),
    "mean": Text("条", "readings"),
    "rate": Text("单位暴露量", "units of exposure"),
    "time_to_failure": Text("小时", "hours"),
}
METHODS = {
    "proportion": Text("Wilson 区间（Wilson 1927；Newcombe 1998）", "Wilson's interval (Wilson 1927; Newcombe 1998)"),
    "mean": Text("t 区间（Student 1908）", "Student's t (Student 1908)"),
    "rate": Text("泊松精确区间（Garwood 1936）", "Exact Poisson interval (Garwood 1936)"),
    "time_to_failure": Text(
        "卡方区间，定时截尾（Epstein 1960；IEC 60605-4）", "Chi-square, ended by time (Epstein 1960; IEC 60605-4)"
    ),
}
DIRECTIONS = {"up": Text("不低于", "At least"), "down": Text("不超过", "At most")}
MEASURERS = {
    "supplier": Text("供方", "Supplier"),
    "demander": Text("需方", "Demander"),
    "third": Text("第三方", "A third party"),
}
TIERS = {
    "poc": Text("概念验证", "Proof of concept"),
    "demonstration": Text("示范运行", "Demonstration"),
    "scale": Text("规模运行", "Operation at scale"),
    "care": Text("养老服务", "Care of the elderly"),
}
# domain.md 4: 7, 30, 90 and 180 days; the last is the national scheme's six months for care robots.
MIN_DAYS = {
    tier: Setting(
        f"pilots.days_{tier}",
        Text("最低运行天数：%(tier)s", "Minimum days of running: %(tier)s") % {"tier": label},
        days,
        Text("新方案不得少于它；已冻结的方案不受影响", "New plans must not go below this; frozen ones keep theirs"),
        Text("天", "days"),
        1,
        1000,
    )
    for (tier, label), days in zip(TIERS.items(), (7, 30, 90, 180), strict=True)
}
MIN_SAMPLE = Setting(
    "pilots.sample", Text("默认最低样本量", "Default minimum sample size"), 300,
    Text("方案可以写得更多或更少，并写明抽样规则", "A plan may ask for more or fewer and must state its sampling rule"),
    None, 2, 1_000_000,
)  # fmt: skip
LARGEST = 1e12
MOST_TARGETS = 12
LONGEST_DAYS = 1100

LABELS = {
    "place": Text("验证地点", "Site"),
    "first_day": Text("开始日期", "First day"),
    "last_day": Text("结束日期", "Last day"),
    "tier": Text("验证类型", "Kind of run"),
    "min_days": Text("最低运行天数", "Minimum days of the run"),
    "units": Text("样机台数与序列号", "Units and serial numbers"),
    "software": Text("软件版本", "Software version"),
    "third_party": Text("第三方", "Third party"),
    "baseline_note": Text("基线怎样得到", "How the baseline was taken"),
    "sampling": Text("抽样规则", "Sampling rule"),
    "exclusions": Text("不计入的情形", "What does not count"),
    "risks": Text("风险与安全措施", "Risks and safety measures"),
    "insurance": Text("保险", "Insurance"),
}
LIMITS = {
    "place": 200, "units": 300, "software": 100, "third_party": 200, "baseline_note": 1000, "sampling": 1000,
    "exclusions": 1000, "risks": 2000, "insurance": 500, "name": 80, "name_en": 120, "unit": 40, "standard": 200,
}  # fmt: skip
NEEDED = ("place", "first_day", "last_day", "tier", "min_days", "units", "sampling", "risks", "insurance")


def blank(targets: list[Mapping[str, Any]], place: str = "") -> dict[str, Any]:
    """A plan that nobody has written into, with the targets that a scenario asks for."""
    found: dict[str, Any] = dict.fromkeys(LABELS, "") | {"place": place, "tier": "demonstration"}
    found["min_days"] = value(MIN_DAYS["demonstration"])
    return found | {"targets": [blank_target(each) for each in targets[:MOST_TARGETS]]}


def blank_target(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A target of a scenario as a plan begins with it; what kind it is, people say."""
    return {
        "name": wanted.get("name", ""), "name_en": wanted.get("name_en", ""),
        "kind": "proportion" if wanted.get("unit") == "%" else "mean",
        "unit": wanted.get("unit", ""), "direction": wanted.get("direction", "up"),
        "baseline": wanted.get("baseline", ""), "goal": wanted.get("target", ""), "stop": "",
        "least": str(value(MIN_SAMPLE)), "measurer": "demander", "standard": "", "spec": wanted.get("spec", ""),
    }  # fmt: skip


def targets_asked(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a need asks to be measured: its targets; without any, its must-haves that are numbers."""
    return list(content.get("targets") or []) or list(_measurable(content.get("requirements") or ()))


def _measurable(requirements: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in requirements:
        spec = catalogue.spec(each["spec"])
        if spec.kind == "number" and each["op"] in (">=", "<="):
            yield {
                "name": spec.label.zh, "name_en": spec.label.en, "unit": spec.unit_label.zh, "spec": spec.key,
                "direction": "up" if each["op"] == ">=" else "down", "target": str(each["value"]["from"]),
            }  # fmt: skip


def least_days() -> Text:
    """The least days of each kind of run as they are set now, in words."""
    known = values(MIN_DAYS.values())
    parts = [(label, known[MIN_DAYS[tier].key]) for tier, label in TIERS.items()]
    return Text(
        "、".join(f"{label.zh} {days} 天" for label, days in parts),
        ", ".join(f"{label.en} {days} days" for label, days in parts),
    )


def digest(content: Any) -> str:
    """SHA-256 of a plan or a report as sorted JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_day(plan: Plan) -> date | None:
    """The first day of the run, None while there is none."""
    return date.fromisoformat(plan["first_day"]) if plan.get("first_day") else None


def last_day(plan: Plan) -> date | None:
    """The last day of the run, None while there is none."""
    return date.fromisoformat(plan["last_day"]) if plan.get("last_day") else None


def number(text: str) -> float | None:
    """A stored number; None for an empty one."""
    try:
        return float(Decimal(text)) if text else None
    except InvalidOperation:
        return None


def read_number(typed: str, key: str) -> str:
    """A number as it is stored; "" stays "".

    Raises:
        FieldError: on ``key``.
    """
    words = normalize(typed).replace(",", "")
    if not words:
        return ""
    found = number(words)
    if found is None or not abs(found) <= LARGEST:  # also what is no number at all, and NaN
        raise FieldError(key, Text("请写数值，例如 97 或 2.5", "Write a number, e.g. 97 or 2.5"))
    return words


def read_day(typed: str, key: str) -> str:
    """A day as YYYY-MM-DD; "" stays "".

    Raises:
        FieldError: on ``key``.
    """
    words = normalize(typed).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if not words:
        return ""
    try:
        found = date(*(int(part) for part in words.split("-")))
    except (ValueError, TypeError) as error:
        raise FieldError(key, Text("日期请写成 2027-03-31 这样", "Write the day like 2027-03-31")) from error
    if not 2000 <= found.year <= 2100:
        raise FieldError(key, Text("年份不对", "The year cannot be right"))
    return found.isoformat()


def blocking(plan: Plan) -> list[Text]:
    """What keeps a plan from being agreed on, in the order of the form."""
    return list(_gaps(plan))


def _gaps(plan: Plan) -> Iterator[Text]:
    missing = Text("缺“%(what)s”", "“%(what)s” is missing")
    for key in NEEDED:
        if plan.get(key) in ("", None):
            yield missing % {"what": LABELS[key]}
    first, last = first_day(plan), last_day(plan)
    if first and last:
        yield from _period(plan, first, last)
    if not plan.get("targets"):
        yield Text("至少要有一项指标", "At least one target is needed")
    for each in plan.get("targets") or ():
        if not each["goal"]:
            yield Text("指标“%(name)s”缺目标值", "Target “%(name)s” has no value to be reached") % {
                "name": each["name"]
            }


def _period(plan: Plan, first: date, last: date) -> Iterator[Text]:
    days, least = (last - first).days + 1, int(plan.get("min_days") or 0)
    if last < first:
        yield Text("结束日期早于开始日期", "The last day lies before the first")
    elif days < least:
        yield Text(
            "起止日期只有 %(days)s 天，少于最低运行天数 %(least)s 天",
            "The period has %(days)s days, fewer than the least %(least)s",
        ) % {"days": days, "least": least}
    if last < clock.today():
        yield Text("结束日期已过", "The last day is over")
    wanted = value(MIN_DAYS[plan["tier"]]) if plan.get("tier") in MIN_DAYS else 0
    if least < wanted:
        yield Text("“%(tier)s”至少运行 %(wanted)s 天，方案写了 %(least)s 天",
                   "“%(tier)s” runs for at least %(wanted)s days; the plan says %(least)s") % {
            "tier": TIERS[plan["tier"]], "wanted": wanted, "least": least}  # fmt: skip


def days_of(plan: Plan) -> Iterator[date]:
    """Every day of the planned period."""
    first, last = first_day(plan), last_day(plan)
    if first and last:
        yield from (first + timedelta(days=each) for each in range(min((last - first).days + 1, LONGEST_DAYS)))
