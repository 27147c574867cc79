"""What both sides write when the run is over, and what exactly they sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.core.text import Text
from marketplace.pilots.models import Pilot

# Four ways on, none of them a disgrace: a pilot that says "stop" has done its work.
VERDICTS = {
    "scale": Text("扩大应用", "Use it more widely"),
    "repeat": Text("延长或再验证一轮", "Run it longer or once more"),
    "other_task": Text("换一项任务再试", "Try it on another task"),
    "stop": Text("到此为止", "Stop here"),
}
VERDICT_HINTS = {
    "scale": Text("结果支持在同类场地使用", "The results support use at sites like this one"),
    "repeat": Text("样本或时间不足以下结论", "Sample or time do not allow a conclusion"),
    "other_task": Text("产品可用，但不是这项任务的合适办法", "It works, but is not the answer to this task"),
    "stop": Text("已弄清楚在这里不合用：省下了后面的投入，是一项有用的结论",
                 "It is now known not to fit here: a useful result that saves what would have followed"),
}  # fmt: skip
LABELS = {
    "findings": Text("异常与安全事件说明", "Deviations and incidents"),
    "economics": Text("经济性", "Economics"),
    "copying": Text("可复制条件", "What copying it takes"),
    "scope": Text("结论的适用范围", "Scope of the conclusion"),
}
LIMITS = {"findings": 3000, "economics": 3000, "copying": 3000, "scope": 1000}
NEEDED = ("findings", "scope")


def gaps_of(report: Mapping[str, Any]) -> list[Text]:
    """What is missing before it can be signed."""
    missing = Text("缺“%(what)s”", "“%(what)s” is missing")
    found = [missing % {"what": LABELS[key]} for key in NEEDED if not report.get(key)]
    if report.get("verdict") not in VERDICTS:
        found.insert(0, missing % {"what": Text("双方建议", "What both sides recommend")})
    return found


def parts_signed(pilot: Pilot) -> dict[str, Any]:
    """The report with the plan and the data it rests on: changing either would be another report."""
    written = {key: value for key, value in pilot.report.items() if key != "returned"}
    return {"report": written, "plan": pilot.plan_sha256, "data": pilot.data_sha256}
