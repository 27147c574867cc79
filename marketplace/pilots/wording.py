"""A pilot in words: figures with their digits, targets as a line, plots with a sentence, history for its readers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core.text import Text
from marketplace.foundation.ledger import LedgerEntry
from marketplace.pilots import plan
from marketplace.pilots.estimates import Estimate
from marketplace.pilots.judging import Judged
from marketplace.pilots.models import Reading, Target

DIGITS = 4
SIDES = {"supplier": Text("供方", "Supplier"), "demander": Text("需方", "Demander")}
SOURCES = {"form": Text("表单", "Form"), "file": Text("文件导入", "File"), "api": Text("接口回传", "Interface")}
STANDINGS = {
    "pending": (Text("待对方确认", "Waits for the other side"), "", "clock"),
    "confirmed": (Text("已确认", "Confirmed"), "pine", "check-circle"),
    "disputed": (Text("有异议", "Disputed"), "ochre", "exclamation-triangle-fill"),
    "replaced": (Text("已被更正", "Corrected"), "", "arrow-repeat"),
}
ANSWERS = {
    "": Text("待对方同意", "Waits for the other side"),
    "agreed": Text("双方同意，不计入", "Agreed: does not count"),
    "declined": Text("对方不同意，照常计入", "Declined: counts"),
}
INCIDENTS = {
    "incident": Text("安全事件", "Safety incident"),
    "near_miss": Text("险肇", "Near miss"),
    "intervention": Text("人工接管", "Human intervention"),
    "fault": Text("故障", "Fault"),
}
SEVERITIES = {
    1: Text("轻微：记录即可", "Minor: for the record"),
    2: Text("一般：需要处置", "Moderate: something has to be done"),
    3: Text("严重：立即暂停", "Serious: the pilot pauses at once"),
}
SEVERE = {1: Text("轻微", "minor"), 2: Text("一般", "moderate"), 3: Text("严重", "serious")}
ORIGINS = {
    "direct": Text("双方直接商定", "Agreed directly"),
    "enquiry": Text("来自对接", "From talks"),
    "challenge": Text("来自揭榜", "From a challenge"),
}
# The table of judgements: key of ``columns`` and heading; what lies between the first and the last are figures.
JUDGED = (
    ("name", Text("指标", "Target")),
    ("baseline", Text("基线", "Baseline")),
    ("aim", Text("目标", "Goal")),
    ("stop", Text("停止线", "Stop limit")),
    ("value", Text("累计测得", "Measured")),
    ("interval", Text("95% 区间", "95% interval")),
    ("sample", Text("样本 / 需要", "Sample / needed")),
    ("judgement", Text("判定", "Judgement")),
)
# The table of a plan that is not frozen yet, by key of ``plan_target``.
PLANNED = (
    ("name", Text("指标", "Target")),
    ("kind", Text("怎样统计", "How it is counted")),
    ("baseline", Text("基线", "Baseline")),
    ("goal", Text("目标", "Goal")),
    ("stop", Text("停止线", "Stop limit")),
    ("least", Text("最低样本量", "Minimum sample")),
    ("measurer", Text("谁来测", "Who measures")),
    ("standard", Text("测试标准或办法", "Test standard or method")),
)
# How a target is judged, below every table of judgements.
RULE = Text(
    "“达标”要求样本和天数已够，且 95% 区间整段在目标一侧；区间整段在另一侧为“未达目标”；其余为“样本不足”。"
    "只计双方确认的记录，双方同意的除外日不计。",
    "“Met” needs enough sample and days, and the whole 95% interval on the good side of the target; wholly on the "
    "other side is “not met”; all else is “not shown yet”. Only readings confirmed by both sides count, and no day "
    "that both have excluded.",
)
STOPPED_BY = Text(
    "%(name)s触及停止线：%(day)s 为 %(value)s %(unit)s，停止线 %(stop)s",
    "%(name)s passed its stop limit: %(value)s %(unit)s on %(day)s, the limit is %(stop)s",
)
# How history names what no step of the life cycle did.
ACTS: Mapping[str, Text] = {
    "plan": Text("发起方案", "Plan begun"),
    "write_plan": Text("写方案", "Plan written"),
    "consent_plan": Text("确认方案", "Plan confirmed"),
    "consent_resume": Text("同意恢复", "Consent to resume"),
    "consent_report": Text("签署报告", "Report signed"),
    "write_report": Text("写报告", "Report written"),
    "measure": Text("登记测量", "Readings recorded"),
    "confirm": Text("确认测量", "Readings confirmed"),
    "dispute": Text("对测量有异议", "Readings disputed"),
    "correct": Text("更正测量", "Reading corrected"),
    "incident": Text("记录事件", "Incident noted"),
    "exclude": Text("提出不计入的日子", "Day proposed for exclusion"),
    "day_agreed": Text("同意不计入", "Exclusion agreed"),
    "day_declined": Text("不同意不计入", "Exclusion declined"),
}


def figure(value: float | None) -> str:
    """A number with four digits and without powers of ten; "—" for none."""
    if value is None or not math.isfinite(value):
        return "—"
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:.{max(0, min(6, DIGITS - 1 - size))}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def interval(found: Estimate | None) -> str:
    """The 95 % interval; open above where nothing failed yet."""
    if found is None or found.low is None or found.high is None:
        return "—"
    if math.isinf(found.high):
        return f"≥ {figure(found.low)}"
    return f"{figure(found.low)}–{figure(found.high)}"


def unit_of(target: Target) -> str:
    """The unit that stands behind figures of a target."""
    return target.unit or {"proportion": "%", "time_to_failure": "h"}.get(target.kind, "")


def aim(target: Target) -> str:
    """The value to be reached with its sign: "≥ 97"."""
    return f"{'≥' if target.direction == 'up' else '≤'} {figure(target.goal)}"


def limit(target: Target) -> str:
    """The stop limit with its sign: "< 92"; "—" for none."""
    if target.stop is None:
        return "—"
    return f"{'<' if target.direction == 'up' else '>'} {figure(target.stop)}"


def sample(result: Judged) -> Text:
    """How large the sample is, of how much is needed, and what is counted."""
    have = figure(result.found.sample) if result.found else "0"
    words = Text("%(have)s / %(need)s %(what)s", "%(have)s / %(need)s %(what)s")
    return words % {"have": have, "need": figure(result.target.least), "what": plan.SAMPLES[result.target.kind]}


def summary(result: Judged) -> Text:
    """The sentence above a plot."""
    found, unit = result.found, unit_of(result.target)
    if found is None:
        return Text("还没有双方确认的测量。", "No reading has been confirmed by both sides yet.")
    values: dict[str, object] = {"value": figure(found.value), "unit": unit, "interval": interval(found)}
    values["aim"] = aim(result.target)
    words = {
        "met": Text(
            "累计 %(value)s %(unit)s，95%% 区间 %(interval)s 整段在目标 %(aim)s 一侧，样本和天数已够",
            "%(value)s %(unit)s in all; the 95%% interval %(interval)s lies wholly on the good side of %(aim)s",
        ),
        "not_met": Text(
            "累计 %(value)s %(unit)s，95%% 区间 %(interval)s 整段没有达到目标 %(aim)s",
            "%(value)s %(unit)s in all; the 95%% interval %(interval)s lies wholly short of %(aim)s",
        ),
        "not_shown": Text(
            "累计 %(value)s %(unit)s，95%% 区间 %(interval)s；对照目标 %(aim)s 还不能下结论",
            "%(value)s %(unit)s in all, 95%% interval %(interval)s; against %(aim)s it shows nothing yet",
        ),
    }
    return words[result.verdict] % values


def spoken(result: Judged) -> Text:
    """A plot for who cannot see it."""
    target = result.target
    parts = [each.found for each in result.periods if each.found]
    values = "、".join(figure(each.value) for each in parts) or "—"
    words = Text(
        "%(name)s：各期为 %(values)s；累计 %(whole)s，区间 %(interval)s；目标 %(aim)s，停止线 %(stop)s，基线 %(base)s",
        "%(name)s: %(values)s by period; %(whole)s in all, interval %(interval)s; target %(aim)s, stop limit %(stop)s, "
        "baseline %(base)s",
    )
    return words % {
        "name": target.label, "values": values, "whole": figure(result.found.value if result.found else None),
        "interval": interval(result.found), "aim": aim(target), "stop": limit(target), "base": figure(target.baseline),
    }  # fmt: skip


def stopped_by(target: Target, day: str, value: float) -> Text:
    """Why the rule of the stop limit paused a pilot."""
    return STOPPED_BY % {
        "name": target.label, "day": day, "value": figure(value), "unit": unit_of(target), "stop": limit(target),
    }  # fmt: skip


def serious(kind: str) -> Text:
    """Why a serious incident paused a pilot; what happened is for the two sides alone. "": of a kind not kept."""
    if kind not in INCIDENTS:
        return Text("发生严重事件", "A serious incident")
    return Text("发生严重事件（%(kind)s）", "A serious incident (%(kind)s)") % {"kind": INCIDENTS[kind]}


def reason_of(targets: Sequence[Target], entry: LedgerEntry) -> Text | None:
    """The reason of an entry in a pilot's history; that of a stop limit or a serious incident in both languages."""
    if entry.action == "pause" and "incident" in entry.data:
        return serious(entry.data.get("serious", ""))
    target = next((each for each in targets if each.code == entry.data.get("target")), None)
    if target and "value" in entry.data:
        return stopped_by(target, entry.data["day"], entry.data["value"])
    return Text(entry.reason, entry.reason) if entry.reason else None


