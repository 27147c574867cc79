"""The shape of a scenario's content: its fields in words, and what the pre-check asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.listings.kind import Check, Content, ContentField
from marketplace.listings.services import parsed_day
from marketplace.listings.wording import as_codes, as_files, as_text
from marketplace.organizations.models import Organization
from marketplace.reference import catalogue, regions, values
from marketplace.scenarios.models import Scenario

PAYMENTS = {
    "purchase": Text("采购", "Purchase"),
    "lease": Text("租赁", "Lease"),
    "service": Text("服务费", "Service fee"),
    "pilot": Text("先试点", "Pilot first"),
}
BUDGETS = {
    "fixed": Text("固定金额", "A fixed amount"),
    "range": Text("金额范围", "A range"),
    "negotiable": Text("面议", "Negotiable"),
    "none": Text("未定", "Not decided"),
}
ORIGINS = {
    "listed": Text("清单/榜单项", "Item of a published list"),
    "policy": Text("政策列明场景", "Named in a policy"),
    "reported": Text("由已落地案例改写为需求", "Rewritten from a reported case"),
}
# How reliable the source of a compiled row is, as its compiler judged it.
RELIABILITY = {"高": Text("高", "High"), "中": Text("中", "Medium"), "低": Text("低", "Low")}
DIRECTIONS = {"up": Text("不低于", "at least"), "down": Text("不高于", "at most")}

TEXTS = (
    "title", "title_en", "domain", "subscenario", "region", "place", "place_en", "situation", "situation_en", "task",
    "task_en", "quantity", "budget_kind", "budget_from", "budget_to", "budget_note", "start_by", "answer_by",
    "valid_until", "data_terms", "safety_terms", "contact_name", "contact_phone", "contact_email", "source_note",
    "origin", "owner_note", "year", "reliability",
)  # fmt: skip
LISTS = ("requirements", "targets", "payment", "pictures", "files", "sources")

# Most characters of each text, in forms and in files that come in; title and title_en fit their columns.
LIMITS = {
    "title": 100, "title_en": 200, "place": 80, "place_en": 160, "situation": 2000, "situation_en": 4000,
    "task": 2000, "task_en": 4000, "quantity": 60, "budget_note": 200, "data_terms": 1000, "safety_terms": 1000,
    "contact_name": 60, "contact_phone": 40, "contact_email": 254, "source_note": 1000, "owner_note": 200,
    "why": 120, "target_name": 40, "target_unit": 20, "target_method": 200,
}  # fmt: skip
# More must-haves or targets than this nobody answers; a form with more is refused, not cut.
MOST_ROWS = 40
# Beyond this few products meet them all.
MANY_REQUIREMENTS = 8


def blank(organization: Organization) -> Content:
    """The content of a new draft; place and contact are those of the organization."""
    content: Content = dict.fromkeys(TEXTS, "") | {key: [] for key in LISTS} | {"conditions": {}}
    content["region"] = organization.region if organization.region != regions.province().code else ""
    content["budget_kind"] = "negotiable"
    content["contact_name"] = organization.contact_name
    content["contact_phone"] = organization.contact_phone
    content["contact_email"] = organization.contact_email
    return content


def requirement_text(requirement: Mapping[str, Any], language: str) -> str:
    """A must-have in a few words: "≥ 15 kg"."""
    spec = catalogue.spec(requirement["spec"])
    return values.show_requirement(spec, requirement["op"], requirement["value"], language)


def requirement_parts(requirements: Any, language: str) -> Sequence[tuple[str, str, str]]:
    """(key, name, must-have in words); the same spec may be asked twice (from, to)."""
    parts = []
    for each in requirements or []:
        name = catalogue.spec(each["spec"]).label.say(language)
        why = each.get("why", "")
        parts.append(
            (f"{each['spec']}{each['op']}", name, requirement_text(each, language) + (f"（{why}）" if why else ""))
        )
    return parts


def target_parts(targets: Any, language: str) -> Sequence[tuple[str, str, str]]:
    """(key, name, target in words)."""
    parts = []
    for each in targets or []:
        sign = "≥" if each["direction"] == "up" else "≤"
        words = f"{sign} {each['target']} {each['unit']}".strip()
        base = each.get("baseline")
        known = Text("现状 %(value)s", "now %(value)s") % {"value": base} if base else None
        details = [words, known.say(language) if known else "", each.get("method", "")]
        parts.append((each["name"], each["name"], "；".join(part for part in details if part)))
    return parts


def condition_parts(conditions: Any, language: str) -> Sequence[tuple[str, str, str]]:
    """(key, name, condition in words)."""
    found = []
    for spec in catalogue.conditions():
        if spec.key in (conditions or {}):
            shown = values.show_with_unit(spec, conditions[spec.key], language)
            found.append((spec.key, spec.label.say(language), shown))
    return found


def _joined(parts: Any) -> Any:
    def show(value: Any, language: str) -> str:
        return "；".join(f"{name} {text}" for _key, name, text in parts(value, language))

    return show


def _coded(label: Any) -> Any:
    return lambda value, language: label(value).say(language) if value else ""


FIELDS: tuple[ContentField, ...] = (
    ContentField("title", Text("名称", "Title"), as_text),
    ContentField("title_en", Text("英文名称", "Title in English"), as_text),
    ContentField("domain", Text("领域", "Domain"), _coded(lambda code: catalogue.domain(code).label)),
    ContentField("subscenario", Text("子场景", "Sub-scenario"), _coded(lambda code: catalogue.subscenario(code).label)),
    ContentField("region", Text("所在市县", "City or county"), _coded(regions.full_name)),
    ContentField("place", Text("地点", "Place"), as_text),
    ContentField("place_en", Text("英文地点", "Place in English"), as_text),
    ContentField("situation", Text("现状与痛点", "How it is done now"), as_text),
    ContentField("situation_en", Text("英文现状与痛点", "How it is done now, in English"), as_text),
    ContentField("task", Text("要做什么", "What is to be done"), as_text),
    ContentField("task_en", Text("英文要做什么", "What is to be done, in English"), as_text),
    ContentField("conditions", Text("现场条件", "Site conditions"), _joined(condition_parts), condition_parts),
    ContentField("requirements", Text("硬性要求", "Must-haves"), _joined(requirement_parts), requirement_parts),
    ContentField("targets", Text("目标", "Targets"), _joined(target_parts), target_parts),
    ContentField("quantity", Text("数量", "Quantity"), as_text),
    ContentField("budget_kind", Text("预算方式", "Budget"), _coded(BUDGETS.__getitem__)),
    ContentField("budget_from", Text("预算（万元）", "Budget (10,000 CNY)"), as_text),
    ContentField("budget_to", Text("预算上限（万元）", "Budget up to (10,000 CNY)"), as_text),
    ContentField("budget_note", Text("预算说明", "Note on the budget"), as_text),
    ContentField("payment", Text("付费方式", "Payment"), as_codes(lambda code: PAYMENTS[code])),
    ContentField("start_by", Text("期望开始", "Wanted from"), as_text),
    ContentField("answer_by", Text("答复截止", "Answers until"), as_text),
    ContentField("valid_until", Text("有效期至", "Valid until"), as_text),
    ContentField("data_terms", Text("数据条件", "Terms of data"), as_text),
    ContentField("safety_terms", Text("安全要求", "Safety terms"), as_text),
    ContentField("pictures", Text("图片", "Pictures"), as_files("caption")),
    ContentField("files", Text("附件", "Files"), as_files("title")),
    ContentField("contact_name", Text("联系人", "Contact"), as_text, private=True),
    ContentField("contact_phone", Text("联系电话", "Telephone"), as_text, private=True),
    ContentField("contact_email", Text("联系邮箱", "Contact e-mail"), as_text, private=True),
    ContentField("origin", Text("来源类型", "Origin"), _coded(ORIGINS.__getitem__)),
    ContentField("owner_note", Text("资料所载单位类型", "Kind of owner in the source"), as_text),
    ContentField("sources", Text("资料来源", "Sources"), lambda value, _language: "；".join(value or [])),
    ContentField("source_note", Text("来源说明", "Note on sources"), as_text),
    ContentField("year", Text("年份", "Year"), as_text),
    ContentField("reliability", Text("资料可靠性", "Reliability of the source"), _coded(RELIABILITY.__getitem__)),
)


def check(content: Mapping[str, Any]) -> list[Check]:
    """The pre-check: what must be mended, what would help, what is right, each with why it matters."""
    return [*_what(content), *_where(content), *_measured(content), *_money_and_time(content), *_contact(content)]


# What must stand there → what is said when it does not, and why it matters.
NEEDED = {
    "title": (
        Text("还没有名称", "There is no title"),
        Text("写成“在哪里做什么”，供方一眼看懂", "Say what is done where"),
    ),
    "domain": (
        Text("还没有选领域", "No domain is chosen"),
        Text("需求按十个领域公布", "Needs are published by ten domains"),
    ),
    "situation": (
        Text("还没有写现状与痛点", "How it is done now is missing"),
        Text("供方据此判断值不值得来看现场", "A vendor judges by it whether a visit is worth while"),
    ),
    "task": (
        Text("还没有写要做什么", "What is to be done is missing"),
        Text("没有任务就没有方案", "Without a task there is no solution"),
    ),
}


def _what(content: Mapping[str, Any]) -> list[Check]:
    checks = [Check("fix", text, why, "what") for key, (text, why) in NEEDED.items() if not content.get(key)]
    if not content.get("title_en") or not content.get("task_en"):
        text = Text("可补英文名称和任务", "An English title and task would help")
        why = Text("英文页面没有它们时显示中文", "The English pages show Chinese without them")
        checks.append(Check("tip", text, why, "what"))
    return checks or [
        Check("ok", Text("名称、领域、现状和任务齐全", "Title, domain, present way and task are there"), step="what")
    ]


def _where(content: Mapping[str, Any]) -> list[Check]:
    checks = []
    if not content.get("region") and not content.get("place"):
        why = Text("供方按地点判断来不来得及", "Vendors judge by it whether they can come")
        checks.append(Check("fix", Text("还没有写地点", "There is no place"), why, "where"))
    if not content.get("conditions"):
        text = Text("可写现场条件", "Site conditions would help")
        why = Text("温度、坡度、防爆常常决定用哪种机器人", "Temperature, slope and explosive zones often decide")
        checks.append(Check("tip", text, why, "where"))
    return checks or [Check("ok", Text("有地点和现场条件", "Place and site conditions are there"), step="where")]


def _measured(content: Mapping[str, Any]) -> list[Check]:
    checks = []
    requirements, targets = (content.get(key) or [] for key in ("requirements", "targets"))
    if not requirements:
        text = Text("没有硬性要求", "There are no must-haves")
        why = Text("没有硬性要求时所有产品都不会被排除", "Without any, no product is ruled out")
        checks.append(Check("tip", text, why, "requirements"))
    if len(requirements) > MANY_REQUIREMENTS:
        text = Text("硬性要求超过 %(many)s 项", "There are more than %(many)s must-haves") % {"many": MANY_REQUIREMENTS}
        why = Text(
            "要求越多，全部符合的产品越少；“最好有”请写到目标里",
            "The more there are, the fewer products meet all; put wishes among the targets",
        )
        checks.append(Check("tip", text, why, "requirements"))
    if any(_worse_than_now(each) for each in targets):
        text = Text("有目标比现状还差", "A target is worse than how it is now")
        why = Text("请核对“不低于”“不高于”和数值", "Check “at least”, “at most” and the numbers")
        checks.append(Check("tip", text, why, "targets"))
    if not targets:
        text = Text("还没有可测的目标", "There is no measurable target")
        why = Text("至少一项能测的目标，验证时才有依据", "A trial needs at least one target to be judged by")
        checks.append(Check("fix", text, why, "targets"))
    return checks or [Check("ok", Text("硬性要求和目标可以比对", "Must-haves and targets can be compared"))]


def _worse_than_now(target: Mapping[str, Any]) -> bool:
    if not target.get("baseline"):
        return False
    now, aim = Decimal(target["baseline"]), Decimal(target["target"])
    return aim < now if target["direction"] == "up" else aim > now


def _money_and_time(content: Mapping[str, Any]) -> list[Check]:
    checks = []
    today = clock.today().isoformat()
    over: tuple[tuple[str, Literal["fix", "tip"], Text, Text], ...] = (
        ("valid_until", "fix", Text("有效期已过", "The validity is over"), _TOO_LATE),
        ("answer_by", "fix", Text("答复截止已过", "The day for answers is over"), _TOO_LATE),
        ("start_by", "tip", Text("期望开始的日子已过", "The day it is wanted from is over"),
         Text("供方会以为已经开始", "Vendors will think that it has begun")),
    )  # fmt: skip
    for key, kind, text, why in over:
        if content.get(key) and content[key] < today:
            checks.append(Check(kind, text, why, "budget"))
    if content.get("budget_kind") in ("", "none", None):
        text = Text("可写预算或“面议”", "Give a budget, or “negotiable”")
        why = Text("有预算的需求答复更多", "Needs with a budget get more answers")
        checks.append(Check("tip", text, why, "budget"))
    return checks or [Check("ok", Text("预算和时间有效", "Budget and dates are valid"))]


_TOO_LATE = Text("供方已来不及答复", "No vendor can answer any more")


def _contact(content: Mapping[str, Any]) -> list[Check]:
    if content.get("contact_name") and (content.get("contact_phone") or content.get("contact_email")):
        return [Check("ok", Text("有联系人", "There is a contact"))]
    text = Text("还没有联系人和电话或邮箱", "There is no contact with a telephone or e-mail")
    why = Text("只在对接被接受后才给对方看", "Shown to the other side only after a talk is accepted")
    return [Check("fix", text, why, "contact")]


def project(scenario: Scenario, content: Mapping[str, Any]) -> None:
    """Copy into the table's columns what lists and selects need."""
    scenario.title = content["title"]
    scenario.title_en = content["title_en"]
    scenario.domain = content["domain"]
    scenario.subscenario = content["subscenario"]
    scenario.site_region = content["region"]
    scenario.valid_until = parsed_day(content["valid_until"])
