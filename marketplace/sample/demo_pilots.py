"""Invented pilots: one for each state, one that ended in “stop”, two older ones for sites; every figure is made up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from marketplace.core.clock import BEIJING


@dataclass(frozen=True, slots=True)
class DemoTarget:
    """A target, and what its readings will be: about ``like`` with a spread, ``base`` a reading, so many a day."""

    name: str
    name_en: str
    kind: str
    unit: str
    direction: str
    goal: str
    like: float
    spread: float = 0.0
    base: int = 1
    baseline: str = ""
    stop: str = ""
    least: str = "100"
    a_day: int = 1
    spec: str = ""
    measurer: str = "demander"
    standard: str = ""


@dataclass(frozen=True, slots=True)
class DemoPilot:
    """A pilot to be brought to ``state``. ``product``, ``scenario``: their ids in the sample; ``began``: days ago.

    ``days``: how long it has run. ``verdict``, ``reason``: what ended it. ``bad_day``: a value beyond a stop limit.
    ``talked``: it comes from the talk of both sides that agreed on it.
    """

    product: str
    scenario: str
    state: str
    targets: tuple[DemoTarget, ...]
    began: int = 0
    days: int = 0
    tier: str = "demonstration"
    verdict: str = ""
    reason: str = ""
    bad_day: float | None = None
    talked: bool = False


ACCURACY = DemoTarget(
    "表计识别准确率", "Meters read correctly", "proportion", "%", "up", "97", 0.985, base=100, baseline="94", stop="90",
    least="1200", standard="每天随机抽 100 张，人工复核",
)  # fmt: skip
ROUND = DemoTarget(
    "一轮巡检时长", "Time of one round", "mean", "h", "down", "2.0", 1.85, 0.12, baseline="3.5", stop="4", least="60",
    a_day=2, standard="从出库到回库", spec="",
)  # fmt: skip
TAKEOVER = DemoTarget(
    "人工接管", "Human interventions", "rate", "次/百任务", "down", "2", 0.6, base=1, stop="15", least="40",
    standard="按任务记录",
)  # fmt: skip
FAULTS = DemoTarget(
    "平均无故障时间", "Mean time to failure", "time_to_failure", "h", "up", "120", 8.0, least="200",
    standard="运行日志", measurer="supplier",
)  # fmt: skip
STOPPING = DemoTarget(
    "停位偏差", "Stopping error", "mean", "mm", "down", "10", 7.4, 1.1, baseline="25", stop="30", least="60", a_day=4,
    spec="stop_accuracy", standard="激光测距，每班 2 次",
)  # fmt: skip
DONE = DemoTarget(
    "任务完成率", "Tasks completed", "proportion", "%", "up", "95", 0.985, base=60, baseline="91", stop="80",
    least="900", standard="调度系统记录，需方抽查",
)  # fmt: skip


def demo_pilots() -> Iterator[DemoPilot]:
    """In the order in which they are made."""
    yield DemoPilot("DP1", "DS1", "planned", (ACCURACY,))
    yield DemoPilot("DP2", "DS2", "agreed", (DONE, STOPPING))
    yield DemoPilot("DP1", "DS1", "running", (ACCURACY, ROUND, TAKEOVER, FAULTS), began=34, days=34)
    yield DemoPilot("DP2", "DS2", "paused", (DONE, STOPPING), began=12, days=11, tier="poc", bad_day=41.0)
    yield DemoPilot("DP1", "DS1", "reporting", (ACCURACY, ROUND), began=44, days=40, verdict="scale")
    yield DemoPilot("DP2", "DS2", "verified", (DONE, STOPPING), began=70, days=36, verdict="scale",
                    talked=True)  # fmt: skip
    yield DemoPilot("DP1", "DS1", "not_verified", (ROUND,), began=60, days=31, verdict="repeat",
                    reason="现场查看时样机软件版本与方案不符，请按原版本再验证一轮（演示）")  # fmt: skip
    yield DemoPilot("DP1", "DS1", "aborted", (ACCURACY, TAKEOVER), began=30, days=9,
                    reason="雾天误识别率高于现行办法，双方认为这项任务暂不合用；数据照常公开（演示）")  # fmt: skip
    yield DemoPilot("DP2", "DS2", "stopped", (DONE,), began=90, days=33, verdict="stop")
    for began in (430, 1200):
        yield DemoPilot("DP2", "DS2", "proven", (DONE,), began=began, days=31, verdict="scale")


PLAN = {
    "place": "演示地点一号区", "units": "2 台，序列号 D001、D002（演示）", "software": "2.4（演示）",
    "third_party": "", "baseline_note": "人工作业连续 2 周的记录（演示）",
    "sampling": "每天按班次随机抽取，需方人员在场（演示）", "exclusions": "双方同意的停机日、台风预警日",
    "risks": "作业区隔离，遥控急停，双方各设一名安全员（演示）", "insurance": "公众责任险，供方投保（演示）",
}  # fmt: skip
REPORT = {
    "findings": "除外 1 天，为场地检修。没有安全事件。（演示）", "economics": "夜班由 2 人减为 1 人。（演示）",
    "copying": "地面平整、无线网络覆盖。（演示）", "scope": "本场地、软件 2.4、晴雨天气。（演示）",
}  # fmt: skip
VISIT = {"who": "演示省级经办甲、演示市级经办", "seen": "样机、日志与报告一致，随机复测 5 次均在允许范围。（演示）"}
OBJECTION = "现场记录与回传不一致，请复核（演示）"


def plan_of(pilot: DemoPilot, first: date, last: date, least: int) -> dict[str, Any]:
    """The plan as the form would store it."""
    return {
        **PLAN, "first_day": first.isoformat(), "last_day": last.isoformat(), "tier": pilot.tier, "min_days": least,
        "targets": [target_of(each) for each in pilot.targets],
    }  # fmt: skip


def target_of(each: DemoTarget) -> dict[str, Any]:
    """A target as the form would store it."""
    keys = (
        "name",
        "name_en",
        "kind",
        "unit",
        "direction",
        "goal",
        "baseline",
        "stop",
        "least",
        "measurer",
        "standard",
        "spec",
    )
    return {key: getattr(each, key) for key in keys}


def rows_of(pilot: DemoPilot, first: date, last: date) -> Iterator[dict[str, str]]:
    """Readings of every day as a file would hold them; the same ones each time."""
    luck = random.Random(f"{pilot.product} {pilot.state}")
    for place in range((last - first).days + 1):
        day = first + timedelta(days=place)
        for number, target in enumerate(pilot.targets, 1):
            for turn in range(target.a_day):
                at = datetime.combine(day, time(7 + 3 * turn, 10 * number), BEIJING)
                final = day == last and target.stop and target.kind == "mean" and turn == 0
                value, base = _measured(target, luck)
                if pilot.bad_day is not None and final:
                    value = f"{pilot.bad_day * target.a_day:g}"
                yield {"target": f"T{number}", "at": at.isoformat(), "value": value, "base": base, "device": "D001"}


def _measured(target: DemoTarget, luck: random.Random) -> tuple[str, str]:
    if target.kind == "mean":
        return f"{luck.gauss(target.like, target.spread):.2f}", ""
    if target.kind == "proportion":
        return str(sum(luck.random() < target.like for _trial in range(target.base))), str(target.base)
    if target.kind == "rate":
        return str(sum(luck.random() < target.like / 4 for _chance in range(4))), str(target.base)
    return f"{luck.uniform(6.5, 9):.1f}", str(int(luck.random() < 0.05))