def public_reason(targets: Sequence[Target], entry: LedgerEntry) -> Text | None:
    """The same for everybody: what a person wrote as he paused is for the two sides."""
    return None if entry.action == "pause" and entry.actor_id else reason_of(targets, entry)


def reading_value(reading: Reading) -> str:
    """What was measured: "99 / 100", "1.9 h", "310 h, 2"."""
    target = reading.target
    if target.kind in ("proportion", "rate"):
        return f"{figure(reading.value)} / {figure(reading.base)}"
    if target.kind == "time_to_failure":
        return f"{figure(reading.value)} h / {figure(reading.base)}"
    return f"{figure(reading.value)} {target.unit}".strip()


def plan_target(each: Mapping[str, Any]) -> dict[str, Any]:
    """A target of a plan that is not frozen yet, for its table."""
    sign = "≥" if each["direction"] == "up" else "≤"
    return {
        "name": Text(each["name"], each["name_en"] or each["name"]), "kind": plan.KINDS[each["kind"]],
        "goal": f"{sign} {each['goal']} {each['unit']}".strip(), "baseline": each["baseline"] or "—",
        "stop": each["stop"] or "—", "least": each["least"], "measurer": plan.MEASURERS[each["measurer"]],
        "standard": each["standard"] or "—",
    }  # fmt: skip


def plan_pairs(content: Mapping[str, Any]) -> list[tuple[Text, Any]]:
    """The plan as label and value; what was left empty is left out."""
    pairs: list[tuple[Text, Any]] = []
    for key, label in plan.LABELS.items():
        words = content.get(key)
        if key == "tier":
            words = plan.TIERS.get(words or "")
        elif key == "min_days" and words:
            words = Text("%(days)s 天", "%(days)s days") % {"days": words}
        if words:
            pairs.append((label, words))
    return pairs


def columns(rows: Sequence[Judged]) -> list[dict[str, Any]]:
    """Results as rows of the table of judgements."""
    return [
        {
            "name": each.target.label, "code": each.target.code, "unit": unit_of(each.target),
            "baseline": figure(each.target.baseline), "aim": aim(each.target), "stop": limit(each.target),
            "value": figure(each.found.value) if each.found else "—", "interval": interval(each.found),
            "sample": sample(each), "mark": each.mark, "judgement": each.mark.label,
            "method": plan.METHODS[each.target.kind], "pending": each.pending, "disputed": each.disputed,
        }
        for each in rows
    ]  # fmt: skip
