"""The columns of the scenario list; must-haves, targets and site conditions as compact text (lines.py)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.lists import lines
from marketplace.lists.columns import Column, Sheet, Values, amount, choice, day, region, several, words
from marketplace.lists.listing_columns import closing, contact, opening, origin_of_row, record, validity
from marketplace.reference import catalogue
from marketplace.scenarios.content import BUDGETS, ORIGINS, PAYMENTS
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario

RELIABILITY = {"高": Text("高", "high"), "中": Text("中", "medium"), "低": Text("低", "low")}


@cache
def scenarios() -> Sheet:
    """The sheet of scenarios."""
    return Sheet("scenarios", SCENARIO.name, Text("场景需求", "Scenarios"), _columns(), scenario_record, _check)


def _columns() -> tuple[Column, ...]:
    subscenarios = {each.code: each.label for domain in catalogue.domains() for each in domain.subscenarios}
    domains = {each.code: each.label for each in catalogue.domains()}
    return (
        *opening("S"),
        choice("domain", Text("领域", "Domain"), domains, required=True),
        choice("subscenario", Text("子场景", "Sub-scenario"), subscenarios),
        region("region", Text("所在市县", "City or county"), Text("安徽省外留空", "Empty outside Anhui")),
        words("place", Text("地点", "Place"), 200),
        words("place_en", Text("英文地点", "Place in English"), 300),
        words("situation", Text("现状与痛点", "How it is done now"), 20_000, lines=True),
        words("situation_en", Text("英文现状与痛点", "How it is done now, in English"), 20_000, lines=True),
        words("task", Text("要做什么", "What is to be done"), 20_000, lines=True),
        words("task_en", Text("英文要做什么", "What is to be done, in English"), 20_000, lines=True),
        *_compact(),
        words("quantity", Text("数量", "Quantity"), 300),
        *_money(),
        day("start_by", Text("期望开始", "Wanted from")),
        day("answer_by", Text("答复截止", "Answers until")),
        validity(),
        words("data_terms", Text("数据条件", "Terms of data"), 5000, lines=True),
        words("safety_terms", Text("安全要求", "Safety terms"), 5000, lines=True),
        *contact(),
        choice("origin", Text("来源类型", "Origin"), ORIGINS),
        words("owner_note", Text("资料所载单位类型", "Kind of owner in the source"), 500),
        words("year", Text("年份", "Year"), 40),
        choice("reliability", Text("资料可靠性", "Reliability of the source"), RELIABILITY),
        *origin_of_row(), *closing(SCENARIO),
    )  # fmt: skip


def _money() -> tuple[Column, ...]:
    return (
        choice("budget_kind", Text("预算方式", "Kind of budget"), BUDGETS),
        amount("budget_from", Text("预算（万元）", "Budget (10,000 CNY)")),
        amount("budget_to", Text("预算上限（万元）", "Budget up to (10,000 CNY)")),
        words("budget_note", Text("预算说明", "Note on the budget"), 2000, lines=True),
        several("payment", Text("付费方式", "Payment"), PAYMENTS),
    )


def _compact() -> tuple[Column, ...]:
    return (
        Column("conditions", Text("现场条件", "Site conditions"), Text(
            "每行写“条件 = 值”，例如 最大坡度 = 8 °；环境温度 = -10~40 ℃",
            "One a line: “condition = value”, e.g. Steepest slope = 8 °",
        ), lines.read_conditions, lambda value, language: lines.show_conditions(value or {}, language)),
        Column("requirements", Text("硬性要求", "Must-haves"), Text(
            "每行写“参数 比较 值 单位（理由）”，例如 额定负载 >= 15 kg（红外云台）；"
            "比较是 >=、<=、=、覆盖、包含、属于、需要",
            "One a line: “spec comparison value unit (why)”, e.g. Payload >= 15 kg (thermal camera)",
        ), lines.read_requirements, lambda value, language: lines.show_requirements(value or (), language)),
        Column("targets", Text("目标", "Targets"), Text(
            "每行写“名称 | >= 目标 单位 | 现状 数值 | 方法 说明”，后两段可不写，例如 识别准确率 | >= 95 % | 现状 80",
            "One a line: “name | >= target unit | now figure | method words”; the last two may be left out",
        ), lines.read_targets, lambda value, language: lines.show_targets(value or (), language)),
    )  # fmt: skip


def scenario_record(scenario: Scenario) -> Values:
    """The values of all columns of a scenario."""
    return record(scenario, "scenarios")


def scenario_content(content: Mapping[str, Any], changed: Values) -> dict[str, Any]:
    """The content with the changed columns written into it."""
    return {**content, **{key: value for key, value in changed.items() if key in content}}


def _check(before: Values, given: Values) -> list[FieldError]:
    row = {**before, **given}
    code = row.get("subscenario")
    if code and row.get("domain") and catalogue.subscenario(code).domain != row["domain"]:
        names: dict[str, object] = {
            "name": catalogue.subscenario(code).label,
            "domain": catalogue.domain(row["domain"]).label,
        }
        message = Text(
            "子场景“%(name)s”不属于领域“%(domain)s”", "“%(name)s” does not belong to the domain “%(domain)s”"
        )
        return [FieldError("subscenario", message % names)]
    return []
